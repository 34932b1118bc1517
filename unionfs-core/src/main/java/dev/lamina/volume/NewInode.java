package dev.lamina.volume;

import dev.lamina.fs.Caller;
import dev.lamina.fs.FileKind;
import dev.lamina.tree.Xattrs;
import java.util.Optional;

/**
 * What a new inode takes from whoever makes it and from its directory: the group of a set-group-id
 * directory, the default ACL in place of the umask, and flags.
 */
final class NewInode {
  private static final int SET_GID = 02000;

  private NewInode() {}

  /** Returns the record of a new inode with one name, and with nothing in it. */
  static InodeRecord record(InodeRecord directory, Caller caller, NewNode wanted, long now) {
    FileKind kind = wanted.kind();
    boolean inheritsGroup = (directory.mode() & SET_GID) != 0;
    int bits = wanted.mode() & 07777;
    Xattrs xattrs = Xattrs.EMPTY;
    if (kind != FileKind.SYMLINK) {
      Optional<byte[]> inherited = directory.xattrs().get(XattrNames.DEFAULT_ACL);
      if (inherited.isEmpty()) {
        bits &= ~caller.umask();
      } else {
        Acl acl = Acl.parse(inherited.get()).cutTo(bits);
        bits = acl.applyTo(bits);
        if (!acl.isMinimal()) {
          xattrs = xattrs.with(XattrNames.ACCESS_ACL, acl.toBytes());
        }
        if (kind == FileKind.DIRECTORY) {
          xattrs = xattrs.with(XattrNames.DEFAULT_ACL, inherited.get());
        }
      }
    }
    if (inheritsGroup && kind == FileKind.DIRECTORY) {
      bits |= SET_GID;
    }
    return new InodeRecord(
        kind,
        bits,
        caller.uid(),
        inheritsGroup ? directory.gid() : caller.gid(),
        kind == FileKind.DIRECTORY ? InodeRecord.EMPTY_DIRECTORY : 1,
        directory.flags() & InodeFlags.INHERITED,
        Times.all(now),
        xattrs,
        wanted.content());
  }
}
