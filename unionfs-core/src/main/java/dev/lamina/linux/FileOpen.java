package dev.lamina.linux;

import java.nio.charset.StandardCharsets;

/**
 * Calls that open files: openat, openat2, pipe2, memfd_create. Names are relative to a directory's
 * descriptor, or to the current directory with {@link Fd#CWD}; every descriptor is close-on-exec.
 * The flags have this architecture's values (include/uapi/asm-generic/fcntl.h and
 * arch/arm64/include/uapi/asm/fcntl.h). Thread-safe.
 */
public final class FileOpen {
  /** Open for reading only. */
  public static final int O_RDONLY = 0;

  /** Open for writing only. */
  public static final int O_WRONLY = 1;

  /** Open for reading and writing. */
  public static final int O_RDWR = 2;

  /** The bits of the three modes above. */
  public static final int O_ACCMODE = 3;

  /** Create the file if it is not there. */
  public static final int O_CREAT = 0x40;

  /** With O_CREAT: EEXIST if it is there. */
  public static final int O_EXCL = 0x80;

  /** Do not make a terminal the controlling one. */
  public static final int O_NOCTTY = 0x100;

  /** Cut a regular file to nothing. */
  public static final int O_TRUNC = 0x200;

  /** Write at the end. */
  public static final int O_APPEND = 0x400;

  /** Answer EAGAIN rather than wait. */
  public static final int O_NONBLOCK = 0x800;

  /** Each write waits for the data to be on disk. */
  public static final int O_DSYNC = 0x1000;

  /** Each write waits for data and attributes to be on disk. */
  public static final int O_SYNC = 0x101000;

  /** Leave the access time alone; only for the owner. */
  public static final int O_NOATIME = 0x40000;

  /** Close when another program is executed; set on all descriptors here. */
  public static final int O_CLOEXEC = 0x80000;

  /** A reference to the place only: no reading or writing. */
  public static final int O_PATH = 0x200000;

  /** Past the page cache. */
  public static final int O_DIRECT = Architecture.current().pick(0x4000, 0x10000);

  /** ENOTDIR unless it is a directory. */
  public static final int O_DIRECTORY = Architecture.current().pick(0x10000, 0x4000);

  /** ELOOP if the last component is a symbolic link. */
  public static final int O_NOFOLLOW = Architecture.current().pick(0x20000, 0x8000);

  /** Set by the kernel in the flags a FUSE server sees. */
  public static final int O_LARGEFILE = Architecture.current().pick(0x8000, 0x20000);

  /** A new file without a name, in the directory named. */
  public static final int O_TMPFILE = 0x400000 | O_DIRECTORY;

  /** openat2: EXDEV rather than cross a mount point. */
  public static final int RESOLVE_NO_XDEV = 0x01;

  /** openat2: ELOOP rather than follow a link of /proc. */
  public static final int RESOLVE_NO_MAGICLINKS = 0x02;

  /** openat2: ELOOP rather than follow any symbolic link. */
  public static final int RESOLVE_NO_SYMLINKS = 0x04;

  /** openat2: EXDEV rather than leave the directory, by "..", absolute name or link. */
  public static final int RESOLVE_BENEATH = 0x08;

  /** openat2: the directory is the root for "..", absolute names and links. */
  public static final int RESOLVE_IN_ROOT = 0x10;

  /** openat2: EAGAIN unless the kernel's name cache suffices. */
  public static final int RESOLVE_CACHED = 0x20;

  private static final int OPEN_HOW_SIZE = 24;
  private static final int MFD_CLOEXEC = 1;

  private FileOpen() {}

  /** Opens an existing file: {@link #openat(int, byte[], int, int)} with no mode. */
  public static Fd openat(int directory, byte[] name, int flags) {
    return openat(directory, name, flags, 0);
  }

  /**
   * Opens or creates a file.
   *
   * @param mode permission bits of a new file, of which the process's umask takes some away
   * @throws LinuxException with the errno of openat(2)
   */
  public static Fd openat(int directory, byte[] name, int flags, int mode) {
    long path = Scratch.begin().name(name);
    long fd = Syscalls.call(Syscall.OPENAT, directory, path, flags | O_CLOEXEC, mode);
    return Fd.own((int) Syscalls.check(fd, Syscall.OPENAT, name));
  }

  /**
   * Opens or creates a file, with a say in how its name is resolved. A kernel that sees a rename
   * race under RESOLVE_BENEATH or RESOLVE_IN_ROOT answers EAGAIN: try again.
   *
   * @param mode 0 unless the flags create something
   * @param resolve RESOLVE_ bits
   * @throws LinuxException with the errno of openat2(2)
   */
  public static Fd openat2(int directory, byte[] name, int flags, int mode, int resolve) {
    Scratch scratch = Scratch.begin();
    long path = scratch.name(name);
    long how = scratch.block(OPEN_HOW_SIZE);
    Memory.putLong(how, Integer.toUnsignedLong(flags | O_CLOEXEC));
    Memory.putLong(how + 8, mode);
    Memory.putLong(how + 16, resolve);
    long fd = Syscalls.call(Syscall.OPENAT2, directory, path, how, OPEN_HOW_SIZE);
    return Fd.own((int) Syscalls.check(fd, Syscall.OPENAT2, name));
  }

  /**
   * Opens anew, with other flags, what a descriptor refers to, by its link in /proc; the way from
   * an O_PATH descriptor to one that reads.
   *
   * @throws LinuxException with the errno of openat(2)
   */
  public static Fd reopen(int fd, int flags) {
    return openat(Fd.CWD, procPath(fd), flags);
  }

  /** The path under /proc that leads to what a descriptor of this process refers to. */
  public static byte[] procPath(int fd) {
    return ("/proc/self/fd/" + fd).getBytes(StandardCharsets.US_ASCII);
  }

  /** The flags a descriptor was opened with, as F_GETFL has them. */
  public static int flags(int fd) {
    return Fcntl.call(fd, Fcntl.F_GETFL, 0);
  }

  /** Sets the changeable flags of an open file: O_APPEND, O_DIRECT, O_NOATIME, O_NONBLOCK. */
  public static void setFlags(int fd, int flags) {
    Fcntl.call(fd, Fcntl.F_SETFL, flags);
  }

  /** Both ends of a pipe. */
  public record Pipe(Fd reader, Fd writer) implements AutoCloseable {
    @Override
    public void close() {
      try (reader) {
        writer.close();
      }
    }
  }

  /** Makes a pipe; of the flags, O_NONBLOCK is of use. */
  public static Pipe pipe(int flags) {
    long pair = Scratch.begin().block(8);
    Syscalls.check(Syscalls.call(Syscall.PIPE2, pair, flags | O_CLOEXEC), Syscall.PIPE2, -1);
    return new Pipe(Fd.own(Memory.getInt(pair)), Fd.own(Memory.getInt(pair + 4)));
  }

  /** Makes an empty file in memory; the name is only for /proc. */
  public static Fd memfd(String name) {
    long title = Scratch.begin().name(name);
    long fd = Syscalls.call(Syscall.MEMFD_CREATE, title, MFD_CLOEXEC);
    return Fd.own((int) Syscalls.check(fd, Syscall.MEMFD_CREATE, -1));
  }
}
