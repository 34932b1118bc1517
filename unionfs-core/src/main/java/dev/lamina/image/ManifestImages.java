package dev.lamina.image;

import dev.lamina.archive.ArchiveException;
import dev.lamina.archive.LayerSource;
import dev.lamina.tree.Digest;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.function.Function;

/** Reads images that have a manifest, whatever holds it and its blobs. */
final class ManifestImages {
  private final ImageFiles files;
  private final Function<Digest, String> paths;

  /**
   * Reads images.
   *
   * @param paths where a blob is among the files
   */
  ManifestImages(ImageFiles files, Function<Digest, String> paths) {
    this.files = files;
    this.paths = paths;
  }

  /** Reads a small blob and checks it against its descriptor. */
  byte[] blob(Descriptor descriptor, String what) throws IOException {
    byte[] bytes = files.read(checkedPath(descriptor, what));
    Digest found = Digest.sha256(bytes);
    if (!found.equals(descriptor.digest())) {
      throw new ArchiveException(
          files.name(),
          what
              + " is not the one that its digest names: expected "
              + descriptor.digest()
              + ", found "
              + found);
    }
    return bytes;
  }

  private String checkedPath(Descriptor descriptor, String what) throws IOException {
    String path = paths.apply(descriptor.digest());
    OptionalLong size = files.size(path);
    if (size.isEmpty()) {
      throw new ArchiveException(
          files.name(), what + " " + descriptor.digest() + " is not there (" + path + ")");
    }
    if (size.getAsLong() != descriptor.size()) {
      throw new ArchiveException(
          files.name(),
          what
              + " "
              + descriptor.digest()
              + " has "
              + size.getAsLong()
              + " bytes, and its manifest says "
              + descriptor.size());
    }
    return path;
  }

  /** Reads configuration and layers of a manifest. */
  SourceImage image(
      byte[] bytes, String mediaType, Optional<byte[]> index, Optional<String> name, boolean keep)
      throws IOException {
    Manifest manifest = Manifest.parse(files.name() + ": the manifest", bytes, mediaType);
    ImageConfig config =
        ImageConfig.parse(
            files.name() + ": the configuration", blob(manifest.config(), "the configuration"));
    checkLayers(files.name(), manifest.layers().size(), config);
    List<SourceImage.SourceLayer> layers = new ArrayList<>();
    for (int i = 0; i < manifest.layers().size(); i++) {
      Descriptor layer = manifest.layers().get(i);
      String path = checkedPath(layer, "layer");
      layers.add(
          new SourceImage.SourceLayer(
              new LayerSource(
                  files.name() + ": layer " + layer.digest(),
                  () -> files.open(path),
                  Optional.of(layer.digest()),
                  Optional.of(config.diffIds().get(i)),
                  keep),
              layer.size()));
    }
    return new SourceImage(Optional.of(manifest), config, index, layers, name);
  }

  static void checkLayers(String name, int layers, ImageConfig config) throws ArchiveException {
    if (layers != config.diffIds().size()) {
      throw new ArchiveException(
          name,
          "the manifest has "
              + layers
              + " layers and the configuration "
              + config.diffIds().size()
              + " diffIDs");
    }
  }
}
