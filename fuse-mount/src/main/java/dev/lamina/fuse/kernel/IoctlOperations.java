package dev.lamina.fuse.kernel;

import dev.lamina.fs.FileSystem;
import dev.lamina.fs.FsException;
import dev.lamina.linux.Errno;

/**
 * The ioctls that FUSE lets through to a server: the inode flags of chattr(1), in their old form
 * ({@code FS_*_FL}) and in that of {@code struct fsxattr} ({@code FS_XFLAG_*}); include/uapi/linux/
 * fs.h. Any other is ENOTTY.
 */
final class IoctlOperations {
  private static final int FS_IOC_GETFLAGS = 0x80086601;
  private static final int FS_IOC_SETFLAGS = 0x40086602;
  private static final int FS_IOC32_GETFLAGS = 0x80046601;
  private static final int FS_IOC32_SETFLAGS = 0x40046602;
  private static final int FS_IOC_FSGETXATTR = 0x801c581f;
  private static final int FS_IOC_FSSETXATTR = 0x401c5820;
  private static final int FSXATTR_SIZE = 28;
  private static final int ARGUMENT = 32;

  private static final int[] INODE_FLAGS = {0x8, 0x10, 0x20, 0x40, 0x80};
  private static final int[] EXTENDED_FLAGS = {0x20, 0x8, 0x10, 0x80, 0x40};
  private static final int ALL_EXTENDED = 0x20 | 0x8 | 0x10 | 0x80 | 0x40;

  private final Call call;
  private final Request request;
  private final FileSystem fileSystem;

  IoctlOperations(Call call) {
    this.call = call;
    this.request = call.request;
    this.fileSystem = call.fileSystem;
  }

  /**
   * {@code struct fuse_ioctl_in}: handle u64, flags u32, command u32, argument u64, size in u32,
   * size out u32; data. The answer: result u32, flags u32, two counts u32; data.
   */
  void ioctl() {
    int sizeIn = request.intAt(24);
    request.payload(ARGUMENT, sizeIn);
    int sizeOut = request.intAt(28);
    switch (request.intAt(12)) {
      case FS_IOC_GETFLAGS, FS_IOC32_GETFLAGS -> {
        int flags = fileSystem.getFlags(request.node());
        answer();
        call.reply.putInt(flags);
        if (sizeOut == Long.BYTES) {
          call.reply.putInt(0);
        }
      }
      case FS_IOC_SETFLAGS, FS_IOC32_SETFLAGS -> {
        fileSystem.setFlags(request.node(), request.intAt(ARGUMENT));
        answer();
      }
      case FS_IOC_FSGETXATTR -> {
        int flags = fileSystem.getFlags(request.node());
        answer();
        call.reply.putInt(translate(flags, INODE_FLAGS, EXTENDED_FLAGS));
        call.reply.putZeros(FSXATTR_SIZE - Integer.BYTES);
      }
      case FS_IOC_FSSETXATTR -> {
        setExtended();
        answer();
      }
      default -> throw FsException.of(Errno.ENOTTY);
    }
  }

  private void setExtended() {
    request.payload(ARGUMENT, FSXATTR_SIZE);
    int extended = request.intAt(ARGUMENT);
    boolean others =
        request.intAt(ARGUMENT + 4) != 0
            || request.intAt(ARGUMENT + 12) != 0
            || request.intAt(ARGUMENT + 16) != 0;
    if ((extended & ~ALL_EXTENDED) != 0 || others) {
      // Extent sizes and project ids are not kept.
      throw FsException.of(Errno.EOPNOTSUPP);
    }
    int kept = fileSystem.getFlags(request.node());
    for (int flag : INODE_FLAGS) {
      kept &= ~flag;
    }
    fileSystem.setFlags(request.node(), kept | translate(extended, EXTENDED_FLAGS, INODE_FLAGS));
  }

  private void answer() {
    call.reply.putLong(0);
    call.reply.putLong(0);
  }

  /** The flags of one set in those of the other: sync, immutable, append, no dump, no atime. */
  private static int translate(int flags, int[] from, int[] to) {
    int translated = 0;
    for (int i = 0; i < from.length; i++) {
      if ((flags & from[i]) != 0) {
        translated |= to[i];
      }
    }
    return translated;
  }
}
