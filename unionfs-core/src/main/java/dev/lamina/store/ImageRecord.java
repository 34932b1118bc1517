package dev.lamina.store;

import dev.lamina.tree.Digest;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * What an image's name stands for. Manifest, config and index are contents of {@code state}, byte
 * for byte.
 *
 * @param platform what it runs on
 * @param manifestMediaType the manifest's media type
 * @param manifest digest of the manifest
 * @param config digest of the config: the image's ID
 * @param index digest of the index it was chosen from
 * @param diffIds the layers' diffIDs, the lowest first
 * @param layers the layers as the manifest has them, in the same order, as many
 */
public record ImageRecord(
    Platform platform,
    String manifestMediaType,
    Digest manifest,
    Digest config,
    Optional<Digest> index,
    List<Digest> diffIds,
    List<ImageLayer> layers) {

  private static final int VERSION = 1;

  /** Copies the lists. */
  public ImageRecord {
    diffIds = List.copyOf(diffIds);
    layers = List.copyOf(layers);
    if (diffIds.size() != layers.size()) {
      throw new IllegalArgumentException(
          layers.size() + " layers and " + diffIds.size() + " diffIDs");
    }
  }

  byte[] encode() {
    RecordWriter out =
        new RecordWriter()
            .octet(VERSION)
            .text(platform.os())
            .text(platform.architecture())
            .text(platform.variant())
            .text(manifestMediaType)
            .digest(manifest)
            .digest(config)
            .digest(index)
            .digests(diffIds);
    layers.forEach(layer -> layer.write(out));
    return out.toBytes();
  }

  static ImageRecord decode(byte[] value) {
    RecordReader in = new RecordReader(value).version(VERSION);
    Platform platform = new Platform(in.text(), in.text(), in.text());
    String mediaType = in.text();
    Digest manifest = in.digest();
    Digest config = in.digest();
    Optional<Digest> index = in.optionalDigest();
    List<Digest> diffIds = in.digests();
    List<ImageLayer> layers = new ArrayList<>(diffIds.size());
    for (int i = 0; i < diffIds.size(); i++) {
      layers.add(ImageLayer.read(in));
    }
    in.end();
    return new ImageRecord(platform, mediaType, manifest, config, index, diffIds, layers);
  }
}
