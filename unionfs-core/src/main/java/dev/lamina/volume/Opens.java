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

  /** What is registered as {@link #backingId}. */
  private OpenFile.Backing registered = OpenFile.Backing.NONE;

  /** What is kept for the next open, while nothing is open; null where nothing is. */
  private @Nullable KeptFile kept;

  /** Whether anything may be kept: not of a node id that names hand out no more. */
  private boolean keeps = true;

  /** How often objects had been condemned when the source was opened. */
  private long condemned;

  /** The number of the own file that is registered. */
  private long file;

  /**
   * A file that is registered while nothing has it open.
   *
   * @param source what reads it, for an object: an own file that was open to be written, if only
   *     here, could get no lease
   */
  private record KeptFile(
      Backings.Kept registration,
      int id,
      OpenFile.Backing backing,
      @Nullable DataSource source,
      long condemned,
      long file) {}

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

  /** The first handle is opened, with what is registered, if anything is. */
  void openedFirst() {
    state = state.opened(registered);
  }

  /** An object, which is the source, was registered, or refused. */
  void registeredObject(int id, long condemnedBefore) {
    backingId = id;
    registered = id == Backings.NONE ? OpenFile.Backing.NONE : OpenFile.Backing.OBJECT;
    condemned = condemnedBefore;
  }

  /** An own file was registered, or refused. */
  void registeredOwn(int id, long number) {
    backingId = id;
    registered = id == Backings.NONE ? OpenFile.Backing.NONE : OpenFile.Backing.OWN_FILE;
    file = number;
  }

  /** Whether something is registered that is not in use yet. */
  boolean isRegistered() {
    return backingId != Backings.NONE;
  }

  /**
   * Uses the object again that was kept, as the source and as what is registered; whether there is
   * one.
   *
   * @param condemnedNow objects condemned since then are not to be read
   */
  boolean reuseObject(long condemnedNow) {
    KeptFile last = kept;
    if (last == null || last.source == null || last.condemned != condemnedNow || !take(last)) {
      dropKept();
      return false;
    }
    source = last.source;
    registeredObject(last.id, last.condemned);
    return true;
  }

  /** Uses the own file again that was kept registered, if it is this one. */
  boolean reuseOwn(long number) {
    KeptFile last = kept;
    if (last == null || last.source != null || last.file != number || !take(last)) {
      dropKept();
      return false;
    }
    registeredOwn(last.id, number);
    return true;
  }

  private boolean take(KeptFile last) {
    kept = null;
    return last.registration.take();
  }

  /** Lets go of what is kept. */
  void dropKept() {
    KeptFile last = kept;
    kept = null;
    if (last != null) {
      last.registration.drop();
    }
  }

  /** Names hand out this node id from now on. */
  void keepAgain() {
    keeps = true;
  }

  /** Names hand out another node id from now on. */
  void keepNothing() {
    keeps = false;
    dropKept();
  }

  /** A handle is closed. */
  void closed(Backings backings) {
    state = state.closed();
    closeIfUnused(backings);
  }

  /**
   * Closes what is open where no handle is: first what the kernel has of it, unless that is kept.
   */
  void closeIfUnused(Backings backings) {
    if (state.isOpen()) {
      return;
    }
    DataSource last = source;
    source = null;
    int id = backingId;
    backingId = Backings.NONE;
    if (id != Backings.NONE) {
      if (!keeps) {
        backings.close(id);
      } else if (registered == OpenFile.Backing.OBJECT && last != null) {
        Runnable closing = last::close;
        kept = new KeptFile(backings.keep(id, closing), id, registered, last, condemned, 0);
        last = null;
      } else {
        kept = new KeptFile(backings.keep(id, () -> {}), id, registered, null, 0, file);
      }
      registered = OpenFile.Backing.NONE;
    }
    if (last != null) {
      last.close();
    }
    replaced.forEach(DataSource::close);
    replaced.clear();
  }
}
