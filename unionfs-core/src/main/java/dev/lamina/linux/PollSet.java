package dev.lamina.linux;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.lang.ref.Reference;

/**
 * Waits for the first of several descriptors to be ready (ppoll). Made once and used again without
 * allocating. Not thread-safe; it does not own the descriptors.
 */
public final class PollSet {
  /** There is something to read. */
  public static final int POLLIN = 0x001;

  /** A write would not wait. */
  public static final int POLLOUT = 0x004;

  /** The descriptor is in error; reported unasked. */
  public static final int POLLERR = 0x008;

  /** The other end is gone; reported unasked. */
  public static final int POLLHUP = 0x010;

  /** No such descriptor; reported unasked. */
  public static final int POLLNVAL = 0x020;

  private static final int ENTRY = 8;

  private final int count;
  private final MemorySegment memory;

  /** Waits for something to read on each of these. */
  public PollSet(int... fds) {
    count = fds.length;
    memory = Memory.pageAligned(Math.max(1, (long) count * ENTRY) + 16);
    for (int i = 0; i < count; i++) {
      set(i, fds[i], POLLIN);
    }
  }

  /** Waits at this place for these POLL bits of this descriptor; a negative one is ignored. */
  public void set(int index, int fd, int events) {
    memory.set(ValueLayout.JAVA_INT, (long) index * ENTRY, fd);
    memory.set(ValueLayout.JAVA_SHORT, (long) index * ENTRY + 4, (short) events);
  }

  /**
   * Waits.
   *
   * @param timeout in ns; negative is endless, 0 only looks
   * @return how many are ready; 0 after the timeout or a signal
   * @throws LinuxException with the errno of ppoll(2) other than EINTR
   */
  public int await(long timeout) {
    try {
      long entries = memory.address();
      long time = 0;
      if (timeout >= 0) {
        time = entries + (long) count * ENTRY;
        Timespec.put(time, timeout);
      }
      long result = Syscalls.once(Syscall.PPOLL, entries, count, time, 0, 0, 0);
      if (result == -Errno.EINTR.number()) {
        return 0;
      }
      return (int) Syscalls.check(result, Syscall.PPOLL, -1);
    } finally {
      Reference.reachabilityFence(memory);
    }
  }

  /** The POLL bits found at a place by the last wait that had any ready. */
  public int ready(int index) {
    return memory.get(ValueLayout.JAVA_SHORT, (long) index * ENTRY + 6);
  }
}
