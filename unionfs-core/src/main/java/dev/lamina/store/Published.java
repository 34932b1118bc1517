package dev.lamina.store;

import dev.lamina.linux.LinuxException;
import dev.lamina.tree.Digest;
import java.util.concurrent.atomic.AtomicReference;

/**
 * One file that this process has put among the objects and that has no row yet. All sessions that
 * rely on it share this.
 *
 * <p>The kernel tells of a failed writeback once to each descriptor, and marks the pages clean: a
 * second fdatasync through a new descriptor succeeds though the data never reached the disk. So the
 * file is synced once, by whoever comes first, and the answer holds for everybody. Thread-safe.
 */
final class Published {
  private final Digest digest;
  private final long size;
  private final AtomicReference<State> state = new AtomicReference<>(State.WRITTEN);

  private enum State {
    WRITTEN,
    SYNCED,
    NAMED,
    LOST
  }

  Published(Digest digest, long size) {
    this.digest = digest;
    this.size = size;
  }

  Digest digest() {
    return digest;
  }

  long size() {
    return size;
  }

  /**
   * Brings the data to disk unless somebody has. The object's own lock is held meanwhile, and
   * nothing else is taken within it.
   *
   * @throws LinuxException where this attempt failed
   * @throws StoreException where an earlier one did
   */
  synchronized void sync(ObjectFiles objects) {
    requireUsable();
    if (state.get() == State.WRITTEN) {
      boolean done = false;
      try {
        objects.sync(digest);
        done = true;
      } finally {
        if (done) {
          state.compareAndSet(State.WRITTEN, State.SYNCED);
        } else {
          lose();
        }
      }
    }
  }

  /** It has its row; whether it may have it. Called with the digest's stripe locked. */
  boolean name() {
    return state.compareAndSet(State.SYNCED, State.NAMED) || state.get() == State.NAMED;
  }

  boolean isNamed() {
    return state.get() == State.NAMED;
  }

  /** Neither its data nor its name may be taken to be on disk. */
  void lose() {
    state.updateAndGet(now -> now == State.NAMED ? now : State.LOST);
  }

  boolean isLost() {
    return state.get() == State.LOST;
  }

  /**
   * Goes on where it can still be relied on.
   *
   * @throws StoreException where it has been lost
   */
  void requireUsable() {
    if (isLost()) {
      throw new StoreException(
          "Blob "
              + digest
              + " could not be brought to disk, for this or for another writer; look for errors of"
              + " the disk in the kernel's log, and try again");
    }
  }
}
