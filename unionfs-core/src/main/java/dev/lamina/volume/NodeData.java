package dev.lamina.volume;

import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;
import org.jspecify.annotations.Nullable;

/**
 * The data of a regular file that is open. The handles of one node id share its source: so after a
 * copy-up also those opened before it read what is written now, as they must while all share the
 * kernel's page cache. Where the kernel reads an object by itself it goes on with that, and a
 * copy-up retires the node id ({@link #become}).
 *
 * <p>{@link #lock} is the inode's data lock, the one lock that is held over I/O: over copy-up and
 * truncation. It is taken before any other.
 */
final class NodeData {
  /** The kernel tells of a close behind it, and a program may open again at once. */
  private static final Duration CLOSING = Duration.ofMillis(10);

  /** Guards opening, closing and copying up. */
  final ReentrantLock lock = new ReentrantLock();

  private final Condition closed = lock.newCondition();

  /** The open files of the node id that names hand out. Changed under {@link #lock}. */
  private volatile Opens current = new Opens();

  /** Those of other node ids that are open. Guarded by {@link #lock}. */
  private @Nullable Map<Long, Opens> others;

  /** Whether {@link DirtyFiles} knows that this is to be synced; written under its monitor. */
  volatile boolean dirty;

  /** Whether {@link KernelWriters} has it; written under {@link #lock}. */
  volatile boolean kernelWrites;

  Opens current() {
    return current;
  }

  /** The open files of a node id; {@link #tidy} forgets what nobody opens after all. */
  Opens of(Node node, long id) {
    return id == node.id ? current : others().computeIfAbsent(id, unknown -> passing());
  }

  private Map<Long, Opens> others() {
    Map<Long, Opens> known = others;
    if (known == null) {
      known = new HashMap<>();
      others = known;
    }
    return known;
  }

  private static Opens untrusting() {
    Opens opens = new Opens();
    opens.distrustCache();
    return opens;
  }

  private static Opens passing() {
    Opens opens = untrusting();
    opens.keepNothing();
    return opens;
  }

  /** Another node id is the one that names hand out; what is open by the last one stays so. */
  void become(long last, long next) {
    Opens before = current;
    Opens known = others().remove(next);
    current = known == null ? untrusting() : known;
    current.keepAgain();
    before.keepNothing();
    if (before.isOpen()) {
      others().put(last, before);
    }
  }

  /** Forgets the other node ids by which nothing is open, and says so to who waits for that. */
  void tidy() {
    Map<Long, Opens> known = others;
    if (known != null && known.values().removeIf(opens -> !opens.isOpen())) {
      closed.signalAll();
      if (known.isEmpty()) {
        others = null;
      }
    }
  }

  /** Waits a moment until nothing is open by another node id. */
  void awaitClose(Opens opens) {
    long left = CLOSING.toNanos();
    try {
      while (left > 0 && opens.isOpen()) {
        left = closed.awaitNanos(left);
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  /** All that is open, by whichever node id. */
  List<Opens> open() {
    List<Opens> open = new ArrayList<>();
    if (current.isOpen()) {
      open.add(current);
    }
    Map<Long, Opens> known = others;
    if (known != null) {
      known.values().stream().filter(Opens::isOpen).forEach(open::add);
    }
    return open;
  }

  /** Whether anything but an object is open. */
  boolean isOpen() {
    return open().stream().anyMatch(opens -> !opens.isReadByKernel());
  }

  /** What the kernel has cached of the content, by whichever node id, may be wrong from now on. */
  void distrustCaches() {
    current.distrustCache();
    Map<Long, Opens> known = others;
    if (known != null) {
      known.values().forEach(Opens::distrustCache);
    }
  }
}
