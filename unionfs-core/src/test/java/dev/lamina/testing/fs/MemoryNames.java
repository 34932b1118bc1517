package dev.lamina.testing.fs;

import dev.lamina.fs.Caller;
import dev.lamina.fs.FileKind;
import dev.lamina.fs.FileName;
import dev.lamina.fs.FileSystem;
import dev.lamina.fs.FsException;
import dev.lamina.linux.Errno;
import org.jspecify.annotations.Nullable;

/** The operations of a {@link MemoryFileSystem} that make, move and remove names. */
final class MemoryNames {
  private static final int SET_GROUP_ID = 02000;
  private static final int O_EXCL = 0200;
  private static final int MKDIR_BITS = 01777;
  private static final int MAX_TARGET = 4095;

  private final MemoryState state;

  MemoryNames(MemoryState state) {
    this.state = state;
  }

  MemoryNode make(Caller caller, long parent, FileName name, FileKind kind, int mode, long device) {
    MemoryNode directory = state.directoryFor(parent, name);
    MemoryNode node = makeNameless(caller, directory, kind, mode);
    node.device = kind.isDevice() ? device : 0;
    directory.bind(name, node);
    directory.contentChanged(node.birthTime);
    return node;
  }

  MemoryNode symlink(Caller caller, long parent, FileName name, byte[] target) {
    if (target.length > MAX_TARGET) {
      throw FsException.of(Errno.ENAMETOOLONG);
    }
    MemoryNode node = make(caller, parent, name, FileKind.SYMLINK, 0777, 0);
    node.target = target.clone();
    return node;
  }

  MemoryNode temporary(Caller caller, long parent, int mode, int flags) {
    MemoryNode directory = state.directory(parent);
    if (directory.dead) {
      throw FsException.of(Errno.ENOENT);
    }
    MemoryState.requireMutable(directory);
    MemoryNode node = makeNameless(caller, directory, FileKind.REGULAR, mode);
    node.links = 0;
    node.linkable = (flags & O_EXCL) == 0;
    return node;
  }

  private MemoryNode makeNameless(Caller caller, MemoryNode directory, FileKind kind, int mode) {
    boolean inheritsGroup = (directory.mode & SET_GROUP_ID) != 0;
    boolean isDirectory = kind == FileKind.DIRECTORY;
    int bits = isDirectory ? mode & MKDIR_BITS : mode & 07777;
    if (isDirectory && inheritsGroup) {
      bits |= SET_GROUP_ID;
    }
    int gid = inheritsGroup ? directory.gid : caller.gid();
    byte[] defaultAcl = directory.xattrs.get(PosixAcl.DEFAULT);
    if (kind == FileKind.SYMLINK) {
      return state.add(kind, 0777, caller.uid(), gid);
    }
    if (defaultAcl == null) {
      return asNew(state.add(kind, bits & ~caller.umask(), caller.uid(), gid));
    }
    PosixAcl.Created created = PosixAcl.parse(defaultAcl).inheritedBy(bits);
    MemoryNode node = asNew(state.add(kind, created.mode(), caller.uid(), gid));
    if (!created.acl().isJustMode()) {
      node.xattrs.put(PosixAcl.ACCESS, created.acl().encode());
    }
    if (isDirectory) {
      node.xattrs.put(PosixAcl.DEFAULT, defaultAcl.clone());
    }
    return node;
  }

  private static MemoryNode asNew(MemoryNode node) {
    node.isNew = true;
    return node;
  }

  MemoryNode link(long id, long newParent, FileName newName) {
    MemoryNode node = state.node(id);
    MemoryNode directory = state.directoryFor(newParent, newName);
    MemoryState.requireNoChangeFlags(node);
    if (node.isDirectory()) {
      throw FsException.of(Errno.EPERM);
    }
    if (node.links == 0 && !node.linkable) {
      throw FsException.of(Errno.ENOENT);
    }
    if (node.links >= MemoryState.MAX_LINKS) {
      throw FsException.of(Errno.EMLINK);
    }
    long now = state.now();
    node.links++;
    node.linkable = false;
    node.changeTime = now;
    directory.bind(newName, node);
    directory.contentChanged(now);
    return node;
  }

  void unlink(long parent, FileName name) {
    MemoryNode directory = state.directory(parent);
    MemoryNode node = state.child(directory, name);
    requireRemovable(directory, node);
    if (node.isDirectory()) {
      throw FsException.of(Errno.EISDIR);
    }
    long now = state.now();
    directory.unbind(name);
    directory.contentChanged(now);
    dropName(node, now);
  }

  void rmdir(long parent, FileName name) {
    MemoryNode directory = state.directory(parent);
    MemoryNode node = state.child(directory, name);
    requireRemovable(directory, node);
    if (!node.isDirectory()) {
      throw FsException.of(Errno.ENOTDIR);
    }
    if (!node.names.isEmpty()) {
      throw FsException.of(Errno.ENOTEMPTY);
    }
    long now = state.now();
    directory.unbind(name);
    directory.contentChanged(now);
    dropName(node, now);
  }

  private void dropName(MemoryNode node, long now) {
    node.links--;
    node.changeTime = now;
    node.dead = node.isDirectory();
    state.dropIfForgotten(node);
  }

  /** Checks in the order in which renameat2(2) does. */
  void rename(long parent, FileName name, long newParent, FileName newName, int flags) {
    boolean exchange = (flags & FileSystem.RENAME_EXCHANGE) != 0;
    boolean whiteout = (flags & FileSystem.RENAME_WHITEOUT) != 0;
    boolean noReplace = (flags & FileSystem.RENAME_NOREPLACE) != 0;
    if ((flags & ~7) != 0 || (exchange && (noReplace || whiteout))) {
      throw FsException.of(Errno.EINVAL);
    }
    MemoryNode from = state.directory(parent);
    MemoryNode to = state.directory(newParent);
    MemoryNode source = state.child(from, name);
    MemoryState.requireLength(newName);
    MemoryNode target = to.child(newName);
    if (target != null && noReplace) {
      throw FsException.of(Errno.EEXIST);
    }
    if (target == null && exchange) {
      throw FsException.of(Errno.ENOENT);
    }
    if (isWithin(to, source)) {
      throw FsException.of(Errno.EINVAL);
    }
    if (target != null && isWithin(from, target)) {
      throw FsException.of(exchange ? Errno.EINVAL : Errno.ENOTEMPTY);
    }
    if (source == target) {
      return;
    }
    requireRemovable(from, source);
    requireFree(to, source, target, exchange);
    long now = state.now();
    if (exchange && target != null) {
      from.bind(name, target);
      to.bind(newName, source);
      target.changeTime = now;
    } else {
      from.unbind(name);
      to.bind(newName, source);
      if (target != null) {
        dropName(target, now);
      }
      if (whiteout) {
        from.bind(name, makeNameless(Caller.ROOT, from, FileKind.CHARACTER_DEVICE, 0));
      }
    }
    source.changeTime = now;
    from.contentChanged(now);
    to.contentChanged(now);
  }

  private static void requireFree(
      MemoryNode to, MemoryNode source, @Nullable MemoryNode target, boolean exchange) {
    if (target == null) {
      if (to.dead) {
        throw FsException.of(Errno.ENOENT);
      }
      MemoryState.requireMutable(to);
      return;
    }
    requireRemovable(to, target);
    if (exchange) {
      return;
    }
    if (source.isDirectory() && !target.isDirectory()) {
      throw FsException.of(Errno.ENOTDIR);
    }
    if (!source.isDirectory() && target.isDirectory()) {
      throw FsException.of(Errno.EISDIR);
    }
    if (!target.names.isEmpty()) {
      throw FsException.of(Errno.ENOTEMPTY);
    }
  }

  private static void requireRemovable(MemoryNode directory, MemoryNode node) {
    MemoryState.requireNoChangeFlags(directory);
    MemoryState.requireNoChangeFlags(node);
  }

  /** Whether a directory is another one or below it. */
  private static boolean isWithin(MemoryNode directory, MemoryNode above) {
    @Nullable MemoryNode at = directory;
    while (at != null) {
      if (at == above) {
        return true;
      }
      at = at.parent == at ? null : at.parent;
    }
    return false;
  }
}
