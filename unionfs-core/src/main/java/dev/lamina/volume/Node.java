package dev.lamina.volume;

import dev.lamina.fs.FsException;
import dev.lamina.linux.Errno;
import dev.lamina.tree.Directory;
import java.lang.ref.WeakReference;
import java.util.concurrent.locks.ReentrantLock;
import org.jspecify.annotations.Nullable;

/**
 * One inode that somebody knows: the kernel, an open file or an operation. There is at most one of
 * an inode ({@link NodeTable}). It starts small, since the kernel may know a million; locks and the
 * rest are made when they are first needed, and stay.
 *
 * <p>What the delta says of the inode is {@link #record}: null where it says nothing and the base's
 * entry stands. It is replaced under {@link #recordLock} and read without a lock.
 */
final class Node {
  final long inode;

  /** References the kernel holds, by whichever node id. Guarded by the node table. */
  long lookups;

  /** Its node ids; null as long as there was but one. Guarded by the node table. */
  @Nullable Incarnations incarnations;

  /** The node id that names hand out. Written under the node table's lock. */
  volatile long id;

  /** Whether the kernel knows it by another node id, too. Written under the node table's lock. */
  volatile boolean split;

  /** References of open files and running operations. Guarded by the node table. */
  int pins;

  /** Whether the last reference to an unlinked inode is gone. Guarded by the node table. */
  boolean dying;

  /** Whether its last name is gone: with its last reference it goes itself. */
  volatile boolean orphan;

  /** Whether it was made without a name, has not got one yet and still may. */
  volatile boolean nameless;

  private volatile boolean loaded;
  private volatile boolean dead;
  private volatile @Nullable InodeRecord record;
  private volatile @Nullable InodeRecord unchanged;
  private volatile @Nullable WeakReference<Directory> below;
  private volatile @Nullable ReentrantLock recordLock;
  private volatile @Nullable DirectoryNames names;
  private volatile @Nullable NodeData data;

  Node(long inode) {
    this.inode = inode;
    this.id = inode;
  }

  /** What the delta says, null where nothing; valid once loaded. */
  @Nullable InodeRecord record() {
    return record;
  }

  /** Whether {@link #record} and {@link #isDead} have been read from the delta. */
  boolean isLoaded() {
    return loaded;
  }

  /** Whether the delta says that the inode is no more. */
  boolean isDead() {
    return dead;
  }

  /** Takes what the delta says, the first time. */
  synchronized void load(@Nullable InodeRecord fromDelta, boolean isDead) {
    if (!loaded) {
      record = fromDelta;
      dead = isDead;
      loaded = true;
    }
  }

  /** Takes what was just written to the delta. Called under {@link #recordLock}. */
  void store(InodeRecord written) {
    record = written;
    loaded = true;
    unchanged = null;
  }

  /** The base's entry as a record, where it was kept; to be used while there is no other. */
  @Nullable InodeRecord unchanged() {
    return unchanged;
  }

  /** Keeps the base's entry until the delta says something. */
  void keepUnchanged(InodeRecord ofBase) {
    unchanged = ofBase;
  }

  /** The base's directory under this one, where it is still in memory. */
  @Nullable Directory below() {
    WeakReference<Directory> reference = below;
    return reference == null ? null : reference.get();
  }

  /** Remembers the base's directory under this one, as long as somebody else keeps it. */
  void keepBelow(Directory directory) {
    below = new WeakReference<>(directory);
  }

  ReentrantLock recordLock() {
    ReentrantLock lock = recordLock;
    return lock == null ? makeRecordLock() : lock;
  }

  /** The names of this directory in the delta. Only a directory is asked. */
  DirectoryNames names() {
    DirectoryNames made = names;
    return made == null ? makeNames() : made;
  }

  /** The open files of this inode and their data. Only a regular file is asked. */
  NodeData data() {
    NodeData made = data;
    return made == null ? makeData() : made;
  }

  /** As {@link #data}; null where it never was open. */
  @Nullable NodeData knownData() {
    return data;
  }

  private synchronized ReentrantLock makeRecordLock() {
    ReentrantLock lock = recordLock;
    if (lock == null) {
      lock = new ReentrantLock();
      recordLock = lock;
    }
    return lock;
  }

  private synchronized DirectoryNames makeNames() {
    DirectoryNames made = names;
    if (made == null) {
      made = new DirectoryNames();
      names = made;
    }
    return made;
  }

  private synchronized NodeData makeData() {
    NodeData made = data;
    if (made == null) {
      made = new NodeData();
      data = made;
    }
    return made;
  }

  /** The answer for an inode that is no more. */
  static FsException stale() {
    return FsException.of(Errno.ESTALE);
  }
}
