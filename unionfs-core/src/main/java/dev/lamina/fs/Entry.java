package dev.lamina.fs;

/**
 * What a name leads to: a node id and its attributes. A mutable holder that a caller reuses. Each
 * one filled by a lookup, or by an operation that makes a name, counts as one reference that the
 * transport gives back with {@link FileSystem#forget}.
 */
public final class Entry {
  /** The node id, {@link NodeId}. */
  public long node;

  /** The generation: together with the node id never used for another inode. */
  public long generation;

  /** The inode's attributes. */
  public final Attributes attributes = new Attributes();
}
