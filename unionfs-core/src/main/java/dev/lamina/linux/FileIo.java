package dev.lamina.linux;

import java.lang.foreign.MemorySegment;
import java.lang.ref.Reference;
import java.util.Objects;

/**
 * Reading, writing and laying out the data of open files. The calls by address are for hot paths:
 * nothing is allocated, and the caller answers for the memory. Lengths and positions are in bytes,
 * positions count from the start of the file. A read or write may do less than was asked, as in C;
 * the methods on arrays go on until all is done. All throw {@link LinuxException} with the errno of
 * the manual page. Thread-safe, as far as the file is.
 */
public final class FileIo {
  /** fallocate: the size stays as it is. */
  public static final int FALLOC_FL_KEEP_SIZE = 0x01;

  /** fallocate: make a hole; needs KEEP_SIZE. */
  public static final int FALLOC_FL_PUNCH_HOLE = 0x02;

  /** fallocate: take the range out and close the gap. */
  public static final int FALLOC_FL_COLLAPSE_RANGE = 0x08;

  /** fallocate: let the range read as zeros. */
  public static final int FALLOC_FL_ZERO_RANGE = 0x10;

  /** fallocate: shift what follows and leave a hole. */
  public static final int FALLOC_FL_INSERT_RANGE = 0x20;

  /** fallocate: give shared blocks of their own to the range. */
  public static final int FALLOC_FL_UNSHARE_RANGE = 0x40;

  /** lseek: from the start. */
  public static final int SEEK_SET = 0;

  /** lseek: from where the file stands. */
  public static final int SEEK_CUR = 1;

  /** lseek: from the end. */
  public static final int SEEK_END = 2;

  /** lseek: to the next data at or after the position; ENXIO past the last. */
  public static final int SEEK_DATA = 3;

  /** lseek: to the next hole at or after the position; the end counts as one. */
  public static final int SEEK_HOLE = 4;

  /** sync_file_range: wait for writeback that is under way. */
  public static final int SYNC_FILE_RANGE_WAIT_BEFORE = 1;

  /** sync_file_range: start writeback of dirty pages. */
  public static final int SYNC_FILE_RANGE_WRITE = 2;

  /** sync_file_range: wait for the writeback just started. */
  public static final int SYNC_FILE_RANGE_WAIT_AFTER = 4;

  private static final long FICLONE = 0x40049409L;
  private static final long FICLONERANGE = 0x4020940dL;
  private static final int IOVEC_SIZE = 16;

  private FileIo() {}

  /** Reads where the file stands; the number of bytes, 0 at the end. */
  public static int read(int fd, long address, long length) {
    return (int) Syscalls.check(tryRead(fd, address, length), Syscall.READ, fd);
  }

  /**
   * As {@link #read(int, long, long)}, but answers an error as its number negated: for a loop that
   * expects ENODEV, EAGAIN or ENOENT and must not allocate.
   */
  public static long tryRead(int fd, long address, long length) {
    return Syscalls.call(Syscall.READ, fd, address, length);
  }

  /** Reads where the file stands into {@code length} bytes of a native buffer at an offset. */
  public static int read(int fd, MemorySegment buffer, long offset, long length) {
    try {
      return read(fd, writable(buffer, offset, length), length);
    } finally {
      Reference.reachabilityFence(buffer);
    }
  }

  /** Writes where the file stands; the number of bytes. */
  public static int write(int fd, long address, long length) {
    return (int) Syscalls.check(tryWrite(fd, address, length), Syscall.WRITE, fd);
  }

  /** As {@link #write(int, long, long)}, but answers an error as its number negated. */
  public static long tryWrite(int fd, long address, long length) {
    return Syscalls.call(Syscall.WRITE, fd, address, length);
  }

  /** Writes {@code length} bytes of a native buffer at an offset where the file stands. */
  public static int write(int fd, MemorySegment buffer, long offset, long length) {
    try {
      return write(fd, addressOf(buffer, offset, length), length);
    } finally {
      Reference.reachabilityFence(buffer);
    }
  }

  /** Reads from a position; the number of bytes, 0 at or past the end. */
  public static int pread(int fd, long address, long length, long position) {
    long result = Syscalls.call(Syscall.PREAD64, fd, address, length, position);
    return (int) Syscalls.check(result, Syscall.PREAD64, fd);
  }

  /** Reads from a position into {@code length} bytes of a native buffer at an offset. */
  public static int pread(int fd, MemorySegment buffer, long offset, long length, long position) {
    try {
      return pread(fd, writable(buffer, offset, length), length, position);
    } finally {
      Reference.reachabilityFence(buffer);
    }
  }

  /** Writes at a position; the number of bytes. */
  public static int pwrite(int fd, long address, long length, long position) {
    long result = Syscalls.call(Syscall.PWRITE64, fd, address, length, position);
    return (int) Syscalls.check(result, Syscall.PWRITE64, fd);
  }

  /** Writes {@code length} bytes of a native buffer at an offset to a position. */
  public static int pwrite(int fd, MemorySegment buffer, long offset, long length, long position) {
    try {
      return pwrite(fd, addressOf(buffer, offset, length), length, position);
    } finally {
      Reference.reachabilityFence(buffer);
    }
  }

  /**
   * Reads from a position into an array until it has {@code length} bytes or the file ends; the
   * number of bytes read. They pass through a buffer of the thread's.
   */
  public static int readFully(int fd, byte[] target, int offset, int length, long position) {
    Objects.checkFromIndexSize(offset, length, target.length);
    long buffer = Scratch.begin().large();
    int done = 0;
    while (done < length) {
      int wanted = Math.min(length - done, Scratch.LARGE_SIZE);
      int got = pread(fd, buffer, wanted, position + done);
      if (got == 0) {
        break;
      }
      Memory.copyOut(buffer, target, offset + done, got);
      done += got;
    }
    return done;
  }

  /** Writes {@code length} bytes of an array at a position, all of them. */
  public static void writeFully(int fd, byte[] source, int offset, int length, long position) {
    Objects.checkFromIndexSize(offset, length, source.length);
    long buffer = Scratch.begin().large();
    int done = 0;
    while (done < length) {
      int part = Math.min(length - done, Scratch.LARGE_SIZE);
      Memory.copyIn(buffer, source, offset + done, part);
      done += pwrite(fd, buffer, part, position + done);
    }
  }

  /**
   * Writes two or three pieces of memory as one, where the file stands: what a FUSE reply needs,
   * which must be one write. Pass length 0 for a piece that is not there. An error is answered as
   * its number negated.
   */
  public static long tryWritev(
      int fd, long first, long length1, long second, long length2, long third, long length3) {
    long vector = vector(first, length1, second, length2, third, length3);
    return Syscalls.call(Syscall.WRITEV, fd, vector, length3 == 0 ? 2 : 3);
  }

  /** As {@link #tryWritev}, an error as an exception; the number of bytes. */
  public static int writev(
      int fd, long first, long length1, long second, long length2, long third, long length3) {
    long result = tryWritev(fd, first, length1, second, length2, third, length3);
    return (int) Syscalls.check(result, Syscall.WRITEV, fd);
  }

  /** Reads into two or three pieces of memory, where the file stands; the number of bytes. */
  public static int readv(
      int fd, long first, long length1, long second, long length2, long third, long length3) {
    long vector = vector(first, length1, second, length2, third, length3);
    long result = Syscalls.call(Syscall.READV, fd, vector, length3 == 0 ? 2 : 3);
    return (int) Syscalls.check(result, Syscall.READV, fd);
  }

  /** Sets the size of the named file, after symbolic links. */
  public static void truncate(byte[] path, long size) {
    long name = Scratch.begin().name(path);
    Syscalls.check(Syscalls.call(Syscall.TRUNCATE, name, size), Syscall.TRUNCATE, path);
  }

  /** Sets the size. */
  public static void ftruncate(int fd, long size) {
    Syscalls.check(Syscalls.call(Syscall.FTRUNCATE, fd, size), Syscall.FTRUNCATE, fd);
  }

  /** Allocates, punches or shifts a range, by the FALLOC_FL_ bits of {@code mode}. */
  public static void fallocate(int fd, int mode, long position, long length) {
    long result = Syscalls.call(Syscall.FALLOCATE, fd, mode, position, length);
    Syscalls.check(result, Syscall.FALLOCATE, fd);
  }

  /** Moves where the file stands; the new position. */
  public static long lseek(int fd, long offset, int whence) {
    return Syscalls.check(Syscalls.call(Syscall.LSEEK, fd, offset, whence), Syscall.LSEEK, fd);
  }

  /** Brings data and attributes to disk. */
  public static void fsync(int fd) {
    Syscalls.check(Syscalls.call(Syscall.FSYNC, fd), Syscall.FSYNC, fd);
  }

  /** Brings data, and the attributes needed to find it, to disk. */
  public static void fdatasync(int fd) {
    Syscalls.check(Syscalls.call(Syscall.FDATASYNC, fd), Syscall.FDATASYNC, fd);
  }

  /** Brings the whole file system that the descriptor lies on to disk. */
  public static void syncfs(int fd) {
    Syscalls.check(Syscalls.call(Syscall.SYNCFS, fd), Syscall.SYNCFS, fd);
  }

  /** Brings all file systems to disk, those included that are mounted nowhere any more. */
  public static void sync() {
    Syscalls.check(Syscalls.call(Syscall.SYNC), Syscall.SYNC, -1);
  }

  /** Starts or awaits writeback of a range (length 0: to the end), by SYNC_FILE_RANGE_ bits. */
  public static void syncFileRange(int fd, long position, long length, int flags) {
    long result = Syscalls.call(Syscall.SYNC_FILE_RANGE, fd, position, length, flags);
    Syscalls.check(result, Syscall.SYNC_FILE_RANGE, fd);
  }

  /**
   * Copies within the kernel from one position to another; the number of bytes, 0 at the end of the
   * source. Neither file's own position moves.
   */
  public static long copyFileRange(
      int source, long sourcePosition, int target, long targetPosition, long length) {
    long positions = Scratch.begin().block(16);
    Memory.putLong(positions, sourcePosition);
    Memory.putLong(positions + 8, targetPosition);
    long result =
        Syscalls.call(Syscall.COPY_FILE_RANGE, source, positions, target, positions + 8, length, 0);
    return Syscalls.check(result, Syscall.COPY_FILE_RANGE, target);
  }

  /**
   * Makes the target share the source's blocks; it becomes a copy (FICLONE). EOPNOTSUPP, EXDEV or
   * EINVAL where the file system cannot.
   */
  public static void clone(int source, int target) {
    Ioctl.call(target, FICLONE, source);
  }

  /** As {@link #clone}, of a range; length 0 means to the source's end (FICLONERANGE). */
  public static void cloneRange(
      int source, long sourcePosition, long length, int target, long targetPosition) {
    long range = Scratch.begin().block(32);
    Memory.putLong(range, source);
    Memory.putLong(range + 8, sourcePosition);
    Memory.putLong(range + 16, length);
    Memory.putLong(range + 24, targetPosition);
    Ioctl.call(target, FICLONERANGE, range);
  }

  private static long vector(
      long first, long length1, long second, long length2, long third, long length3) {
    long vector = Scratch.begin().block(3 * IOVEC_SIZE);
    Memory.putLong(vector, first);
    Memory.putLong(vector + 8, length1);
    Memory.putLong(vector + 16, second);
    Memory.putLong(vector + 24, length2);
    Memory.putLong(vector + 32, third);
    Memory.putLong(vector + 40, length3);
    return vector;
  }

  private static long writable(MemorySegment buffer, long offset, long length) {
    if (buffer.isReadOnly()) {
      throw new IllegalArgumentException("A read needs a buffer that may be written");
    }
    return addressOf(buffer, offset, length);
  }

  private static long addressOf(MemorySegment buffer, long offset, long length) {
    Objects.checkFromIndexSize(offset, length, buffer.byteSize());
    if (!buffer.scope().isAlive()) {
      throw new IllegalStateException("The buffer has been freed");
    }
    if (!buffer.isNative()) {
      throw new IllegalArgumentException("The kernel needs a native buffer, not a Java array");
    }
    return buffer.address() + offset;
  }
}
