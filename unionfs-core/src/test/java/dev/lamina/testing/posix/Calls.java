package dev.lamina.testing.posix;

import static dev.lamina.testing.posix.Answer.ok;

import dev.lamina.linux.Fd;
import dev.lamina.linux.FileAttributes;
import dev.lamina.linux.FileNames;
import dev.lamina.linux.FileOpen;
import dev.lamina.linux.FileStatus;
import dev.lamina.linux.RawCall;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.Arrays;

/**
 * System calls by paths in the calling thread's directory. They answer as the kernel does: the
 * result, or the error number negated.
 */
final class Calls {
  /** An address that is never mapped. */
  static final long BAD_ADDRESS = 8;

  private static final int READ_SIZE = 1 << 16;

  private Calls() {}

  static long open(String path, int flags) {
    return open(path, flags, 0);
  }

  static long open(String path, int flags, int mode) {
    return RawCall.OPENAT.of(Fd.CWD, path, flags | FileOpen.O_CLOEXEC, mode);
  }

  /** Opens, and closes at once. */
  static long openAndClose(String path, int flags, int mode) {
    long fd = open(path, flags, mode);
    return fd < 0 ? fd : close(fd);
  }

  static long close(long fd) {
    return RawCall.CLOSE.of(fd);
  }

  static long mkdir(String path, int mode) {
    return RawCall.MKDIRAT.of(Fd.CWD, path, mode);
  }

  static long mknod(String path, int mode, long device) {
    return RawCall.MKNODAT.of(Fd.CWD, path, mode, device);
  }

  static long mkfifo(String path, int mode) {
    return mknod(path, FileStatus.S_IFIFO | mode, 0);
  }

  static long symlink(String target, String path) {
    return RawCall.SYMLINKAT.of(target, Fd.CWD, path);
  }

  static long link(String from, String to) {
    return RawCall.LINKAT.of(Fd.CWD, from, Fd.CWD, to, 0);
  }

  static long unlink(String path) {
    return RawCall.UNLINKAT.of(Fd.CWD, path, 0);
  }

  static long rmdir(String path) {
    return RawCall.UNLINKAT.of(Fd.CWD, path, FileNames.AT_REMOVEDIR);
  }

  static long rename(String from, String to) {
    return rename(from, to, 0);
  }

  static long rename(String from, String to, int flags) {
    return RawCall.RENAMEAT2.of(Fd.CWD, from, Fd.CWD, to, flags);
  }

  static long chmod(String path, int mode) {
    return RawCall.FCHMODAT.of(Fd.CWD, path, mode);
  }

  static long chown(String path, int uid, int gid) {
    return RawCall.FCHOWNAT.of(Fd.CWD, path, uid, gid, 0);
  }

  static long lchown(String path, int uid, int gid) {
    return RawCall.FCHOWNAT.of(Fd.CWD, path, uid, gid, FileAttributes.AT_SYMLINK_NOFOLLOW);
  }

  static long truncate(String path, long size) {
    return RawCall.TRUNCATE.of(path, size);
  }

  static long access(String path, int mode) {
    return RawCall.FACCESSAT2.of(Fd.CWD, path, mode, 0);
  }

  /** Sets both times, ns since the epoch, or {@code Timespec.NOW} and {@code OMIT}. */
  static long utimens(String path, long accessTime, long modifyTime) {
    return utimens(path, accessTime, modifyTime, 0);
  }

  static long utimens(String path, long accessTime, long modifyTime, int flags) {
    try (Arena arena = Arena.ofConfined()) {
      MemorySegment times = arena.allocate(32, 8);
      putTime(times, 0, accessTime);
      putTime(times, 16, modifyTime);
      return RawCall.UTIMENSAT.of(Fd.CWD, path, times, flags);
    }
  }

  private static final int UTIME_NOW = 0x3fffffff;
  private static final int UTIME_OMIT = 0x3ffffffe;

  /** As {@link #utimens}: the current time. */
  static final long NOW = Long.MIN_VALUE;

  /** As {@link #utimens}: the time that is there. */
  static final long OMIT = Long.MIN_VALUE + 1;

  private static void putTime(MemorySegment times, long at, long time) {
    boolean special = time == NOW || time == OMIT;
    long nanos =
        time == NOW ? UTIME_NOW : time == OMIT ? UTIME_OMIT : Math.floorMod(time, 1_000_000_000L);
    times.set(ValueLayout.JAVA_LONG, at, special ? 0 : Math.floorDiv(time, 1_000_000_000L));
    times.set(ValueLayout.JAVA_LONG, at + 8, nanos);
  }

  static long statx(String path, int flags) {
    try (Arena arena = Arena.ofConfined()) {
      MemorySegment buffer = arena.allocate(256, 8);
      return RawCall.STATX.of(Fd.CWD, path, flags, FileAttributes.STATX_BASIC_STATS, buffer);
    }
  }

  static long readlink(String path) {
    try (Arena arena = Arena.ofConfined()) {
      return RawCall.READLINKAT.of(Fd.CWD, path, arena.allocate(READ_SIZE), READ_SIZE);
    }
  }

  static String target(String path) {
    return Paths.text(FileNames.readlinkat(Fd.CWD, Paths.bytes(path)));
  }

  static long setxattr(String path, String name, byte[] value, int flags) {
    return RawCall.SETXATTR.of(path, name, value, value.length, flags);
  }

  static long lsetxattr(String path, String name, byte[] value, int flags) {
    return RawCall.LSETXATTR.of(path, name, value, value.length, flags);
  }

  static long getxattr(String path, String name) {
    return RawCall.GETXATTR.of(path, name, 0, 0);
  }

  static long removexattr(String path, String name) {
    return RawCall.REMOVEXATTR.of(path, name);
  }

  static long listxattr(String path) {
    return RawCall.LISTXATTR.of(path, 0, 0);
  }

  static long chdir(String path) {
    return RawCall.CHDIR.of(path);
  }

  static long statfs(String path) {
    try (Arena arena = Arena.ofConfined()) {
      return RawCall.STATFS.of(path, arena.allocate(256, 8));
    }
  }

  /** Makes a file, 0644, with content. */
  static void file(String path, String content) {
    int flags = FileOpen.O_WRONLY | FileOpen.O_CREAT | FileOpen.O_EXCL;
    long fd = ok(open(path, flags, 0644));
    if (!content.isEmpty()) {
      ok(write(fd, content));
    }
    ok(close(fd));
  }

  static long write(long fd, String content) {
    return RawCall.WRITE.of(fd, content, content.length());
  }

  static long pwrite(long fd, String content, long position) {
    return RawCall.PWRITE64.of(fd, content, content.length(), position);
  }

  /** Reads at most 64 KiB. */
  static String pread(long fd, long position) {
    try (Arena arena = Arena.ofConfined()) {
      MemorySegment buffer = arena.allocate(READ_SIZE);
      int length = (int) ok(RawCall.PREAD64.of(fd, buffer, READ_SIZE, position));
      byte[] bytes = buffer.asSlice(0, length).toArray(ValueLayout.JAVA_BYTE);
      return Paths.text(Arrays.copyOf(bytes, length));
    }
  }

  /** Returns a small file's content. */
  static String text(String path) {
    long fd = ok(open(path, FileOpen.O_RDONLY));
    try {
      return pread(fd, 0);
    } finally {
      close(fd);
    }
  }

  /** Returns the attributes of what is at a path itself. */
  static FileStatus stat(String path) {
    FileStatus status = new FileStatus();
    FileAttributes.lstatat(Fd.CWD, Paths.bytes(path), status);
    return status;
  }

  static FileStatus fstat(int fd) {
    FileStatus status = new FileStatus();
    FileAttributes.fstat(fd, status);
    return status;
  }

  static int mode(String path) {
    return stat(path).permissions();
  }

  static boolean exists(String path) {
    return FileAttributes.lstatIfPresent(Fd.CWD, Paths.bytes(path), new FileStatus());
  }
}
