package dev.lamina.image;

import dev.lamina.archive.LayerSource;
import java.util.List;
import java.util.Optional;

/**
 * An image as a source has it, before its layers are read.
 *
 * @param manifest the manifest, where the source has one
 * @param config the configuration
 * @param index the exact bytes of the index that the manifest was chosen from
 * @param layers the layers' bytes, the lowest first, as many as the manifest names
 * @param name the name that the source has for it
 */
record SourceImage(
    Optional<Manifest> manifest,
    ImageConfig config,
    Optional<byte[]> index,
    List<SourceLayer> layers,
    Optional<String> name) {

  /**
   * A layer.
   *
   * @param source opens its bytes
   * @param size how many these are; -1 where that is not known
   */
  record SourceLayer(LayerSource source, long size) {}
}
