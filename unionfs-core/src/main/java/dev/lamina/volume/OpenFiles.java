package dev.lamina.volume;

import com.google.errorprone.annotations.concurrent.GuardedBy;
import dev.lamina.fs.FsException;
import dev.lamina.fs.OpenFile;
import dev.lamina.fs.ServedRequest;
import dev.lamina.linux.Errno;
import dev.lamina.linux.Fd;
import dev.lamina.linux.FileAttributes;
import dev.lamina.linux.FileIo;
import dev.lamina.linux.FileOpen;
import dev.lamina.linux.FileStatus;
import dev.lamina.linux.FileSystemStats;
import dev.lamina.linux.LinuxException;

/**
 * Opens, closes and truncates regular files. All handles of a node id share one source of its data,
 * which changes for all of them when the file is copied up, and one way in which the kernel gets at
 * it: by asking, or by itself ({@link KernelFiles}). Nobody ever writes by a node id of which the
 * kernel reads the object.
 */
final class OpenFiles {
  private final Union union;
  private final Inodes inodes;
  private final NodeTable nodes;
  private final HandleTable handles;
  private final CopyUp copyUp;
  private final KernelWriters writers;
  private final KernelFiles kernel;

  OpenFiles(
      Union union,
      Inodes inodes,
      NodeTable nodes,
      HandleTable handles,
      CopyUp copyUp,
      KernelWriters writers,
      KernelFiles kernel) {
    this.union = union;
    this.inodes = inodes;
    this.nodes = nodes;
    this.handles = handles;
    this.copyUp = copyUp;
    this.writers = writers;
    this.kernel = kernel;
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
        Opens opens = data.of(node, nodeId);
        if (nodeId != node.id && opens.isReadByKernel()) {
          data.awaitClose(opens);
          opens = data.of(node, nodeId);
        }
        try {
          requireCurrent(node, data, opens, changes);
          if (changes) {
            own(node, data, opens, truncates ? 0 : Long.MAX_VALUE, truncates);
          } else if (opens.source() == null && !kernel.reuseObject(node, opens)) {
            opens.replace(source(node));
          }
          if (add(node, data, opens, flags, opened)) {
            // What the kernel believes of its size and times it believed for ever.
            kernel.expire(nodeId);
          }
        } finally {
          opens.closeIfUnused(kernel.backings());
          data.tidy();
        }
      } finally {
        data.lock.unlock();
      }
      if (truncates) {
        orRelease(opened, () -> contentChanges(node, killPrivileges));
      }
      syncForKernel(flags, opened);
    } finally {
      inodes.unpin(node);
    }
  }

  /**
   * Where the kernel reads an object by a node id, nobody writes by that, nor reads what has taken
   * the object's place: it looks the name up again, and gets the next node id.
   */
  @GuardedBy("data.lock")
  private void requireCurrent(Node node, NodeData data, Opens opens, boolean changes) {
    if (!opens.isReadByKernel()) {
      return;
    }
    if (changes && opens == data.current()) {
      // Whole, even to be truncated: the kernel may open something else when it asks again.
      withOwn(node, Long.MAX_VALUE, descriptor -> {});
    }
    if (changes || inodes.record(node).hasOwnData()) {
      throw Node.stale();
    }
  }

  /** Nobody else gives back what is open already when an open fails after all. */
  private void orRelease(OpenFile opened, Runnable rest) {
    boolean done = false;
    try {
      rest.run();
      done = true;
    } finally {
      if (!done) {
        release(opened.handle);
      }
    }
  }

  /** Opens a file that was just made, whose descriptor is given away. */
  void openMade(Node node, Fd descriptor, int flags, OpenFile opened) {
    NodeData data = node.data();
    data.lock.lock();
    try {
      data.current().replace(new DataSource.Own(descriptor));
      try {
        // The kernel knows nothing of it yet that might be stale.
        boolean _ = add(node, data, data.current(), flags, opened);
      } finally {
        data.current().closeIfUnused(kernel.backings());
      }
    } finally {
      data.lock.unlock();
    }
  }

  /**
   * Counts a handle. What the first one of a node id is given, all others are; it is counted, and
   * the kernel has its backing, before anybody is answered.
   *
   * @return whether the kernel writes the file by itself from now on
   */
  @GuardedBy("data.lock")
  private boolean add(Node node, NodeData data, Opens opens, int flags, OpenFile opened) {
    if (opens.isOpen()) {
      opens.opened();
    } else {
      kernel.openFirst(node, opens);
    }
    boolean done = false;
    try {
      boolean isServed = opens.backing() == OpenFile.Backing.NONE;
      // A kernel that asks says itself where the end is.
      boolean appends = Handle.appends(flags) && ServedRequest.number() == ServedRequest.NONE;
      Fd appending = isServed && appends ? appending(node) : null;
      Handle handle = new Handle(node, opens, flags, appending);
      KernelFiles.answer(node, data, handle, opened);
      opened.handle = handles.add(handle);
      done = true;
    } finally {
      if (!done) {
        opens.closed(kernel.backings());
      }
    }
    nodes.pinAgain(node);
    return opened.backing == OpenFile.Backing.OWN_FILE
        && Handle.mayWrite(flags)
        && writers.begin(node);
  }

  /**
   * The writes of a handle that is to make each durable are seen by nobody here, so what they rely
   * on is made durable when it is opened.
   */
  void syncForKernel(int flags, OpenFile opened) {
    if (opened.backing == OpenFile.Backing.OWN_FILE && Handle.isSynchronous(flags)) {
      orRelease(opened, () -> union.syncer().sync());
    }
  }

  /** Opens a node's own file to append to it. */
  Fd appending(Node node) {
    return union.dataFiles().open(node.inode, FileOpen.O_WRONLY | FileOpen.O_APPEND);
  }

  /**
   * Makes the inode's own file the source of a node id: of the next one where the kernel reads the
   * object by this.
   */
  @GuardedBy("data.lock")
  private Fd own(Node node, NodeData data, Opens wanted, long keep, boolean truncates) {
    Fd own;
    if (wanted.source() instanceof DataSource.Own open) {
      own = open.descriptor();
    } else {
      own = copyUp.openOwn(node, keep);
      Opens opens = wanted;
      if (data.current().isReadByKernel()) {
        kernel.retire(node, data);
        opens = wanted.isReadByKernel() ? data.current() : wanted;
      }
      opens.replace(new DataSource.Own(own));
      share(data, own);
    }
    if (truncates) {
      FileIo.ftruncate(own.value(), 0);
      union.syncer().wroteData(node);
    }
    return own;
  }

  /** Who is served by another node id reads what is written now, too. */
  @GuardedBy("data.lock")
  private static void share(NodeData data, Fd own) {
    for (Opens opens : data.open()) {
      boolean isServed = opens.backing() == OpenFile.Backing.NONE;
      if (isServed && !(opens.source() instanceof DataSource.Own)) {
        opens.replace(new DataSource.Own(own.duplicate()));
      }
    }
  }

  private DataSource source(Node node) {
    return switch (inodes.record(node).content()) {
      case Content.Inherited inherited when kernel.isPassthrough() ->
          union.contents().openForKernel(inherited.blob(), inherited.size());
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

  private void close(Handle handle, NodeData data) {
    data.lock.lock();
    try {
      try {
        if (handle.appending != null) {
          handle.appending.close();
        }
      } finally {
        handle.opens.closed(kernel.backings());
        data.tidy();
      }
      if (data.kernelWrites) {
        writers.settle(handle.node, data);
      }
    } finally {
      data.lock.unlock();
    }
  }

  /** Brings a file's data to disk: its own, whatever a handle still reads. */
  void sync(Handle handle) {
    Node node = handle.node;
    if (handle.opens.source() instanceof DataSource.Own own) {
      union.syncer().syncData(node, own.descriptor());
    } else if (node.split && inodes.record(node).hasOwnData()) {
      try (Fd file = union.dataFiles().open(node.inode, FileOpen.O_RDONLY)) {
        union.syncer().syncData(node, file);
      }
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
        use.on(own(node, data, data.current(), keep, false).value());
        if (node.split) {
          data.distrustCaches();
        }
        union.syncer().wroteData(node);
        union.steps().accept(VolumeSteps.FILE_CHANGED);
      } finally {
        data.current().closeIfUnused(kernel.backings());
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

  /** What the kernel believes of a node's attributes ends to hold. */
  void attributesChange(Node node) {
    kernel.expire(node.id);
  }

  /** When an own file's content was last changed. */
  long modified(Handle handle) {
    InodeRecord record = inodes.record(handle.node);
    if (handle.opens.source() instanceof DataSource.Own own && record.hasOwnData()) {
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
