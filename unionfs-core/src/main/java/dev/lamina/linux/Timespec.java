package dev.lamina.linux;

/**
 * Times of files as one {@code long} of nanoseconds since 1970-01-01T00:00Z, to and from the
 * kernel's pair of seconds and nanoseconds. The range is 1677-09-21 to 2262-04-11, which has in it
 * every time a 32-bit file system can store from 1901 on; a time beyond it (ext4 goes to 2446, XFS
 * to 2486) becomes the nearest end, so that such a file can still be read.
 */
public final class Timespec {
  /** For setting times: leave this one as it is. Not a time of any file. */
  public static final long OMIT = Long.MIN_VALUE;

  /** For setting times: the kernel's present time. Not a time of any file. */
  public static final long NOW = Long.MIN_VALUE + 1;

  /** The earliest time, in ns. */
  public static final long MIN = Long.MIN_VALUE + 2;

  /** The latest time, in ns. */
  public static final long MAX = Long.MAX_VALUE;

  private static final long SECOND = 1_000_000_000L;
  private static final int UTIME_NOW = (1 << 30) - 1;
  private static final int UTIME_OMIT = (1 << 30) - 2;

  private Timespec() {}

  /**
   * Nanoseconds since the epoch, or the nearest end of the range.
   *
   * @param nanos 0 to 999,999,999
   */
  public static long ofSeconds(long seconds, int nanos) {
    long least = Math.floorDiv(MIN, SECOND);
    if (seconds < least || (seconds == least && nanos < Math.floorMod(MIN, SECOND))) {
      return MIN;
    }
    long most = MAX / SECOND;
    if (seconds > most || (seconds == most && nanos > MAX % SECOND)) {
      return MAX;
    }
    // In the first second the product overflows, and the sum comes back.
    return seconds * SECOND + nanos;
  }

  /** The whole seconds, rounded down: -1 ns is second -1. */
  public static long seconds(long time) {
    return Math.floorDiv(time, SECOND);
  }

  /** The nanoseconds within the second, 0 to 999,999,999. */
  public static int nanos(long time) {
    return (int) Math.floorMod(time, SECOND);
  }

  /** Stores 16 bytes of struct timespec, OMIT and NOW as utimensat(2) spells them. */
  static void put(long address, long time) {
    if (time == OMIT || time == NOW) {
      Memory.putLong(address, 0);
      Memory.putLong(address + 8, time == NOW ? UTIME_NOW : UTIME_OMIT);
    } else {
      Memory.putLong(address, seconds(time));
      Memory.putLong(address + 8, nanos(time));
    }
  }
}
