package dev.lamina.image;

import dev.lamina.archive.LayerSource;
import dev.lamina.store.LayerRecord;
import dev.lamina.store.StoreWriter;

/**
 * A layer that is in the store now.
 *
 * @param kept whether the bytes it came as are there too
 */
record ImportedLayer(LayerRecord record, boolean kept) {
  static ImportedLayer of(LayerRecord record, boolean kept) {
    return new ImportedLayer(record, kept);
  }

  /** A layer that was there before; its distributed bytes may be, from another import. */
  static ImportedLayer present(
      LayerRecord record, SourceImage.SourceLayer layer, StoreWriter writer) {
    LayerSource source = layer.source();
    boolean kept =
        source.blob().isPresent()
            && layer.size() > 0
            && writer.has(source.blob().get(), layer.size());
    return new ImportedLayer(record, kept);
  }
}
