package dev.lamina.volume;

import dev.lamina.fs.FileName;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentNavigableMap;
import java.util.concurrent.ConcurrentSkipListMap;
import java.util.concurrent.locks.ReentrantLock;
import org.jspecify.annotations.Nullable;

/**
 * One directory's names in the delta, cached where they are few. Changed under {@link #lock}, which
 * is the directory's lock; read without one, so a reader sees each name before or after its change.
 */
final class DirectoryNames {
  /** A directory of which the delta says more than this is read from the delta each time. */
  static final int MOST_CACHED = 10_000;

  /** Guards what the delta says of the directory's names. */
  final ReentrantLock lock = new ReentrantLock();

  private volatile @Nullable Cached cached;
  private volatile boolean large;

  /** What the delta says of the names; complete. */
  static final class Cached {
    final ConcurrentHashMap<FileName, NameRow> rows = new ConcurrentHashMap<>();
    final ConcurrentNavigableMap<Long, FileName> sequence = new ConcurrentSkipListMap<>();
  }

  /** Returns the cached names, loaded where they were not; null where they are too many. */
  @Nullable Cached cached(long directory, Delta delta) {
    Cached present = cached;
    return present != null || large ? present : load(directory, delta);
  }

  private @Nullable Cached load(long directory, Delta delta) {
    lock.lock();
    try {
      if (cached == null && !large) {
        Cached loading = new Cached();
        delta.names(
            directory,
            (name, row) -> {
              add(loading, name, row);
              return loading.rows.size() <= MOST_CACHED;
            });
        if (loading.rows.size() > MOST_CACHED) {
          large = true;
        } else {
          cached = loading;
        }
      }
      return cached;
    } finally {
      lock.unlock();
    }
  }

  /** The directory was just made: the delta says nothing of its names. */
  void startEmpty() {
    cached = new Cached();
  }

  /** A name's row was written. Called under {@link #lock}. */
  void put(FileName name, NameRow row) {
    Cached present = cached;
    if (present == null) {
      return;
    }
    add(present, name, row);
    if (present.rows.size() > MOST_CACHED) {
      large = true;
      cached = null;
    }
  }

  /** A name's row was removed. Called under {@link #lock}. */
  void remove(FileName name) {
    Cached present = cached;
    if (present == null) {
      return;
    }
    NameRow old = present.rows.remove(name);
    if (old != null && Slots.isSequence(old.slot())) {
      present.sequence.remove(old.slot());
    }
  }

  private static void add(Cached to, FileName name, NameRow row) {
    to.rows.put(name, row);
    if (Slots.isSequence(row.slot())) {
      to.sequence.put(row.slot(), name);
    }
  }
}
