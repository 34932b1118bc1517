package dev.lamina.volume;

import dev.lamina.fs.FileKind;
import dev.lamina.fs.FileName;
import dev.lamina.fs.FsException;
import dev.lamina.linux.Errno;
import dev.lamina.tree.Xattrs;
import java.io.ByteArrayOutputStream;
import java.util.Optional;
import java.util.function.UnaryOperator;

/** Extended attributes in all namespaces, POSIX ACLs among them; none is private. */
final class ExtendedAttributes {
  /** The longest value: XATTR_SIZE_MAX (include/uapi/linux/limits.h). */
  static final int LONGEST_VALUE = 65_536;

  /** All names of an inode with a NUL behind each: XATTR_LIST_MAX. */
  static final int LONGEST_LIST = 65_536;

  /** All names and values of an inode together, in bytes: a record is written whole. */
  static final int MOST_BYTES = 256 * 1024;

  private static final int CREATE = 1;
  private static final int REPLACE = 2;
  private static final int SET_GID = 02000;

  private final Union union;
  private final Inodes inodes;
  private final boolean hasSelinux;

  /**
   * Serves attributes.
   *
   * @param hasSelinux whether this machine runs SELinux: where not, an inode without a label says
   *     so in the way that makes programs stop asking
   */
  ExtendedAttributes(Union union, Inodes inodes, boolean hasSelinux) {
    this.union = union;
    this.inodes = inodes;
    this.hasSelinux = hasSelinux;
  }

  byte[] get(long nodeId, FileName name) {
    requireKept(name);
    Optional<byte[]> value = all(nodeId).get(name);
    if (value.isPresent()) {
      return value.get();
    }
    boolean isUnknowable = !hasSelinux && name.equals(XattrNames.SELINUX);
    throw FsException.of(isUnknowable ? Errno.EOPNOTSUPP : Errno.ENODATA);
  }

  byte[] list(long nodeId) {
    Xattrs all = all(nodeId);
    ByteArrayOutputStream list = new ByteArrayOutputStream();
    for (int i = 0; i < all.size(); i++) {
      list.writeBytes(all.name(i).toBytes());
      list.write(0);
    }
    return list.toByteArray();
  }

  private Xattrs all(long nodeId) {
    Node node = inodes.pin(nodeId);
    try {
      InodeRecord record = node.record();
      return record != null ? record.xattrs() : union.base().xattrs(node.inode);
    } finally {
      inodes.unpin(node);
    }
  }

  void set(long nodeId, FileName borrowed, byte[] value, int flags, boolean killSetGroupId) {
    union.requireWritable();
    FileName name = borrowed.keep();
    if (name.length() > FileName.MAX_LENGTH) {
      throw FsException.of(Errno.ERANGE);
    }
    requireKept(name);
    if (value.length > LONGEST_VALUE) {
      throw FsException.of(Errno.E2BIG);
    }
    if ((flags & ~(CREATE | REPLACE)) != 0 || flags == (CREATE | REPLACE)) {
      throw FsException.of(Errno.EINVAL);
    }
    change(
        nodeId,
        record -> {
          boolean exists = record.xattrs().get(name).isPresent();
          if (exists && flags == CREATE) {
            throw FsException.of(Errno.EEXIST);
          }
          if (!exists && flags == REPLACE) {
            throw FsException.of(Errno.ENODATA);
          }
          if (name.equals(XattrNames.ACCESS_ACL)) {
            return withAccessAcl(record, value, killSetGroupId);
          }
          if (name.equals(XattrNames.DEFAULT_ACL)) {
            return withDefaultAcl(record, value);
          }
          return record.withXattrs(record.xattrs().with(name, value));
        });
  }

  void remove(long nodeId, FileName borrowed) {
    union.requireWritable();
    FileName name = borrowed.keep();
    requireKept(name);
    change(
        nodeId,
        record -> {
          if (record.xattrs().get(name).isEmpty()) {
            throw FsException.of(Errno.ENODATA);
          }
          return record.withXattrs(record.xattrs().without(name));
        });
  }

  private void change(long nodeId, UnaryOperator<InodeRecord> edit) {
    Node node = inodes.pin(nodeId);
    try {
      inodes.prepare(node);
      try (LockSet _ = LockSet.records(node)) {
        InodeRecord record = inodes.record(node);
        if (InodeFlags.isFrozen(record)) {
          throw FsException.of(Errno.EPERM);
        }
        InodeRecord edited = edit.apply(record);
        requireRoom(record.xattrs(), edited.xattrs());
        Change change = new Change(union, inodes);
        change.inode(node, edited.changed(union.now()));
        change.write();
      }
    } finally {
      inodes.unpin(node);
    }
  }

  /** What the base brought may be larger; only what grows is refused. */
  private static void requireRoom(Xattrs before, Xattrs after) {
    int names = 0;
    int bytes = 0;
    for (int i = 0; i < after.size(); i++) {
      names += after.name(i).length() + 1;
      bytes += after.name(i).length() + after.value(i).length;
    }
    boolean isTooMuch = names > LONGEST_LIST || bytes > MOST_BYTES;
    if (isTooMuch && !(after.size() < before.size())) {
      throw FsException.of(Errno.ENOSPC);
    }
  }

  /** The list's permissions become the mode's; one that says no more than the mode is not kept. */
  private static InodeRecord withAccessAcl(
      InodeRecord record, byte[] value, boolean killSetGroupId) {
    if (record.kind() == FileKind.SYMLINK) {
      throw FsException.of(Errno.EOPNOTSUPP);
    }
    int mode = killSetGroupId ? record.mode() & ~SET_GID : record.mode();
    Xattrs without = record.xattrs().without(XattrNames.ACCESS_ACL);
    if (Acl.isEmpty(value)) {
      return record.withXattrs(without).withMode(mode);
    }
    Acl acl = Acl.parse(value);
    return record
        .withMode(acl.applyTo(mode))
        .withXattrs(acl.isMinimal() ? without : without.with(XattrNames.ACCESS_ACL, acl.toBytes()));
  }

  private static InodeRecord withDefaultAcl(InodeRecord record, byte[] value) {
    if (record.kind() == FileKind.SYMLINK) {
      throw FsException.of(Errno.EOPNOTSUPP);
    }
    Xattrs without = record.xattrs().without(XattrNames.DEFAULT_ACL);
    if (Acl.isEmpty(value)) {
      return record.withXattrs(without);
    }
    Acl acl = Acl.parse(value);
    if (!record.isDirectory()) {
      throw FsException.of(Errno.EACCES);
    }
    return record.withXattrs(without.with(XattrNames.DEFAULT_ACL, acl.toBytes()));
  }

  private static void requireKept(FileName name) {
    if (!XattrNames.isKept(name)) {
      throw FsException.of(XattrNames.isNamespace(name) ? Errno.EINVAL : Errno.EOPNOTSUPP);
    }
  }
}
