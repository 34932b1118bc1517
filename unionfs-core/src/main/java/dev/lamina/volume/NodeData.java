package dev.lamina.volume;

import dev.lamina.fs.OpenFile;
import java.util.concurrent.locks.ReentrantLock;
import org.jspecify.annotations.Nullable;

/**
 * The data of a regular file that is open. The handles of one node id share its source: so after a
 * copy-up also those opened before it read what is written now, as they must while all share the
 * kernel's page cache. Where the kernel reads an object by itself it goes on with that, and a
 * copy-up retires the node id ({@link #retire}).
 *
 * <p>{@link #lock} is the inode's data lock, the one lock that is held over I/O: over copy-up and
 * truncation. It is taken before any other.
 */
final class NodeData {
  /** Guards opening, closing and copying up. */
  final ReentrantLock lock = new ReentrantLock();

  /** The open files of the node id that names hand out. Changed under {@link #lock}. */
  private volatile Opens current = new Opens();

  /** Whether {@link DirtyFiles} knows that this is to be synced; written under its monitor. */
  volatile boolean dirty;

  /** Whether {@link KernelWriters} has it; written under {@link #lock}. */
  volatile boolean kernelWrites;

  Opens current() {
    return current;
  }

  /** Where the data of the current node id comes from; null while nothing has it open. */
  @Nullable DataSource source() {
    return current.source();
  }

  /** Whether the kernel reads an object by itself, so that nobody may write by this node id. */
  boolean isReadByKernel() {
    return current.backing() == OpenFile.Backing.OBJECT;
  }

  /** The files that are open now keep what they read; those opened from now on are others. */
  void retire() {
    current = new Opens();
  }
}
