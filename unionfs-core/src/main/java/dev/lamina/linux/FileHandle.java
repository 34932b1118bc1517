package dev.lamina.linux;

import java.util.Arrays;
import java.util.HexFormat;

/**
 * The kernel's lasting name of an inode within a file system (name_to_handle_at): it survives
 * renames and restarts, and goes stale when the inode does. Immutable; equal to another of the same
 * type and bytes, whichever mount it was made through.
 */
public final class FileHandle {
  /** The most bytes a handle has (MAX_HANDLE_SZ, include/linux/exportfs.h). */
  public static final int MAX_SIZE = 128;

  private static final int HEADER = 8;

  private final int mountId;
  private final int type;
  private final byte[] bytes;

  private FileHandle(int mountId, int type, byte[] bytes) {
    this.mountId = mountId;
    this.type = type;
    this.bytes = bytes;
  }

  /**
   * A handle that was kept, by its {@link #type} and {@link #bytes}.
   *
   * @throws IllegalArgumentException if there are more than 128 bytes
   */
  public static FileHandle of(int type, byte[] bytes) {
    if (bytes.length > MAX_SIZE) {
      throw new IllegalArgumentException("A file handle of " + bytes.length + " bytes");
    }
    return new FileHandle(0, type, bytes.clone());
  }

  /**
   * Asks for the handle of a file.
   *
   * @param flags 0, AT_SYMLINK_FOLLOW, or AT_EMPTY_PATH with an empty name
   * @throws LinuxException EOPNOTSUPP where the file system has none, and more
   */
  public static FileHandle at(int directory, byte[] name, int flags) {
    Scratch scratch = Scratch.begin();
    long path = scratch.name(name);
    long handle = scratch.block(HEADER + MAX_SIZE);
    long mount = scratch.block(Integer.BYTES);
    Memory.putInt(handle, MAX_SIZE);
    long result = Syscalls.call(Syscall.NAME_TO_HANDLE_AT, directory, path, handle, mount, flags);
    Syscalls.check(result, Syscall.NAME_TO_HANDLE_AT, name);
    return new FileHandle(
        Memory.getInt(mount),
        Memory.getInt(handle + 4),
        Memory.bytes(handle + HEADER, Memory.getInt(handle)));
  }

  /**
   * Opens the inode; needs CAP_DAC_READ_SEARCH.
   *
   * @param mount a descriptor of any file on the file system, not of O_PATH
   * @throws LinuxException ESTALE if the inode is gone, EPERM, and more
   */
  public Fd open(int mount, int flags) {
    long handle = Scratch.begin().block(HEADER + MAX_SIZE);
    Memory.putInt(handle, bytes.length);
    Memory.putInt(handle + 4, type);
    Memory.copyIn(handle + HEADER, bytes, 0, bytes.length);
    long fd = Syscalls.call(Syscall.OPEN_BY_HANDLE_AT, mount, handle, flags | FileOpen.O_CLOEXEC);
    return Fd.own((int) Syscalls.check(fd, Syscall.OPEN_BY_HANDLE_AT, mount));
  }

  /** The mount, as in /proc/self/mountinfo, it was asked through; 0 if it was kept. */
  public int mountId() {
    return mountId;
  }

  /** The file system's own number for the handle's form. */
  public int type() {
    return type;
  }

  /** A copy of the bytes. */
  public byte[] bytes() {
    return bytes.clone();
  }

  @Override
  public boolean equals(Object other) {
    return other instanceof FileHandle handle
        && handle.type == type
        && Arrays.equals(handle.bytes, bytes);
  }

  @Override
  public int hashCode() {
    return 31 * type + Arrays.hashCode(bytes);
  }

  @Override
  public String toString() {
    return "FileHandle[" + type + ", " + HexFormat.of().formatHex(bytes) + "]";
  }
}
