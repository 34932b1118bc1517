package dev.lamina.volume;

import dev.lamina.fs.FileKind;

/**
 * What the delta says of one name in a directory: it is deleted, or leads to an inode.
 *
 * @param inode the inode, 0 where the name is deleted
 * @param kind the inode's kind; of a deleted name without meaning
 * @param slot the place in a listing: the base's index + 3, or a sequence number of the directory
 *     ({@link Slots}); 0 where the name is deleted
 */
record NameRow(long inode, FileKind kind, long slot) {
  /** Hides a name of the base. */
  static final NameRow TOMBSTONE = new NameRow(0, FileKind.REGULAR, 0);

  boolean isTombstone() {
    return inode == 0;
  }
}
