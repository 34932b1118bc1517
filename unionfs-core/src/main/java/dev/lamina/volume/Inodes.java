package dev.lamina.volume;

import dev.lamina.fs.Attributes;
import dev.lamina.fs.Entry;
import dev.lamina.fs.FileKind;
import dev.lamina.fs.FsException;
import dev.lamina.fs.NodeId;
import dev.lamina.linux.Errno;
import dev.lamina.linux.FileStatus;
import dev.lamina.tree.Directory;
import org.jspecify.annotations.Nullable;

/**
 * The inodes of a union: finds them by number, and says what is true of each, from the delta where
 * it has a record and from the base where not. One bit an inode of the base says whether the delta
 * has one, so what is unchanged costs no read of the database.
 */
final class Inodes {
  private final Union union;
  private final NodeTable nodes;
  private final InodeBits recorded;
  private final Orphans orphans;
  private final KernelWriters writers;

  Inodes(Union union, NodeTable nodes, InodeBits recorded, Orphans orphans, KernelWriters writers) {
    this.union = union;
    this.nodes = nodes;
    this.recorded = recorded;
    this.orphans = orphans;
    this.writers = writers;
  }

  /**
   * Returns the node of an inode that exists, pinned; the caller gives the pin back with {@link
   * #unpin}. Incarnation bits do not matter.
   *
   * @throws FsException ESTALE where there is no such inode
   */
  Node pin(long nodeId) {
    Node node = tryPin(NodeId.inode(nodeId));
    if (node == null) {
      throw Node.stale();
    }
    return node;
  }

  /** As {@link #pin}, of an inode number; null where there is no such inode. */
  @Nullable Node tryPin(long inode) {
    if (inode < NodeId.ROOT) {
      return null;
    }
    Node node = nodes.pin(inode);
    if (node == null) {
      return null;
    }
    boolean exists = false;
    try {
      load(node);
      exists = !node.isDead();
    } finally {
      if (!exists) {
        unpin(node);
      }
    }
    return exists ? node : null;
  }

  /** Makes the node of an inode that is new and returns it pinned. */
  Node pinNew(long inode) {
    Node node = nodes.pin(inode);
    if (node == null || node.isLoaded()) {
      throw new IllegalStateException("inode number " + inode + " was given out twice");
    }
    return node;
  }

  /** Fills in an entry and counts it as a reference of the kernel. */
  void enter(Node node, Entry entry) {
    describe(node, entry);
    entry.node = nodes.lookedUp(node);
    entry.attributes.uncached = node.split;
  }

  /** As {@link #enter(Node, Entry)}, by this node id. */
  void enter(Node node, long id, Entry entry) {
    describe(node, entry);
    nodes.lookedUp(node, id);
    entry.node = id;
    entry.attributes.uncached = node.split;
  }

  /** Fills in an entry that is the base's at this index, where the inode is unchanged. */
  void describe(Node node, Directory below, int index, Entry entry) {
    if (node.record() != null) {
      describe(node, entry);
      return;
    }
    entry.node = node.id;
    entry.generation = 0;
    union.base().attributes(node.inode, below, index, entry.attributes);
    entry.attributes.uncached = node.split;
  }

  /** Fills in an entry without counting it. */
  void describe(Node node, Entry entry) {
    entry.node = node.id;
    entry.generation = 0;
    attributes(node, entry.attributes);
  }

  /** Counts a reference of the kernel to a node id. */
  void lookedUp(Node node, long id) {
    nodes.lookedUp(node, id);
  }

  private void load(Node node) {
    if (node.isLoaded()) {
      return;
    }
    boolean isBase = union.base().has(node.inode);
    if (isBase && !recorded.contains(node.inode)) {
      node.load(null, false);
      return;
    }
    switch (union.delta().inode(node.inode)) {
      case null -> node.load(null, !isBase);
      case InodeRow.Dead dead -> node.load(null, true);
      case InodeRow.Live live -> node.load(live.record(), false);
    }
  }

  /** Gives a pin back; with the last reference an inode without a name leaves the volume. */
  void unpin(Node node) {
    switch (nodes.unpin(node)) {
      case STAYS -> {}
      case GONE -> dropKept(node);
      case LAST_OF_ORPHAN -> {
        try {
          dropKept(node);
          orphans.remove(node);
        } finally {
          nodes.remove(node);
        }
      }
    }
  }

  /** Nobody knows the node any more, so nothing of it is opened again. */
  private static void dropKept(Node node) {
    NodeData data = node.knownData();
    if (data != null) {
      data.current().dropKept();
    }
  }

  /** What is true of an inode, as the delta would record it. */
  InodeRecord record(Node node) {
    InodeRecord record = node.record();
    if (record != null) {
      return record;
    }
    InodeRecord unchanged = node.unchanged();
    return unchanged != null ? unchanged : union.base().record(node.inode);
  }

  /**
   * Reads what is true of an inode that is about to be changed, so that nothing is read from the
   * store under locks.
   */
  void prepare(Node node) {
    if (node.record() == null && node.unchanged() == null) {
      node.keepUnchanged(union.base().record(node.inode));
    }
  }

  /** A record was written to the delta. Called under the inode's record lock. */
  void stored(Node node, InodeRecord record) {
    if (union.base().has(node.inode)) {
      recorded.add(node.inode);
    }
    node.store(record);
  }

  /** A base inode's record was replaced by its end. */
  void markRecorded(long inode) {
    recorded.add(inode);
  }

  boolean isDirectory(Node node) {
    InodeRecord record = node.record();
    if (record != null) {
      return record.isDirectory();
    }
    return node.below() != null || union.base().isDirectory(node.inode);
  }

  /**
   * Refuses what is no directory.
   *
   * @throws FsException ENOTDIR
   */
  void requireDirectory(Node node) {
    if (!isDirectory(node)) {
      throw FsException.of(Errno.ENOTDIR);
    }
  }

  /** The inode of the directory that holds a directory's name; the root's is itself. */
  long parent(Node directory) {
    InodeRecord record = directory.record();
    return record != null && record.content() instanceof Content.Parent parent
        ? parent.inode()
        : union.base().parent(directory.inode);
  }

  /** Fills in an inode's attributes. */
  void attributes(Node node, Attributes to) {
    InodeRecord record = node.record();
    if (record == null) {
      union.base().attributes(node.inode, to);
    } else {
      attributes(node, record, to);
    }
    to.uncached = node.split;
  }

  private void attributes(Node node, InodeRecord record, Attributes to) {
    FileKind kind = record.kind();
    Times times = record.times();
    to.inode = node.inode;
    to.mode = kind.format() | record.mode();
    to.uid = record.uid();
    to.gid = record.gid();
    to.links = record.links();
    to.accessTime = times.access();
    to.modifyTime = times.modify();
    to.changeTime = times.change();
    to.birthTime = times.birth();
    to.device = 0;
    to.size = 0;
    to.blocks = 0;
    to.expiring = false;
    to.uncached = false;
    switch (record.content()) {
      case Content.Inherited inherited -> {
        to.size = inherited.size();
        to.blocks = Base.blocks(kind, to.size);
      }
      case Content.Own own -> ownData(node, to);
      case Content.Parent parent -> to.size = Base.DIRECTORY_SIZE;
      case Content.Target target -> to.size = target.bytes().length;
      case Content.Device device -> to.device = device.number();
      case Content.NoData none -> {}
      case Content.Nothing nothing -> {}
    }
  }

  /**
   * Size, blocks and modify time are the file's, the access time the later of both: who reads
   * through the kernel moves the file's alone. So is the change time, where the content changed:
   * what the volume does to the file itself, such as making it, moves only the file's change time.
   */
  private void ownData(Node node, Attributes to) {
    // Before the file is asked: what it says is then no older than what was settled.
    to.expiring = writers.has(node);
    FileStatus status = new FileStatus();
    if (!union.dataFiles().status(node.inode, status)) {
      // Lost in a power cut: it reads as empty, and was logged at the opening.
      return;
    }
    to.size = status.size();
    to.blocks = status.blocks();
    to.modifyTime = status.modifyTime();
    to.accessTime = Math.max(to.accessTime, status.accessTime());
    long contentChanged = Math.min(status.changeTime(), status.modifyTime());
    to.changeTime = Math.max(to.changeTime, contentChanged);
  }
}
