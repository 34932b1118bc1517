package dev.lamina.volume;

import dev.lamina.fs.Backings;
import dev.lamina.fs.NodeState;
import dev.lamina.fs.OpenFile;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * The open files of one node id: all have one backing, or none, and read from one source. An inode
 * has those of the node id that names hand out ({@link NodeData#current}) and, as long as anybody
 * has them, those of others: of retired ones, which go on reading the object, and of such as are
 * opened anew by what still leads to them. Everything but reading {@link #source} and the doubts
 * happens under the inode's data lock.
 */
final class Opens {
  /** Where the data comes from; null while nothing is open. */
  private volatile @Nullable DataSource source;

  /** What the source was before; a read may still be using it. */
  private final List<DataSource> replaced = new ArrayList<>();

  private NodeState state = NodeState.idle();

  /** How often the kernel's cache may have become wrong, and how often it had when last dropped. */
  private int doubts;

  private volatile int doubtsDropped;
  private int backingId = Backings.NONE;

  @Nullable DataSource source() {
    return source;
  }

  /** Replaces the source; the old one stays open as long as any handle. */
  void replace(DataSource newer) {
    DataSource old = source;
    source = newer;
    if (old != null) {
      replaced.add(old);
    }
  }

  boolean isOpen() {
    return state.isOpen();
  }

  /** What the kernel reads by itself. */
  OpenFile.Backing backing() {
    return state instanceof NodeState.Passthrough(OpenFile.Backing backing, int _)
        ? backing
        : OpenFile.Backing.NONE;
  }

  /** Whether the kernel reads an object by itself, so that nobody may write by this node id. */
  boolean isReadByKernel() {
    return backing() == OpenFile.Backing.OBJECT;
  }

  /** The content may have changed otherwise than through the kernel's cache of it. */
  void distrustCache() {
    doubts++;
  }

  /** Whether what the kernel has cached by this node id is right. */
  boolean isCacheRight() {
    return doubtsDropped == doubts;
  }

  /** How often there was doubt up to now. */
  int doubts() {
    return doubts;
  }

  /** The kernel has dropped its cache when there had been so many doubts. */
  void cacheDropped(int before) {
    doubtsDropped = before;
  }

  /** The id of {@link #backing}. */
  int backingId() {
    return backingId;
  }

  /** A handle is opened as the others are, or, where there is no other, as nothing but cached. */
  void opened() {
    state = state.opened(backing());
  }

  /** The first handle is opened, with a backing. */
  void opened(OpenFile.Backing backing, int id) {
    state = state.opened(backing);
    backingId = id;
  }

  /** A handle is closed. */
  void closed(Backings backings) {
    state = state.closed();
    closeIfUnused(backings);
  }

  /** Closes what is open where no handle is: first what the kernel has of it. */
  void closeIfUnused(Backings backings) {
    if (state.isOpen()) {
      return;
    }
    int id = backingId;
    backingId = Backings.NONE;
    if (id != Backings.NONE) {
      backings.close(id);
    }
    DataSource last = source;
    source = null;
    if (last != null) {
      last.close();
    }
    replaced.forEach(DataSource::close);
    replaced.clear();
  }
}
