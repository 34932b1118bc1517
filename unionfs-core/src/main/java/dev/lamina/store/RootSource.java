package dev.lamina.store;

import dev.lamina.tree.Digest;

/**
 * Tells which blobs volumes hold besides their trees: the package {@code volume} knows its rows.
 */
@FunctionalInterface
public interface RootSource {
  /** Takes what the rows of inodes say. */
  interface BlobSink {
    /** Takes a blob; {@code size} is its length in bytes. */
    void blob(VolumeId volume, long inode, Digest digest, long size);

    /** Takes an inode whose row cannot be read, and so may name any blob. */
    void damaged(VolumeId volume, long inode, MalformedRecordException failure);
  }

  /** Names every blob of every inode's row in this snapshot, of removed volumes too. */
  void blobs(StateSnapshot at, BlobSink sink);
}
