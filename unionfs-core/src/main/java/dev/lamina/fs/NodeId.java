package dev.lamina.fs;

/**
 * How a node id is made: the inode number ({@code st_ino}) in bits 0 to 47, the incarnation above.
 *
 * <p>A file whose object is open through passthrough and is then opened for writing goes on under
 * the next incarnation; the retired id keeps naming the same inode.
 */
public final class NodeId {
  /** The root directory's inode number and first node id. */
  public static final long ROOT = 1;

  private static final int INCARNATION_SHIFT = 48;
  private static final long INODE_MASK = (1L << INCARNATION_SHIFT) - 1;

  private NodeId() {}

  /** Returns the inode number of a node id. */
  public static long inode(long node) {
    return node & INODE_MASK;
  }

  /** Returns the incarnation of a node id, 0 to 65,535. */
  public static int incarnation(long node) {
    return (int) (node >>> INCARNATION_SHIFT);
  }

  /** How many incarnations of an inode there can be at a time. */
  public static final int INCARNATIONS = 1 << 16;

  /** Returns the node id of an inode's incarnation. */
  public static long of(long inode, int incarnation) {
    return ((long) incarnation << INCARNATION_SHIFT) | inode;
  }
}
