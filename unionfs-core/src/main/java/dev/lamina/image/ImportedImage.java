package dev.lamina.image;

import dev.lamina.store.ImageRecord;
import dev.lamina.tree.Digest;

/**
 * An image that is now in the store.
 *
 * @param name its name there
 * @param record what the name stands for
 * @param newLayers how many of its layers were not there before
 * @param bytesAdded bytes of the files, records and framings that were not there before
 */
public record ImportedImage(ImageName name, ImageRecord record, int newLayers, long bytesAdded) {
  /** Returns the image's ID, the digest of its configuration. */
  public Digest id() {
    return record.config();
  }
}
