package dev.lamina.volume;

import com.google.errorprone.annotations.concurrent.GuardedBy;
import dev.lamina.fs.FsException;
import dev.lamina.fs.OpenFile;
import dev.lamina.linux.Errno;
import dev.lamina.linux.Fd;
import dev.lamina.linux.FileAttributes;
import dev.lamina.linux.FileIo;
import dev.lamina.linux.FileOpen;
import dev.lamina.linux.FileStatus;
import dev.lamina.linux.FileSystemStats;
import dev.lamina.linux.LinuxException;

/**
 * Opens, closes and truncates regular files. All handles of an inode share one source of its data,
 * which changes for all of them when the file is copied up.
 */
final class OpenFiles {
  private final Union union;
  private final Inodes inodes;
  private final NodeTable nodes;
  private final HandleTable handles;
  private final CopyUp copyUp;

  OpenFiles(Union union, Inodes inodes, NodeTable nodes, HandleTable handles, CopyUp copyUp) {
    this.union = union;
    this.inodes = inodes;
    this.nodes = nodes;
    this.handles = handles;
    this.copyUp = copyUp;
  }

  /** As {@code FileSystem.open}. */
  void open(long nodeId, int flags, boolean killPrivileges, OpenFile opened) {
    boolean truncates = (flags & FileOpen.O_TRUNC) != 0;
    boolean changes = Handle.mayWrite(flags) || truncates;
    if (changes) {
      union.requireWritable();
    }
    Node node = inodes.pin(nodeId);
    try {
      InodeRecord record = inodes.record(node);
      requireRegular(record);
      if (changes) {
        requireOpenable(record, flags);
        inodes.prepare(node);
      }
      NodeData data = node.data();
      data.lock.lock();
      try {
        try {
          if (changes) {
            own(node, data, truncates ? 0 : Long.MAX_VALUE, truncates);
          } else if (data.source() == null) {
            data.replace(source(node));
          }
          add(node, data, flags, opened);
        } finally {
          data.closeIfUnused();
        }
      } finally {
        data.lock.unlock();
      }
      if (truncates) {
        contentChanges(node, killPrivileges);
      }
    } finally {
      inodes.unpin(node);
    }
  }

  /** Opens a file that was just made, whose descriptor is given away. */
  void openMade(Node node, Fd descriptor, int flags, OpenFile opened) {
    NodeData data = node.data();
    data.lock.lock();
    try {
      data.replace(new DataSource.Own(descriptor));
      try {
        add(node, data, flags, opened);
      } finally {
        data.closeIfUnused();
      }
    } finally {
      data.lock.unlock();
    }
  }

  @GuardedBy("data.lock")
  private void add(Node node, NodeData data, int flags, OpenFile opened) {
    boolean appends = Handle.mayWrite(flags) && (flags & FileOpen.O_APPEND) != 0;
    Fd appending = appends ? appending(node) : null;
    opened.handle = handles.add(new Handle(node, flags, appending));
    opened.backing = OpenFile.Backing.NONE;
    opened.backingDescriptor = -1;
    opened.directIo = false;
    // All changes come through this mount, so what the kernel has cached is right.
    opened.keepCache = true;
    data.opened(opened.backing);
    nodes.pinAgain(node);
  }

  private Fd appending(Node node) {
    return union.dataFiles().open(node.inode, FileOpen.O_WRONLY | FileOpen.O_APPEND);
  }

  /** Makes the node's source its own file. */
  @GuardedBy("data.lock")
  private Fd own(Node node, NodeData data, long keep, boolean truncates) {
    if (data.source() instanceof DataSource.Own open) {
      if (truncates) {
        FileIo.ftruncate(open.descriptor().value(), 0);
        union.syncer().wroteData(node);
      }
      return open.descriptor();
    }
    Fd own = copyUp.openOwn(node, keep);
    data.replace(new DataSource.Own(own));
    if (truncates) {
      FileIo.ftruncate(own.value(), 0);
      union.syncer().wroteData(node);
    }
    return own;
  }

  private DataSource source(Node node) {
    return switch (inodes.record(node).content()) {
      case Content.Inherited inherited -> union.contents().open(inherited.blob(), inherited.size());
      case Content.Own own -> copyUp.openToRead(node);
      case Content.NoData none -> DataSource.Bytes.NONE;
      case Content.Parent parent -> throw FsException.of(Errno.EISDIR);
      case Content.Target target -> throw FsException.of(Errno.EINVAL);
      case Content.Device device -> throw FsException.of(Errno.EINVAL);
      case Content.Nothing nothing -> throw FsException.of(Errno.EINVAL);
    };
  }

  /** Closes a handle; one that is unknown is closed already. */
  void release(long number) {
    Handle handle = handles.remove(number);
    if (handle == null) {
      return;
    }
    try {
      close(handle, handle.node.data());
    } finally {
      inodes.unpin(handle.node);
    }
  }

  private static void close(Handle handle, NodeData data) {
    data.lock.lock();
    try {
      try {
        if (handle.appending != null) {
          handle.appending.close();
        }
      } finally {
        data.closed();
      }
    } finally {
      data.lock.unlock();
    }
  }

  /** Closes all handles. */
  void releaseAll() {
    handles.all().forEach(this::release);
  }

  /**
   * Does something to the node's own file, under its data lock; the file is made where there is
   * none yet, with the first {@code keep} bytes.
   */
  void withOwn(Node node, long keep, DescriptorUse use) {
    NodeData data = node.data();
    data.lock.lock();
    try {
      try {
        use.on(own(node, data, keep, false).value());
        union.syncer().wroteData(node);
        union.steps().accept(VolumeSteps.FILE_CHANGED);
      } finally {
        data.closeIfUnused();
      }
    } finally {
      data.lock.unlock();
    }
  }

  /** Starts writing what was written to a file; returns whether it has data of its own. */
  boolean startWriteback(Node node) {
    if (!inodes.record(node).hasOwnData()) {
      return false;
    }
    // To read: one that a commit has linked into the store is read-only, and need not be written.
    try (Fd file = union.dataFiles().open(node.inode, FileOpen.O_RDONLY)) {
      int value = file.value();
      if (FileSystemStats.of(value).type() == FileSystemStats.EXT) {
        union
            .syncer()
            .syncTold(node, () -> FileIo.syncFileRange(value, 0, 0, FileIo.SYNC_FILE_RANGE_WRITE));
      } else {
        union.syncer().syncTold(node, () -> FileIo.fdatasync(value));
      }
      return true;
    } catch (LinuxException e) {
      if (e.errno() == Errno.ENOENT) {
        return false;
      }
      throw e;
    }
  }

  /** When an own file's content was last changed. */
  long modified(Node node) {
    InodeRecord record = inodes.record(node);
    if (node.data().source() instanceof DataSource.Own own && record.hasOwnData()) {
      FileStatus status = new FileStatus();
      FileAttributes.fstat(own.descriptor().value(), status);
      return status.modifyTime();
    }
    return record.times().modify();
  }

  /**
   * Takes from a file whose content changes its capability, and where asked set-user-id and the
   * like.
   */
  void contentChanges(Node node, boolean killPrivileges) {
    if (!loses(inodes.record(node), killPrivileges)) {
      return;
    }
    try (LockSet _ = LockSet.records(node)) {
      InodeRecord record = inodes.record(node);
      InodeRecord less =
          killPrivileges ? Privileges.kill(record) : Privileges.withoutCapability(record);
      Change change = new Change(union, inodes);
      change.inode(node, less.changed(union.now()));
      change.write();
    }
  }

  private static boolean loses(InodeRecord record, boolean killPrivileges) {
    return killPrivileges ? Privileges.has(record) : Privileges.hasCapability(record);
  }

  private static void requireRegular(InodeRecord record) {
    if (record.isDirectory()) {
      throw FsException.of(Errno.EISDIR);
    }
    if (!record.isRegular()) {
      throw FsException.of(Errno.EINVAL);
    }
  }

  /** An immutable file is not written, an append-only one only at its end. */
  private static void requireOpenable(InodeRecord record, int flags) {
    boolean appends = (flags & FileOpen.O_APPEND) != 0 && (flags & FileOpen.O_TRUNC) == 0;
    if (InodeFlags.isImmutable(record) || (InodeFlags.isAppendOnly(record) && !appends)) {
      throw FsException.of(Errno.EPERM);
    }
  }

  /** What is done with a file's descriptor. */
  @FunctionalInterface
  interface DescriptorUse {
    void on(int descriptor);
  }
}
