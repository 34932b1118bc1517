package dev.lamina.volume;

import dev.lamina.fs.FileName;
import dev.lamina.fs.FsException;
import dev.lamina.linux.Errno;
import org.jspecify.annotations.Nullable;

/**
 * Finds the node that a name leads to. Between finding the name and taking hold of its inode others
 * may remove it; then the name is looked up again. Inode numbers are never used again, and an inode
 * goes only after its names: so a name that twice leads to the same inode, which is not there, is
 * damage.
 */
final class Lookup {
  private static final FileName DOT_DOT = FileName.of("..");
  private static final FileName DOT = FileName.of(".");

  private final Inodes inodes;
  private final Names names;

  Lookup(Inodes inodes, Names names) {
    this.inodes = inodes;
    this.names = names;
  }

  /**
   * Returns the node of a name, pinned; null where there is no such name. {@code .} and {@code ..}
   * are names here.
   *
   * @throws FsException EIO where the name leads to an inode that is not there; ENAMETOOLONG
   */
  @Nullable Node pin(Node directory, FileName name) {
    if (name.length() > FileName.MAX_LENGTH) {
      throw FsException.of(Errno.ENAMETOOLONG);
    }
    long gone = 0;
    while (true) {
      long inode = inode(directory, name);
      if (inode == 0) {
        return null;
      }
      Node node = inodes.tryPin(inode);
      if (node != null) {
        return node;
      }
      gone = goneSince(gone, inode, directory, name);
    }
  }

  private long inode(Node directory, FileName name) {
    if (name.equals(DOT_DOT)) {
      return inodes.parent(directory);
    }
    return name.equals(DOT) ? directory.inode : names.inode(directory, name);
  }

  /**
   * Notes that the inode of a name was not there.
   *
   * @param before what was not there when the name was looked up before, 0 at first
   * @return what to pass the next time
   * @throws FsException EIO where it is the same again
   */
  static long goneSince(long before, long inode, Node directory, FileName name) {
    if (inode == before) {
      throw missing(inode, directory, name);
    }
    return inode;
  }

  /** The failure of a name that leads to an inode which is not there. */
  static FsException missing(long inode, Node directory, FileName name) {
    return FsException.of(
        Errno.EIO,
        "'"
            + name
            + "' in directory "
            + directory.inode
            + " leads to inode "
            + inode
            + ", of which the volume has no record");
  }
}
