package dev.lamina.volume;

import dev.lamina.fs.AttributeChange;
import dev.lamina.fs.Attributes;
import dev.lamina.fs.FsException;
import dev.lamina.linux.Errno;
import dev.lamina.linux.FileAttributes;
import dev.lamina.linux.FileIo;
import dev.lamina.linux.Timespec;
import java.util.Optional;

/** Changes attributes. None of it copies data up but a change of size. */
final class AttributeChanges {
  private static final int OWNER = AttributeChange.UID | AttributeChange.GID;
  private static final int EXPLICIT_TIME =
      AttributeChange.ACCESS_TIME | AttributeChange.MODIFY_TIME;
  private static final int MODIFY = AttributeChange.MODIFY_TIME | AttributeChange.MODIFY_TIME_NOW;
  private static final int ACCESS = AttributeChange.ACCESS_TIME | AttributeChange.ACCESS_TIME_NOW;

  private final Union union;
  private final Inodes inodes;
  private final OpenFiles openFiles;

  AttributeChanges(Union union, Inodes inodes, OpenFiles openFiles) {
    this.union = union;
    this.inodes = inodes;
    this.openFiles = openFiles;
  }

  /** As {@code FileSystem.setattr}: the file first, then its record. */
  void set(long nodeId, AttributeChange change, Attributes attributes) {
    union.requireWritable();
    Node node = inodes.pin(nodeId);
    try {
      inodes.prepare(node);
      InodeRecord record = inodes.record(node);
      requireChangeable(record, change);
      if (change.has(AttributeChange.SIZE)) {
        resize(node, record, change.size);
      }
      if (record.isRegular() && (change.valid & (ACCESS | MODIFY)) != 0) {
        setFileTime(node, change);
      } else {
        record(node, change);
      }
      inodes.attributes(node, attributes);
    } finally {
      inodes.unpin(node);
    }
  }

  private static void requireChangeable(InodeRecord record, AttributeChange change) {
    if (InodeFlags.isImmutable(record)) {
      throw FsException.of(Errno.EPERM);
    }
    boolean isMore =
        (change.valid & (AttributeChange.MODE | OWNER | AttributeChange.SIZE | EXPLICIT_TIME)) != 0;
    if (InodeFlags.isAppendOnly(record) && isMore) {
      throw FsException.of(Errno.EPERM);
    }
  }

  private void resize(Node node, InodeRecord record, long size) {
    if (record.isDirectory()) {
      throw FsException.of(Errno.EISDIR);
    }
    if (!record.isRegular() || size < 0) {
      throw FsException.of(Errno.EINVAL);
    }
    openFiles.withOwn(node, size, descriptor -> FileIo.ftruncate(descriptor, size));
  }

  /**
   * Sets the times of a regular file where they count: in the data file where there is one, in the
   * record where not (the access time in both, since the later one counts). Under the data lock, so
   * that no copy-up comes between.
   */
  private void setFileTime(Node node, AttributeChange change) {
    NodeData data = node.data();
    data.lock.lock();
    try {
      if (inodes.record(node).hasOwnData()) {
        long access =
            time(
                change,
                AttributeChange.ACCESS_TIME,
                AttributeChange.ACCESS_TIME_NOW,
                change.accessTime);
        long modify =
            time(
                change,
                AttributeChange.MODIFY_TIME,
                AttributeChange.MODIFY_TIME_NOW,
                change.modifyTime);
        openFiles.withOwn(
            node,
            Long.MAX_VALUE,
            descriptor -> FileAttributes.futimens(descriptor, access, modify));
      }
      record(node, change);
    } finally {
      data.lock.unlock();
    }
  }

  private static long time(AttributeChange change, int explicit, int now, long time) {
    if (change.has(now)) {
      return Timespec.NOW;
    }
    return change.has(explicit) ? time : Timespec.OMIT;
  }

  private void record(Node node, AttributeChange wanted) {
    try (LockSet _ = LockSet.records(node)) {
      Change change = new Change(union, inodes);
      change.inode(node, apply(inodes.record(node), wanted, union.now()));
      change.write();
    }
  }

  /** Returns the record with what is asked for. */
  private static InodeRecord apply(InodeRecord before, AttributeChange change, long now) {
    InodeRecord record = before;
    boolean kills =
        change.valid == 0
            || change.has(AttributeChange.KILL_PRIVILEGES)
            || (change.valid & OWNER) != 0;
    if (kills) {
      record = Privileges.kill(record);
    } else if (change.has(AttributeChange.SIZE)) {
      record = Privileges.withoutCapability(record);
    }
    if ((change.valid & OWNER) != 0) {
      record =
          record.withOwner(
              change.has(AttributeChange.UID) ? change.uid : record.uid(),
              change.has(AttributeChange.GID) ? change.gid : record.gid());
    }
    if (change.has(AttributeChange.MODE)) {
      record = withMode(record, change.mode & 07777);
    }
    return record.withTimes(times(record.times(), change, now));
  }

  /** The ACL follows the mode, its mask as the group's bits. */
  private static InodeRecord withMode(InodeRecord record, int mode) {
    Optional<byte[]> acl = record.xattrs().get(XattrNames.ACCESS_ACL);
    if (acl.isEmpty()) {
      return record.withMode(mode);
    }
    byte[] following = Acl.parse(acl.get()).withMode(mode).toBytes();
    return record.withMode(mode).withXattrs(record.xattrs().with(XattrNames.ACCESS_ACL, following));
  }

  private static Times times(Times times, AttributeChange change, long now) {
    long access = times.access();
    if ((change.valid & ACCESS) != 0) {
      access = change.has(AttributeChange.ACCESS_TIME_NOW) ? now : change.accessTime;
    }
    long modify = times.modify();
    if ((change.valid & MODIFY) != 0) {
      modify = change.has(AttributeChange.MODIFY_TIME_NOW) ? now : change.modifyTime;
    } else if (change.has(AttributeChange.SIZE)) {
      modify = now;
    }
    long changed = change.has(AttributeChange.CHANGE_TIME) ? change.changeTime : now;
    return new Times(access, modify, changed, times.birth());
  }

  /** Returns the flags of chattr(1). */
  int flags(long nodeId) {
    Node node = inodes.pin(nodeId);
    try {
      InodeRecord record = node.record();
      return record == null ? 0 : record.flags();
    } finally {
      inodes.unpin(node);
    }
  }

  /** Sets the flags of chattr(1). */
  void setFlags(long nodeId, int flags) {
    union.requireWritable();
    if ((flags & ~InodeFlags.KEPT) != 0) {
      throw FsException.of(Errno.EOPNOTSUPP);
    }
    Node node = inodes.pin(nodeId);
    try {
      inodes.prepare(node);
      try (LockSet _ = LockSet.records(node)) {
        Change change = new Change(union, inodes);
        change.inode(node, inodes.record(node).withFlags(flags).changed(union.now()));
        change.write();
      }
      // The kernel does not expect a change of flags to move a time.
      openFiles.attributesChange(node);
    } finally {
      inodes.unpin(node);
    }
  }
}
