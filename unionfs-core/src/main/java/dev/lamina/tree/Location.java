package dev.lamina.tree;

/**
 * Where an inode's first name is: an entry of a directory. A mutable holder that a caller reuses,
 * since it is filled on the hot path. Not thread-safe.
 */
public final class Location {
  /** The inode of the directory that has the name. */
  public long parent;

  /** That directory. */
  public Directory directory = FlatDirectory.EMPTY;

  /** The entry's index in it. */
  public int index;

  void set(long parent, Directory directory, int index) {
    this.parent = parent;
    this.directory = directory;
    this.index = index;
  }
}
