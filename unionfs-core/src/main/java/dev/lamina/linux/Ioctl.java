package dev.lamina.linux;

/** ioctl(2). Thread-safe. */
public final class Ioctl {
  private static final long FS_IOC_GETFLAGS = 0x80086601L;
  private static final long FS_IOC_SETFLAGS = 0x40086602L;

  private Ioctl() {}

  /**
   * Makes a request of a device or file system.
   *
   * @param argument an address or a number, as the request has it
   * @return what the request returns, 0 or more
   * @throws LinuxException ENOTTY if the file knows no such request, or the request's own errno
   */
  public static int call(int fd, long request, long argument) {
    long result = Syscalls.call(Syscall.IOCTL, fd, request, argument);
    return (int) Syscalls.check(result, Syscall.IOCTL, fd);
  }

  /** The inode flags that chattr(1) shows (FS_IOC_GETFLAGS, include/uapi/linux/fs.h). */
  public static int inodeFlags(int fd) {
    long flags = Scratch.begin().block(8);
    call(fd, FS_IOC_GETFLAGS, flags);
    return Memory.getInt(flags);
  }

  /** Sets the inode flags of chattr(1) (FS_IOC_SETFLAGS). */
  public static void setInodeFlags(int fd, int flags) {
    long block = Scratch.begin().block(8);
    Memory.putInt(block, flags);
    call(fd, FS_IOC_SETFLAGS, block);
  }
}
