package dev.lamina.volume;

import java.time.Instant;

/**
 * The four times of an inode, each in ns since the epoch.
 *
 * @param access last access
 * @param modify last change of the content; of a file with own data the data file's counts instead
 * @param change last change of the inode
 * @param birth when it was made
 */
record Times(long access, long modify, long change, long birth) {
  private static final long NANOS = 1_000_000_000L;

  /** A moment, in ns since the epoch. */
  static long of(Instant moment) {
    return moment.getEpochSecond() * NANOS + moment.getNano();
  }

  /** All four the same: a new inode's. */
  static Times all(long time) {
    return new Times(time, time, time, time);
  }

  Times changed(long now) {
    return new Times(access, modify, now, birth);
  }

  Times modified(long now) {
    return new Times(access, now, now, birth);
  }

  Times accessed(long now) {
    return new Times(now, modify, change, birth);
  }
}
