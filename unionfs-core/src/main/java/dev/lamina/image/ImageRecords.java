package dev.lamina.image;

import dev.lamina.archive.Compression;
import dev.lamina.store.ImageLayer;
import dev.lamina.store.ImageRecord;
import dev.lamina.tree.Digest;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.TreeMap;

/** Makes the records of images. */
final class ImageRecords {
  private ImageRecords() {}

  static ImageRecord of(
      Manifest manifest, ImageConfig config, Optional<Digest> index, List<Boolean> kept) {
    List<ImageLayer> layers = new ArrayList<>();
    for (int i = 0; i < manifest.layers().size(); i++) {
      Descriptor layer = manifest.layers().get(i);
      layers.add(
          new ImageLayer(
              layer.mediaType(), layer.digest(), layer.size(), layer.annotations(), kept.get(i)));
    }
    return new ImageRecord(
        config.platform().toPlatform(),
        manifest.mediaType(),
        Digest.sha256(manifest.bytes()),
        config.id(),
        index,
        config.diffIds(),
        layers);
  }

  /** Makes a manifest whose layers are plain tars. */
  static Manifest plainManifest(ImageConfig config, List<ImportedLayer> layers) {
    List<Long> sizes = layers.stream().map(layer -> layer.record().tarBytes()).toList();
    return Manifest.of(configDescriptor(config), tarLayers(config.diffIds(), sizes), Json.object());
  }

  /** Describes layers as plain tars. */
  static List<Descriptor> tarLayers(List<Digest> diffIds, List<Long> tarBytes) {
    List<Descriptor> descriptors = new ArrayList<>();
    for (int i = 0; i < tarBytes.size(); i++) {
      descriptors.add(
          new Descriptor(
              MediaTypes.ociLayer(Compression.NONE),
              diffIds.get(i),
              tarBytes.get(i),
              new TreeMap<>(),
              Optional.empty()));
    }
    return descriptors;
  }

  static Descriptor configDescriptor(ImageConfig config) {
    return new Descriptor(
        MediaTypes.OCI_CONFIG,
        config.id(),
        config.bytes().length,
        new TreeMap<>(),
        Optional.empty());
  }
}
