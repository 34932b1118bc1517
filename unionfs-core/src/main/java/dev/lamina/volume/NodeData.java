package dev.lamina.volume;

import com.google.errorprone.annotations.concurrent.GuardedBy;
import dev.lamina.fs.NodeState;
import dev.lamina.fs.OpenFile;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.locks.ReentrantLock;
import org.jspecify.annotations.Nullable;

/**
 * The data of a regular file that is open, shared by all its handles: so after a copy-up also those
 * opened before it read what is written now, as they must while all share the kernel's page cache.
 *
 * <p>{@link #lock} is the inode's data lock, the one lock that is held over I/O: over copy-up and
 * truncation. It is taken before any other.
 */
final class NodeData {
  /** Guards opening, closing and copying up. */
  final ReentrantLock lock = new ReentrantLock();

  /** Where the data comes from; null while nothing is open. Changed under {@link #lock}. */
  private volatile @Nullable DataSource source;

  /** Whether {@link DirtyFiles} knows that this is to be synced; written under its monitor. */
  volatile boolean dirty;

  /** How the kernel gets the data, and how many handles there are. */
  @GuardedBy("lock")
  private NodeState state = NodeState.idle();

  /** What the source was before; a read may still be using it. */
  @GuardedBy("lock")
  private final List<DataSource> retired = new ArrayList<>();

  @Nullable DataSource source() {
    return source;
  }

  /** Replaces the source; the old one stays open as long as any handle. */
  @GuardedBy("lock")
  void replace(DataSource newer) {
    DataSource old = source;
    source = newer;
    if (old != null) {
      retired.add(old);
    }
  }

  /**
   * A handle is opened.
   *
   * @param backing what the open answers
   */
  @GuardedBy("lock")
  void opened(OpenFile.Backing backing) {
    state = state.opened(backing);
  }

  /** A handle is closed. */
  @GuardedBy("lock")
  void closed() {
    state = state.closed();
    closeIfUnused();
  }

  @GuardedBy("lock")
  boolean isOpen() {
    return state.isOpen();
  }

  /** Closes what is open where no handle is. */
  @GuardedBy("lock")
  void closeIfUnused() {
    if (state.isOpen()) {
      return;
    }
    DataSource last = source;
    source = null;
    if (last != null) {
      last.close();
    }
    retired.forEach(DataSource::close);
    retired.clear();
  }
}
