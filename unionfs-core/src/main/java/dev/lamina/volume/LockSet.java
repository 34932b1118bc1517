package dev.lamina.volume;

import java.util.Arrays;
import java.util.Comparator;
import java.util.concurrent.locks.ReentrantLock;
import java.util.stream.Stream;

/**
 * Takes the locks of several nodes in the order of their inodes, each once, and gives them back
 * when closed. A set of directory locks is taken before a set of record locks, and never two of a
 * kind.
 */
final class LockSet implements AutoCloseable {
  private final ReentrantLock[] locks;

  private LockSet(ReentrantLock[] locks) {
    this.locks = locks;
    for (ReentrantLock lock : locks) {
      lock.lock();
    }
  }

  /** Locks the names of directories. */
  static LockSet names(Node... directories) {
    return new LockSet(
        sorted(directories).map(node -> node.names().lock).toArray(ReentrantLock[]::new));
  }

  /** Locks the records of inodes. */
  static LockSet records(Node... nodes) {
    return new LockSet(sorted(nodes).map(Node::recordLock).toArray(ReentrantLock[]::new));
  }

  private static Stream<Node> sorted(Node[] nodes) {
    return Arrays.stream(nodes).distinct().sorted(Comparator.comparingLong(node -> node.inode));
  }

  @Override
  public void close() {
    for (int i = locks.length - 1; i >= 0; i--) {
      locks[i].unlock();
    }
  }
}
