package dev.lamina.volume;

import dev.lamina.fs.NodeId;
import java.util.HashMap;
import java.util.Map;

/**
 * The node ids of one inode that the kernel knows, each with its references: made when an inode
 * gets its second one. Guarded by the node table.
 */
final class Incarnations {
  private final Map<Long, Long> known = new HashMap<>();

  /**
   * Makes it.
   *
   * @param id the first node id
   * @param references how many the kernel holds to it
   */
  Incarnations(long id, long references) {
    if (references > 0) {
      known.put(id, references);
    }
  }

  /** The kernel gets a reference. */
  void add(long id) {
    known.merge(id, 1L, Long::sum);
  }

  /** The kernel gives references back. */
  void remove(long id, long references) {
    known.computeIfPresent(id, (key, count) -> count > references ? count - references : null);
  }

  /** Whether the kernel knows the inode by this node id. */
  boolean has(long id) {
    return known.containsKey(id);
  }

  /** Whether the kernel knows the inode by another node id than this. */
  boolean hasOtherThan(long id) {
    return known.size() > (known.containsKey(id) ? 1 : 0);
  }

  /** Returns the next node id that the kernel does not know. */
  long nextAfter(long id) {
    long inode = NodeId.inode(id);
    int incarnation = NodeId.incarnation(id);
    for (int i = 1; i < NodeId.INCARNATIONS; i++) {
      long next = NodeId.of(inode, (incarnation + i) % NodeId.INCARNATIONS);
      if (!known.containsKey(next)) {
        return next;
      }
    }
    throw new IllegalStateException("inode " + inode + " is known by all its node ids");
  }
}
