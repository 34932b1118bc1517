package dev.lamina.volume;

import dev.lamina.fs.FileKind;
import dev.lamina.fs.FsException;
import dev.lamina.fs.NodeId;
import dev.lamina.linux.Errno;

/**
 * What is to be made, checked.
 *
 * @param kind what it is
 * @param mode permission bits asked for (07777)
 * @param content what it holds
 */
record NewNode(FileKind kind, int mode, Content content) {
  private static final int LONGEST_SYMLINK = 4095;

  /**
   * A node as mknod(2) makes it.
   *
   * @throws FsException EPERM for a directory, EINVAL for a symlink or no kind at all
   */
  static NewNode special(int mode, long device) {
    FileKind kind = kind(mode);
    Content content =
        switch (kind) {
          case REGULAR -> Content.NoData.INSTANCE;
          case CHARACTER_DEVICE, BLOCK_DEVICE -> new Content.Device(device);
          case FIFO, SOCKET -> Content.Nothing.INSTANCE;
          case DIRECTORY -> throw FsException.of(Errno.EPERM);
          case SYMLINK -> throw FsException.of(Errno.EINVAL);
        };
    return new NewNode(kind, mode, content);
  }

  private static FileKind kind(int mode) {
    try {
      return FileKind.ofMode(mode);
    } catch (IllegalArgumentException e) {
      throw FsException.of(Errno.EINVAL, String.valueOf(e.getMessage()));
    }
  }

  /** A regular file with data of its own. */
  static NewNode file(int mode) {
    return new NewNode(FileKind.REGULAR, mode, Content.Own.INSTANCE);
  }

  /** A directory below the node {@code parent}. */
  static NewNode directory(int mode, long parent) {
    return new NewNode(FileKind.DIRECTORY, mode, new Content.Parent(NodeId.inode(parent)));
  }

  /**
   * A symlink.
   *
   * @throws FsException ENOENT for an empty target, ENAMETOOLONG
   */
  static NewNode symlink(byte[] target) {
    if (target.length == 0) {
      throw FsException.of(Errno.ENOENT);
    }
    if (target.length > LONGEST_SYMLINK) {
      throw FsException.of(Errno.ENAMETOOLONG);
    }
    return new NewNode(FileKind.SYMLINK, 0777, new Content.Target(target.clone()));
  }
}
