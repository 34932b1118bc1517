package dev.lamina.linux;

/**
 * What statfs(2) says of a file system.
 *
 * @param type its magic number (include/uapi/linux/magic.h), unsigned
 * @param blockSize the unit of the counts of blocks, in bytes
 * @param blocks all blocks
 * @param freeBlocks free ones, those kept for root among them
 * @param availableBlocks free ones that anyone may have
 * @param files all inodes; 0 where the file system does not count them
 * @param freeFiles free ones
 * @param nameMax the longest name, in bytes
 * @param flags ST_ bits of the mount, such as read-only (1)
 */
public record FileSystemStats(
    long type,
    long blockSize,
    long blocks,
    long freeBlocks,
    long availableBlocks,
    long files,
    long freeFiles,
    int nameMax,
    long flags) {
  /** The type of an overlay. */
  public static final long OVERLAYFS = 0x794c7630L;

  /** The type of a FUSE file system. */
  public static final long FUSE = 0x65735546L;

  /** The type of ext2, ext3 and ext4. */
  public static final long EXT = 0xef53L;

  /** The type of tmpfs. */
  public static final long TMPFS = 0x01021994L;

  private static final int SIZE = 120;

  /**
   * Of the file system that an open file lies on.
   *
   * @throws LinuxException with the errno of fstatfs(2)
   */
  public static FileSystemStats of(int fd) {
    long buffer = Scratch.begin().block(SIZE);
    Syscalls.check(Syscalls.call(Syscall.FSTATFS, fd, buffer), Syscall.FSTATFS, fd);
    return read(buffer);
  }

  /**
   * Of the file system that a path leads to.
   *
   * @throws LinuxException with the errno of statfs(2)
   */
  public static FileSystemStats of(byte[] path) {
    Scratch scratch = Scratch.begin();
    long buffer = scratch.block(SIZE);
    long name = scratch.name(path);
    Syscalls.check(Syscalls.call(Syscall.STATFS, name, buffer), Syscall.STATFS, path);
    return read(buffer);
  }

  /** struct statfs of 64-bit Linux (include/uapi/asm-generic/statfs.h). */
  private static FileSystemStats read(long buffer) {
    return new FileSystemStats(
        Memory.getLong(buffer),
        Memory.getLong(buffer + 8),
        Memory.getLong(buffer + 16),
        Memory.getLong(buffer + 24),
        Memory.getLong(buffer + 32),
        Memory.getLong(buffer + 40),
        Memory.getLong(buffer + 48),
        (int) Memory.getLong(buffer + 64),
        Memory.getLong(buffer + 80));
  }
}
