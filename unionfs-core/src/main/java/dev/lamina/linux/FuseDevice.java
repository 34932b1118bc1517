package dev.lamina.linux;

/**
 * What a server asks of its connection on /dev/fuse beside reading and writing (FUSE_DEV_IOC_*,
 * include/uapi/linux/fuse.h). Any descriptor of the connection will do. Failures are answers here:
 * the negated errno. Thread-safe; allocates nothing.
 */
public final class FuseDevice {
  private static final long FUSE_DEV_IOC_BACKING_OPEN = 0x4010e501L;
  private static final long FUSE_DEV_IOC_BACKING_CLOSE = 0x4004e502L;

  private FuseDevice() {}

  /**
   * Registers an open file as one that the kernel may read and write for this server. The kernel
   * opens it anew for each of its own opens, with their flags, through the mount that this
   * descriptor was opened by; the descriptor may be closed as soon as this returns.
   *
   * @return the id, above 0; or negated EPERM (no CAP_SYS_ADMIN, or not agreed on), ELOOP (the file
   *     lies on a stacked file system), EOPNOTSUPP (no regular file), ENOTTY (a kernel before 6.9)
   */
  public static int openBacking(int device, int fd) {
    // struct fuse_backing_map: fd s32, flags u32, padding u64.
    long map = Scratch.begin().block(16);
    Memory.putInt(map, fd);
    return (int) Syscalls.call(Syscall.IOCTL, device, FUSE_DEV_IOC_BACKING_OPEN, map);
  }

  /**
   * Gives an id back; the files that the kernel has open by it stay open.
   *
   * @return 0, or the negated errno
   */
  public static int closeBacking(int device, int id) {
    long number = Scratch.begin().block(8);
    Memory.putInt(number, id);
    return (int) Syscalls.call(Syscall.IOCTL, device, FUSE_DEV_IOC_BACKING_CLOSE, number);
  }
}
