package dev.lamina.linux;

/**
 * Reading and setting what an inode says of itself: statx, chmod, chown, times. Names are relative
 * to a directory's descriptor; flags are of the AT_ kind (include/uapi/linux/fcntl.h). All throw
 * {@link LinuxException} with the errno of the manual page. Thread-safe.
 */
public final class FileAttributes {
  /** Of a symbolic link, mean the link itself. */
  public static final int AT_SYMLINK_NOFOLLOW = 0x100;

  /** linkat: follow a symbolic link. */
  public static final int AT_SYMLINK_FOLLOW = 0x400;

  /** Mount nothing automatically. */
  public static final int AT_NO_AUTOMOUNT = 0x800;

  /** An empty name means what the descriptor itself refers to, also one of O_PATH. */
  public static final int AT_EMPTY_PATH = 0x1000;

  /** With open_tree and mount_setattr: the mounts below, too. */
  public static final int AT_RECURSIVE = 0x8000;

  /** statx: what is cached will do. */
  public static final int AT_STATX_DONT_SYNC = 0x4000;

  /** All that stat(2) has. */
  public static final int STATX_BASIC_STATS = 0x7ff;

  /** Time of creation. */
  public static final int STATX_BTIME = 0x800;

  /** Mount id. */
  public static final int STATX_MNT_ID = 0x1000;

  private static final byte[] EMPTY = {};
  private static final int ALL_FIELDS = STATX_BASIC_STATS | STATX_BTIME | STATX_MNT_ID;

  private FileAttributes() {}

  /** Fills {@code status} with what an open file, also an O_PATH one, is. Allocates nothing. */
  public static void fstat(int fd, FileStatus status) {
    Scratch scratch = Scratch.begin();
    long buffer = scratch.block(FileStatus.SIZE);
    long path = scratch.name(EMPTY);
    long result = Syscalls.call(Syscall.STATX, fd, path, AT_EMPTY_PATH, ALL_FIELDS, buffer);
    Syscalls.check(result, Syscall.STATX, fd);
    status.read(buffer);
  }

  /** Fills {@code status} with what the named file is; a symbolic link is itself. */
  public static void lstatat(int directory, byte[] name, FileStatus status) {
    statx(directory, name, AT_SYMLINK_NOFOLLOW, ALL_FIELDS, status);
  }

  /** Fills {@code status} with what the named file is, after symbolic links. */
  public static void statat(int directory, byte[] name, FileStatus status) {
    statx(directory, name, 0, ALL_FIELDS, status);
  }

  /**
   * As {@link #lstatat}, but answers false where there is no such name (ENOENT); nothing is
   * allocated then, either.
   */
  public static boolean lstatIfPresent(int directory, byte[] name, FileStatus status) {
    Scratch scratch = Scratch.begin();
    long buffer = scratch.block(FileStatus.SIZE);
    long path = scratch.name(name);
    long result =
        Syscalls.call(Syscall.STATX, directory, path, AT_SYMLINK_NOFOLLOW, ALL_FIELDS, buffer);
    if (result == -Errno.ENOENT.number()) {
      return false;
    }
    Syscalls.check(result, Syscall.STATX, name);
    status.read(buffer);
    return true;
  }

  /** statx(2) as it is: with AT_ flags and the fields wanted as STATX_ bits. */
  public static void statx(int directory, byte[] name, int flags, int fields, FileStatus status) {
    Scratch scratch = Scratch.begin();
    long buffer = scratch.block(FileStatus.SIZE);
    long path = scratch.name(name);
    long result = Syscalls.call(Syscall.STATX, directory, path, flags, fields, buffer);
    Syscalls.check(result, Syscall.STATX, name);
    status.read(buffer);
  }

  /**
   * Sets the times of an open file, not of one opened with O_PATH.
   *
   * @param accessTime ns since the epoch, or {@link Timespec#NOW} or {@link Timespec#OMIT}
   * @param modifyTime likewise
   */
  public static void futimens(int fd, long accessTime, long modifyTime) {
    long times = times(Scratch.begin(), accessTime, modifyTime);
    Syscalls.check(Syscalls.call(Syscall.UTIMENSAT, fd, 0, times, 0), Syscall.UTIMENSAT, fd);
  }

  /** Sets the times of the named file; as {@link #futimens}, with AT_ flags. */
  public static void utimensat(
      int directory, byte[] name, long accessTime, long modifyTime, int flags) {
    Scratch scratch = Scratch.begin();
    long path = scratch.name(name);
    long times = times(scratch, accessTime, modifyTime);
    long result = Syscalls.call(Syscall.UTIMENSAT, directory, path, times, flags);
    Syscalls.check(result, Syscall.UTIMENSAT, name);
  }

  private static long times(Scratch scratch, long accessTime, long modifyTime) {
    long times = scratch.block(32);
    Timespec.put(times, accessTime);
    Timespec.put(times + 16, modifyTime);
    return times;
  }

  /** Sets the permission bits of an open file, not of one opened with O_PATH. */
  public static void fchmod(int fd, int permissions) {
    Syscalls.check(Syscalls.call(Syscall.FCHMOD, fd, permissions), Syscall.FCHMOD, fd);
  }

  /** Sets the permission bits of the named file, after symbolic links, which have none. */
  public static void fchmodat(int directory, byte[] name, int permissions) {
    long path = Scratch.begin().name(name);
    long result = Syscalls.call(Syscall.FCHMODAT, directory, path, permissions);
    Syscalls.check(result, Syscall.FCHMODAT, name);
  }

  /** Sets owner and group of an open file, also of an O_PATH one; -1 leaves one as it is. */
  public static void fchown(int fd, int uid, int gid) {
    long path = Scratch.begin().name(EMPTY);
    long result = Syscalls.call(Syscall.FCHOWNAT, fd, path, uid, gid, AT_EMPTY_PATH);
    Syscalls.check(result, Syscall.FCHOWNAT, fd);
  }

  /** Sets owner and group of the named file, with AT_ flags; -1 leaves one as it is. */
  public static void fchownat(int directory, byte[] name, int uid, int gid, int flags) {
    long path = Scratch.begin().name(name);
    long result = Syscalls.call(Syscall.FCHOWNAT, directory, path, uid, gid, flags);
    Syscalls.check(result, Syscall.FCHOWNAT, name);
  }
}
