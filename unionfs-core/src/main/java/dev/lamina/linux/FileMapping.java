package dev.lamina.linux;

import java.lang.foreign.MemorySegment;

/**
 * Memory mapped by mmap(2): part of a file, or pages of nobody's. Reading or writing a file's
 * mapping past the file's end kills the process, so only files of our own are mapped. The address
 * is of use until {@link #close}, which happens when no thread uses it any more.
 */
public final class FileMapping implements AutoCloseable {
  private static final int PROT_READ = 1;
  private static final int PROT_WRITE = 2;
  private static final int MAP_SHARED = 1;
  private static final int MAP_PRIVATE = 2;
  private static final int MAP_ANONYMOUS = 0x20;
  private static final int MS_SYNC = 4;

  private final long address;
  private final long length;
  private boolean closed;

  private FileMapping(long address, long length) {
    this.address = address;
    this.length = length;
  }

  /**
   * Maps part of a file, shared: what is stored is in the file at once for everyone.
   *
   * @param fd open for reading, and for writing if {@code writable}; may be closed afterwards
   * @param position in bytes, a multiple of the page size
   * @param length in bytes, positive
   */
  public static FileMapping shared(int fd, long position, long length, boolean writable) {
    int protection = writable ? PROT_READ | PROT_WRITE : PROT_READ;
    long result = Syscalls.call(Syscall.MMAP, 0, length, protection, MAP_SHARED, fd, position);
    return new FileMapping(Syscalls.check(result, Syscall.MMAP, fd), length);
  }

  /** Maps zeroed pages of memory, given back by {@link #close} and not by the collector. */
  public static FileMapping anonymous(long length) {
    long result =
        Syscalls.call(
            Syscall.MMAP, 0, length, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    return new FileMapping(Syscalls.check(result, Syscall.MMAP, -1), length);
  }

  /**
   * The memory as a segment, which checks bounds but does not know of {@link #close}: whoever uses
   * it answers for that.
   */
  @SuppressWarnings("restricted")
  public MemorySegment segment() {
    return MemorySegment.ofAddress(address).reinterpret(length);
  }

  /** Where it begins; page-aligned. */
  public long address() {
    return address;
  }

  /** Its length in bytes. */
  public long length() {
    return length;
  }

  /** Waits until what was stored is on disk. */
  public void sync() {
    Syscalls.check(Syscalls.call(Syscall.MSYNC, address, length, MS_SYNC), Syscall.MSYNC, -1);
  }

  /** Unmaps it; again does nothing. */
  @Override
  public synchronized void close() {
    if (!closed) {
      closed = true;
      Syscalls.check(Syscalls.call(Syscall.MUNMAP, address, length), Syscall.MUNMAP, -1);
    }
  }
}
