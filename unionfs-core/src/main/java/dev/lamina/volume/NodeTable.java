package dev.lamina.volume;

import com.google.errorprone.annotations.concurrent.GuardedBy;
import dev.lamina.fs.NodeId;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * The nodes that somebody knows, by inode, with their references: those of the kernel (lookups) and
 * those of open files and running operations (pins). A node whose last reference goes leaves the
 * table, and with it what was cached of it; one without a name is first handed to whoever removes
 * it from the volume.
 *
 * <p>Striped hash tables of longs: a lookup of a known node allocates nothing. Thread-safe; its
 * locks are leaves.
 */
final class NodeTable {
  private static final int STRIPES = 64;

  private final Stripe[] stripes = new Stripe[STRIPES];

  NodeTable() {
    for (int i = 0; i < STRIPES; i++) {
      stripes[i] = new Stripe();
    }
  }

  /** What became of a node that lost a reference. */
  enum Left {
    /** It is still referenced. */
    STAYS,
    /** It was the last one, and the node has left the table. */
    GONE,
    /** It was the last one to an inode without a name: remove it, then call {@link #remove}. */
    LAST_OF_ORPHAN
  }

  /**
   * Returns the node of an inode, made where nobody knew it, with one more pin; null where it is on
   * its way out of the volume. The caller gives the pin back.
   */
  @Nullable Node pin(long inode) {
    return stripe(inode).pin(inode);
  }

  /** Adds a pin to a node that is pinned. */
  void pinAgain(Node node) {
    stripe(node.inode).pinAgain(node);
  }

  /** Gives a pin back. */
  Left unpin(Node node) {
    return stripe(node.inode).unpin(node);
  }

  /** Counts a reference of the kernel to a pinned node and returns the node id that it gets. */
  long lookedUp(Node node) {
    return stripe(node.inode).lookedUp(node);
  }

  /** Counts a reference of the kernel to one node id of a pinned node. */
  void lookedUp(Node node, long id) {
    stripe(node.inode).lookedUp(node, id);
  }

  /** Gives a pinned node another node id, one the kernel does not know, and returns the old one. */
  long retire(Node node) {
    return stripe(node.inode).retire(node);
  }

  /**
   * Makes a node id of a pinned node the one that names hand out, unless the kernel knows it by the
   * one that is that already; whether it did.
   */
  boolean adopt(Node node, long id) {
    return stripe(node.inode).adopt(node, id);
  }

  /**
   * Gives references of the kernel back and returns the pinned node, null where it is not known.
   */
  @Nullable Node forget(long node, long count) {
    long inode = NodeId.inode(node);
    return stripe(inode).forget(inode, node, count);
  }

  /** Takes a node out that {@link Left#LAST_OF_ORPHAN} was said of. */
  void remove(Node node) {
    stripe(node.inode).remove(node);
  }

  /** Returns all nodes, for the end: nobody must be using the table. */
  List<Node> all() {
    List<Node> all = new ArrayList<>();
    for (Stripe stripe : stripes) {
      stripe.addAllTo(all);
    }
    return all;
  }

  private Stripe stripe(long inode) {
    return stripes[(int) (mix(inode) >>> 58)];
  }

  private static long mix(long inode) {
    return inode * 0x9E3779B97F4A7C15L;
  }

  /** One open-addressed table under one lock; its size is a power of two. */
  private static final class Stripe {
    private static final int SMALLEST = 16;

    @GuardedBy("this")
    private @Nullable Node[] slots = new @Nullable Node[SMALLEST];

    @GuardedBy("this")
    private int count;

    synchronized @Nullable Node pin(long inode) {
      int at = find(inode);
      Node node = slots[at];
      if (node == null) {
        node = new Node(inode);
        insert(at, node);
      } else if (node.dying) {
        return null;
      }
      node.pins++;
      return node;
    }

    synchronized void pinAgain(Node node) {
      node.pins++;
    }

    synchronized long lookedUp(Node node) {
      lookedUp(node, node.id);
      return node.id;
    }

    synchronized void lookedUp(Node node, long id) {
      Incarnations incarnations = id == node.id ? node.incarnations : incarnations(node);
      node.lookups++;
      if (incarnations != null) {
        incarnations.add(id);
        node.split = incarnations.hasOtherThan(node.id);
      }
    }

    synchronized long retire(Node node) {
      long old = node.id;
      become(node, incarnations(node).nextAfter(old));
      return old;
    }

    synchronized boolean adopt(Node node, long id) {
      if (incarnations(node).has(node.id)) {
        return false;
      }
      become(node, id);
      return true;
    }

    private static void become(Node node, long id) {
      node.id = id;
      node.split = incarnations(node).hasOtherThan(id);
    }

    /** Called under the lock that the nodes of this stripe are guarded by. */
    private static Incarnations incarnations(Node node) {
      Incarnations known = node.incarnations;
      if (known == null) {
        known = new Incarnations(node.id, node.lookups);
        node.incarnations = known;
      }
      return known;
    }

    synchronized @Nullable Node forget(long inode, long id, long references) {
      Node node = slots[find(inode)];
      if (node == null || node.dying) {
        return null;
      }
      node.lookups = Math.max(0, node.lookups - references);
      Incarnations incarnations = node.incarnations;
      if (incarnations != null) {
        incarnations.remove(id, references);
        node.split = incarnations.hasOtherThan(node.id);
      }
      node.pins++;
      return node;
    }

    synchronized Left unpin(Node node) {
      node.pins--;
      if (node.pins > 0 || node.lookups > 0) {
        return Left.STAYS;
      }
      if (node.orphan) {
        node.dying = true;
        return Left.LAST_OF_ORPHAN;
      }
      delete(find(node.inode));
      return Left.GONE;
    }

    synchronized void remove(Node node) {
      int at = find(node.inode);
      if (slots[at] == node) {
        delete(at);
      }
    }

    synchronized void addAllTo(List<Node> all) {
      for (Node node : slots) {
        if (node != null) {
          all.add(node);
        }
      }
    }

    @GuardedBy("this")
    private int find(long inode) {
      int mask = slots.length - 1;
      int at = home(inode, mask);
      for (Node node = slots[at]; node != null && node.inode != inode; node = slots[at]) {
        at = (at + 1) & mask;
      }
      return at;
    }

    @GuardedBy("this")
    private void insert(int at, Node node) {
      slots[at] = node;
      count++;
      if (count > slots.length / 2) {
        resize(slots.length * 2);
      }
    }

    /** Empties a slot and moves up those behind it that would no longer be found. */
    @GuardedBy("this")
    private void delete(int start) {
      if (slots[start] == null) {
        return;
      }
      int mask = slots.length - 1;
      int hole = start;
      int at = hole;
      slots[hole] = null;
      count--;
      while (true) {
        at = (at + 1) & mask;
        Node node = slots[at];
        if (node == null) {
          break;
        }
        int home = home(node.inode, mask);
        if (((at - home) & mask) >= ((at - hole) & mask)) {
          slots[hole] = node;
          slots[at] = null;
          hole = at;
        }
      }
      if (slots.length > SMALLEST && count < slots.length / 8) {
        resize(slots.length / 2);
      }
    }

    @GuardedBy("this")
    private void resize(int size) {
      @Nullable Node[] old = slots;
      slots = new @Nullable Node[size];
      for (Node node : old) {
        if (node != null) {
          slots[find(node.inode)] = node;
        }
      }
    }

    /** The bits of the mixed number below those that chose the stripe. */
    private static int home(long inode, int mask) {
      return (int) (mix(inode) >>> 24) & mask;
    }
  }
}
