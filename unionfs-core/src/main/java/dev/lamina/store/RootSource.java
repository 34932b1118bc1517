package dev.lamina.store;

import dev.lamina.tree.Digest;

/**
 * Tells which blobs volumes hold besides their trees: the package {@code volume} knows its rows.
 */
@FunctionalInterface
public interface RootSource {
  /** Takes one blob that an inode's row names. */
  @FunctionalInterface
  interface BlobSink {
    /** Takes a blob; {@code size} is its length in bytes. */
    void blob(VolumeId volume, long inode, Digest digest, long size);
  }

  /** Names every blob of every inode's row in this snapshot, of removed volumes too. */
  void blobs(StateSnapshot at, BlobSink sink);
}
