package dev.lamina.volume;

import com.google.errorprone.annotations.concurrent.GuardedBy;
import dev.lamina.fs.Backings;
import dev.lamina.fs.Entry;
import dev.lamina.fs.Invalidations;
import dev.lamina.fs.OpenFile;
import dev.lamina.fs.TransportFeatures;
import dev.lamina.linux.Fd;
import dev.lamina.linux.FileAttributes;
import dev.lamina.linux.FileOpen;
import dev.lamina.linux.FileStatus;

/**
 * What the kernel is given of open files: the objects that it reads by itself, the volume's own
 * files that it reads and writes, and the node ids by which it may. All but attaching happens under
 * the inode's data lock.
 */
final class KernelFiles {
  private final Union union;
  private final Inodes inodes;
  private final NodeTable nodes;
  private volatile boolean passthrough;
  private volatile Invalidations invalidations = Invalidations.ignored();
  private volatile Backings backings = Backings.none();

  KernelFiles(Union union, Inodes inodes, NodeTable nodes) {
    this.union = union;
    this.inodes = inodes;
    this.nodes = nodes;
  }

  /** As {@code FileSystem.attach}. */
  void attach(TransportFeatures features, Invalidations stale, Backings kernel) {
    passthrough = features.passthrough();
    invalidations = stale;
    backings = kernel;
  }

  /** Whether it takes any file. */
  boolean isPassthrough() {
    return passthrough;
  }

  Backings backings() {
    return backings;
  }

  /** What the kernel believes of a node id's attributes it shall ask again. */
  void expire(long nodeId) {
    invalidations.attributes(nodeId);
  }

  /** Makes the object the source again that was, where it is the file's content still. */
  boolean reuseObject(Node node, Opens opens) {
    if (!passthrough || inodes.record(node).hasOwnData()) {
      return false;
    }
    return opens.reuseObject(union.contents().condemned());
  }

  /** Lets the kernel read, and an own file write, by itself, where it can and takes it. */
  void openFirst(Node node, Opens opens) {
    if (passthrough && !opens.isRegistered()) {
      switch (opens.source()) {
        case DataSource.Guarded guarded -> {
          int id = backings.open(guarded.descriptor().value());
          opens.registeredObject(id, guarded.condemned());
        }
        case DataSource.Own own when !isAppendOnly(node) -> registerOwn(node, own, opens);
        case null, default -> {}
      }
    }
    opens.openedFirst();
  }

  /** One that is being made has no record yet. */
  private static boolean isAppendOnly(Node node) {
    InodeRecord record = node.record();
    return record != null && InodeFlags.isAppendOnly(record);
  }

  /** By a descriptor that cannot write: with one that can no lease would ever be given. */
  private void registerOwn(Node node, DataSource.Own own, Opens opens) {
    FileStatus status = new FileStatus();
    FileAttributes.fstat(own.descriptor().value(), status);
    if (!opens.reuseOwn(status.inode())) {
      try (Fd file = union.dataFiles().open(node.inode, FileOpen.O_RDONLY)) {
        opens.registeredOwn(backings.open(file.value()), status.inode());
      }
    }
  }

  /** Says how the kernel gets at the data, and what it may believe of what it has cached. */
  @GuardedBy("data.lock")
  static void answer(Node node, NodeData data, Handle handle, OpenFile opened) {
    Opens opens = handle.opens;
    opened.backing = opens.backing();
    opened.backingId = opens.backingId();
    boolean isServed = opened.backing == OpenFile.Backing.NONE;
    // What is still mapped, or has two node ids, changes without the kernel's cache.
    boolean isCached = isServed && !data.kernelWrites && !node.split;
    opened.directIo = isServed && !isCached;
    handle.isDirect = opened.directIo;
    // All other changes come through this mount and this node id.
    opened.keepCache = isCached && opens.isCacheRight();
    if (!isCached) {
      data.distrustCaches();
    } else if (!opened.keepCache) {
      handle.dropsCache = opens.doubts();
    }
  }

  /**
   * The kernel goes on reading the object by this node id. Whoever opens it is sent to look the
   * name up again, and gets the next one.
   */
  @GuardedBy("data.lock")
  void retire(Node node, NodeData data) {
    long old = nodes.retire(node);
    data.become(old, node.id);
    invalidations.attributes(old);
  }

  /**
   * Fills in the entry of an inode that the kernel asks for by node id, which a file handle has
   * kept: it takes no other, so an inode has two then, unless it does not know the one that names
   * hand out.
   */
  void enter(Node node, long id, Entry entry) {
    if (id == node.id || !inodes.record(node).isRegular()) {
      inodes.enter(node, entry);
      return;
    }
    NodeData data = node.data();
    data.lock.lock();
    try {
      Opens current = data.current();
      boolean isServed = current.isOpen() && current.backing() == OpenFile.Backing.NONE;
      if (id == node.id || (isServed && !node.split)) {
        // What the kernel caches by one node id may not be changed by another.
        inodes.enter(node, entry);
        return;
      }
      long last = node.id;
      if (nodes.adopt(node, id)) {
        data.become(last, id);
      } else {
        invalidations.attributes(last);
      }
      inodes.enter(node, id, entry);
    } finally {
      data.lock.unlock();
    }
  }
}
