package dev.lamina.testing.fs;

import dev.lamina.fs.FileKind;
import dev.lamina.fs.FileName;
import dev.lamina.fs.FsException;
import dev.lamina.linux.Errno;
import java.io.ByteArrayOutputStream;

/** The extended attributes of a {@link MemoryFileSystem}'s nodes, ACLs included. */
final class MemoryXattrs {
  static final FileName CAPABILITY = FileName.of("security.capability");

  private static final int CREATE = 1;
  private static final int REPLACE = 2;
  private static final int MAX_VALUE = 65536;
  private static final int SET_GROUP_ID = 02000;

  private final MemoryState state;

  MemoryXattrs(MemoryState state) {
    this.state = state;
  }

  byte[] get(MemoryNode node, FileName name) {
    requireKnown(name);
    byte[] value = node.xattrs.get(name);
    if (value == null) {
      throw FsException.of(Errno.ENODATA);
    }
    return value.clone();
  }

  byte[] list(MemoryNode node) {
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    for (FileName name : node.xattrs.keySet()) {
      out.writeBytes(name.toBytes());
      out.write(0);
    }
    return out.toByteArray();
  }

  void set(MemoryNode node, FileName name, byte[] value, int flags, boolean killSetGroupId) {
    requireKnown(name);
    MemoryState.requireNoChangeFlags(node);
    if (value.length > MAX_VALUE) {
      throw FsException.of(Errno.E2BIG);
    }
    if ((flags & ~(CREATE | REPLACE)) != 0) {
      throw FsException.of(Errno.EINVAL);
    }
    if (name.equals(PosixAcl.ACCESS) || name.equals(PosixAcl.DEFAULT)) {
      setAcl(node, name, value, killSetGroupId);
    } else {
      boolean exists = node.xattrs.containsKey(name);
      if ((flags & CREATE) != 0 && exists) {
        throw FsException.of(Errno.EEXIST);
      }
      if ((flags & REPLACE) != 0 && !exists) {
        throw FsException.of(Errno.ENODATA);
      }
      node.xattrs.put(name.keep(), value.clone());
    }
    node.changeTime = state.now();
  }

  private static void setAcl(MemoryNode node, FileName name, byte[] value, boolean killSetGroupId) {
    if (node.kind == FileKind.SYMLINK) {
      throw FsException.of(Errno.EOPNOTSUPP);
    }
    if (value.length == 0) {
      node.xattrs.remove(name);
      return;
    }
    PosixAcl acl = PosixAcl.parse(value);
    if (name.equals(PosixAcl.DEFAULT)) {
      if (!node.isDirectory()) {
        throw FsException.of(Errno.EACCES);
      }
      node.xattrs.put(PosixAcl.DEFAULT, value.clone());
      return;
    }
    node.mode = acl.modeWith(node.mode);
    if (killSetGroupId) {
      node.mode &= ~SET_GROUP_ID;
    }
    if (acl.isJustMode()) {
      node.xattrs.remove(PosixAcl.ACCESS);
    } else {
      node.xattrs.put(PosixAcl.ACCESS, value.clone());
    }
  }

  void remove(MemoryNode node, FileName name) {
    requireKnown(name);
    MemoryState.requireNoChangeFlags(node);
    if (node.xattrs.remove(name) == null) {
      throw FsException.of(Errno.ENODATA);
    }
    node.changeTime = state.now();
  }

  /** The mode has changed by chmod(2): an access list follows. */
  static void modeChanged(MemoryNode node) {
    byte[] access = node.xattrs.get(PosixAcl.ACCESS);
    if (access != null) {
      node.xattrs.put(PosixAcl.ACCESS, PosixAcl.parse(access).changedBy(node.mode).encode());
    }
  }

  private static void requireKnown(FileName name) {
    boolean known =
        name.startsWith("user.")
            || name.startsWith("trusted.")
            || name.startsWith("security.")
            || name.equals(PosixAcl.ACCESS)
            || name.equals(PosixAcl.DEFAULT);
    if (!known) {
      throw FsException.of(Errno.EOPNOTSUPP);
    }
  }
}
