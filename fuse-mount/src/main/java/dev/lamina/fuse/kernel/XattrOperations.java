package dev.lamina.fuse.kernel;

import dev.lamina.fs.FileSystem;
import dev.lamina.fs.FsException;
import dev.lamina.linux.Errno;

/** Requests about extended attributes. */
final class XattrOperations {
  /** The longest value, and the longest list of names (include/uapi/linux/limits.h). */
  private static final int LONGEST = 65536;

  private static final int SETXATTR_ACL_KILL_SGID = 1;
  private static final String SELINUX = "security.selinux";

  private final Call call;
  private final Request request;
  private final FileSystem fileSystem;
  private final boolean selinux;

  /**
   * @param selinux whether SELinux is on: then a file without a label is one thing, and a file
   *     system without labels another
   */
  XattrOperations(Call call, boolean selinux) {
    this.call = call;
    this.request = call.request;
    this.fileSystem = call.fileSystem;
    this.selinux = selinux;
  }

  /**
   * {@code struct fuse_getxattr_in}: size u32, padding; name. Size 0 asks how long the value is.
   * ls(1) asks for a label of every file, unless it has heard once that there are none.
   */
  void getxattr() {
    request.anyNameAt(8, call.name);
    byte[] value;
    try {
      value = fileSystem.getxattr(request.node(), call.name);
    } catch (FsException e) {
      if (e.errno() == Errno.ENODATA && !selinux && call.name.is(SELINUX)) {
        throw FsException.of(Errno.EOPNOTSUPP);
      }
      throw e;
    }
    answer(value);
  }

  /** {@code struct fuse_getxattr_in}. */
  void listxattr() {
    request.payload(0, 8);
    answer(fileSystem.listxattr(request.node()));
  }

  private void answer(byte[] value) {
    if (value.length > LONGEST) {
      throw FsException.of(Errno.E2BIG);
    }
    int size = request.intAt(0);
    if (size == 0) {
      call.reply.putInt(value.length);
      call.reply.putInt(0);
    } else if (Integer.compareUnsigned(value.length, size) > 0) {
      throw FsException.of(Errno.ERANGE);
    } else {
      call.reply.putBytes(value);
    }
  }

  /**
   * {@code struct fuse_setxattr_in}: size u32, flags u32, and where agreed on further flags u32 and
   * padding; name; value.
   */
  void setxattr() {
    boolean extended = call.features.has(InitFlag.SETXATTR_EXT);
    int size = request.intAt(0);
    int flags = request.intAt(4);
    boolean kill = extended && (request.intAt(8) & SETXATTR_ACL_KILL_SGID) != 0;
    int value = request.anyNameAt(extended ? 16 : 8, call.name);
    request.payload(value, size);
    fileSystem.setxattr(request.node(), call.name, request.bytesAt(value, size), flags, kill);
  }

  /** Arguments: name. */
  void removexattr() {
    request.anyNameAt(0, call.name);
    fileSystem.removexattr(request.node(), call.name);
  }
}
