package dev.lamina.linux;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.nio.charset.StandardCharsets;

/**
 * Native memory of one thread for the arguments of one call: the captured error number, names and
 * small structures. {@link #begin} gives all of it to the next call, so what a call has put here is
 * read before the same thread makes another. The memory lives as long as its thread.
 */
final class Scratch {
  /** The longest name or path the kernel takes, its terminating zero included (linux/limits.h). */
  static final int PATH_MAX = 4096;

  /** The largest value and the largest list of names of extended attributes (linux/limits.h). */
  static final int LARGE_SIZE = 65536;

  private static final int ERRNO_SIZE = 64;
  private static final int SIZE = ERRNO_SIZE + 5 * PATH_MAX;

  private static final ThreadLocal<Scratch> CURRENT = ThreadLocal.withInitial(Scratch::new);

  private final MemorySegment memory = Arena.ofAuto().allocate(SIZE, 64);
  private final MemorySegment errno = memory.asSlice(0, Integer.BYTES);
  private final long start = memory.address() + ERRNO_SIZE;
  private final long end = memory.address() + SIZE;
  private MemorySegment large = MemorySegment.NULL;
  private long next = start;

  private Scratch() {}

  /** The calling thread's. */
  static Scratch current() {
    return CURRENT.get();
  }

  /** The calling thread's, emptied for the arguments of a new call. */
  static Scratch begin() {
    Scratch scratch = CURRENT.get();
    scratch.next = scratch.start;
    return scratch;
  }

  MemorySegment errno() {
    return errno;
  }

  /** The address of {@code size} bytes, zeroed and 8-aligned. */
  long block(int size) {
    long address = take(size);
    Memory.clear(address, size);
    return address;
  }

  /**
   * The address of a copy of a name with a zero after it.
   *
   * @throws LinuxException ENAMETOOLONG if it is 4096 bytes or longer, EINVAL if it holds a zero
   *     byte; the kernel would take the part before that for the whole
   */
  long name(byte[] name) {
    if (name.length >= PATH_MAX) {
      throw LinuxException.ofName(Errno.ENAMETOOLONG, name);
    }
    for (byte b : name) {
      if (b == 0) {
        throw LinuxException.ofName(Errno.EINVAL, name);
      }
    }
    long address = take(name.length + 1);
    Memory.copyIn(address, name, 0, name.length);
    Memory.putByte(address + name.length, (byte) 0);
    return address;
  }

  /** As {@link #name(byte[])}, of a text that is ours, such as an option. */
  long name(String text) {
    return name(text.getBytes(StandardCharsets.UTF_8));
  }

  /** The address of 64 KiB that only {@link #large} hands out; not cleared. */
  long large() {
    if (large.equals(MemorySegment.NULL)) {
      large = Arena.ofAuto().allocate(LARGE_SIZE, 64);
    }
    return large.address();
  }

  private long take(int size) {
    long address = next;
    long after = (address + size + 7) & -8L;
    if (after > end) {
      throw new IllegalStateException("The arguments of one call do not fit in " + SIZE + " bytes");
    }
    next = after;
    return address;
  }
}
