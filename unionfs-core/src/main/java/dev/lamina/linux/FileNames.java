package dev.lamina.linux;

/**
 * Calls that make, move and take away names. Names are relative to a directory's descriptor, or to
 * the current directory with {@link Fd#CWD}. Modes of new files lose the bits of the process's
 * umask. All throw {@link LinuxException} with the errno of the manual page. Thread-safe.
 */
public final class FileNames {
  /** renameat2: EEXIST rather than replace. */
  public static final int RENAME_NOREPLACE = 1;

  /** renameat2: swap the two. */
  public static final int RENAME_EXCHANGE = 2;

  /** renameat2: leave a whiteout, character device 0:0, at the old name. */
  public static final int RENAME_WHITEOUT = 4;

  /** unlinkat: the name is a directory's. */
  public static final int AT_REMOVEDIR = 0x200;

  private FileNames() {}

  /** Makes a directory with the permission bits of {@code mode}. */
  public static void mkdirat(int directory, byte[] name, int mode) {
    long path = Scratch.begin().name(name);
    Syscalls.check(Syscalls.call(Syscall.MKDIRAT, directory, path, mode), Syscall.MKDIRAT, name);
  }

  /**
   * Makes a file of the kind in {@code mode}: regular, socket, named pipe or device.
   *
   * @param device of a device, its number as {@link DeviceNumber} packs it; else 0
   * @throws IllegalArgumentException if the kernel has no such device number
   */
  public static void mknodat(int directory, byte[] name, int mode, long device) {
    long number = Integer.toUnsignedLong(DeviceNumber.kernelForm(device));
    long path = Scratch.begin().name(name);
    long result = Syscalls.call(Syscall.MKNODAT, directory, path, mode, number);
    Syscalls.check(result, Syscall.MKNODAT, name);
  }

  /** Makes a symbolic link {@code name} that leads to {@code target}. */
  public static void symlinkat(byte[] target, int directory, byte[] name) {
    Scratch scratch = Scratch.begin();
    long destination = scratch.name(target);
    long path = scratch.name(name);
    long result = Syscalls.call(Syscall.SYMLINKAT, destination, directory, path);
    Syscalls.check(result, Syscall.SYMLINKAT, name);
  }

  /** Where a symbolic link leads; with an empty name, the one that an O_PATH descriptor is of. */
  public static byte[] readlinkat(int directory, byte[] name) {
    Scratch scratch = Scratch.begin();
    long path = scratch.name(name);
    long buffer = scratch.block(Scratch.PATH_MAX);
    long length = Syscalls.call(Syscall.READLINKAT, directory, path, buffer, Scratch.PATH_MAX);
    Syscalls.check(length, Syscall.READLINKAT, name);
    return Memory.bytes(buffer, (int) length);
  }

  /**
   * Gives a file a further name. Flags: AT_SYMLINK_FOLLOW; or AT_EMPTY_PATH with an empty name for
   * what a descriptor refers to, which needs CAP_DAC_READ_SEARCH.
   */
  public static void linkat(
      int oldDirectory, byte[] oldName, int newDirectory, byte[] newName, int flags) {
    Scratch scratch = Scratch.begin();
    long from = scratch.name(oldName);
    long to = scratch.name(newName);
    long result = Syscalls.call(Syscall.LINKAT, oldDirectory, from, newDirectory, to, flags);
    Syscalls.check(result, Syscall.LINKAT, oldName, newName);
  }

  /**
   * Gives an open file that has no name, or another, a name, by its link in /proc: as {@link
   * #linkat}, but without a privilege.
   */
  public static void linkOpenFile(int fd, int directory, byte[] name) {
    linkat(Fd.CWD, FileOpen.procPath(fd), directory, name, FileAttributes.AT_SYMLINK_FOLLOW);
  }

  /** Takes a name away; a directory's with AT_REMOVEDIR. */
  public static void unlinkat(int directory, byte[] name, int flags) {
    long path = Scratch.begin().name(name);
    Syscalls.check(Syscalls.call(Syscall.UNLINKAT, directory, path, flags), Syscall.UNLINKAT, name);
  }

  /** Moves a name, replacing what was there. */
  public static void renameat(int oldDirectory, byte[] oldName, int newDirectory, byte[] newName) {
    renameat2(oldDirectory, oldName, newDirectory, newName, 0);
  }

  /** Moves a name, with RENAME_ flags. */
  public static void renameat2(
      int oldDirectory, byte[] oldName, int newDirectory, byte[] newName, int flags) {
    Scratch scratch = Scratch.begin();
    long from = scratch.name(oldName);
    long to = scratch.name(newName);
    long result = Syscalls.call(Syscall.RENAMEAT2, oldDirectory, from, newDirectory, to, flags);
    Syscalls.check(result, Syscall.RENAMEAT2, oldName, newName);
  }
}
