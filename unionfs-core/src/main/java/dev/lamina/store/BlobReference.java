package dev.lamina.store;

import dev.lamina.tree.Digest;

/**
 * A blob as others name it.
 *
 * @param digest sha256 of its bytes
 * @param size their number, at least 1: an empty file has no blob
 */
public record BlobReference(Digest digest, long size) {
  /** Checks the range. */
  public BlobReference {
    if (size < 1) {
      throw new IllegalArgumentException("a blob of " + size + " bytes");
    }
  }
}
