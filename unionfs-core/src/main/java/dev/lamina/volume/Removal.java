package dev.lamina.volume;

import dev.lamina.fs.FileName;
import dev.lamina.fs.FsException;
import dev.lamina.linux.Errno;

/** Removes names, and with its last name what it led to. */
final class Removal {
  private final Union union;
  private final Inodes inodes;
  private final Names names;
  private final Lookup lookup;

  Removal(Union union, Inodes inodes, Names names, Lookup lookup) {
    this.union = union;
    this.inodes = inodes;
    this.names = names;
    this.lookup = lookup;
  }

  /** Removes a name of what is no directory. */
  void unlink(long parent, FileName name) {
    remove(parent, name, false);
  }

  /** Removes an empty directory. */
  void rmdir(long parent, FileName name) {
    remove(parent, name, true);
  }

  private void remove(long parent, FileName borrowed, boolean isRmdir) {
    union.requireWritable();
    FileName name = borrowed.keep();
    Node directory = inodes.pin(parent);
    try {
      inodes.requireDirectory(directory);
      inodes.prepare(directory);
      boolean done = false;
      while (!done) {
        Node node = lookup.pin(directory, name);
        if (node == null) {
          throw FsException.of(Errno.ENOENT);
        }
        try {
          done = remove(directory, name, node, isRmdir);
        } finally {
          inodes.unpin(node);
        }
      }
    } finally {
      inodes.unpin(directory);
    }
  }

  /** Returns false where the name has come to lead elsewhere before the locks were taken. */
  private boolean remove(Node directory, FileName name, Node node, boolean isRmdir) {
    if (inodes.isDirectory(node) != isRmdir) {
      throw FsException.of(isRmdir ? Errno.ENOTDIR : Errno.EISDIR);
    }
    inodes.prepare(node);
    try (LockSet _ = isRmdir ? LockSet.names(directory, node) : LockSet.names(directory)) {
      Found found = names.find(directory, name);
      if (!found.leadsTo(node)) {
        return false;
      }
      if (isRmdir && !names.isEmpty(node)) {
        throw FsException.of(Errno.ENOTEMPTY);
      }
      try (LockSet _ = LockSet.records(directory, node)) {
        InodeRecord in = inodes.record(directory);
        InodeRecord record = inodes.record(node);
        requireRemovable(in, record);
        long now = union.now();
        Change change = new Change(union, inodes);
        names.unbind(change, directory, found);
        change.unlink(node, record, now);
        change.inode(directory, in.modified(now).withMoreDirectories(isRmdir ? -1 : 0));
        change.write();
      }
    }
    return true;
  }

  /** Neither the directory nor what is removed from it may be immutable or append-only. */
  static void requireRemovable(InodeRecord directory, InodeRecord removed) {
    if (InodeFlags.isFrozen(directory) || InodeFlags.isFrozen(removed)) {
      throw FsException.of(Errno.EPERM);
    }
  }
}
