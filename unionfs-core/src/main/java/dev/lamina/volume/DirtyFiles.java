package dev.lamina.volume;

import com.google.common.collect.Lists;
import com.google.errorprone.annotations.concurrent.GuardedBy;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * Which data files have been written to since they were last brought to disk: the kernel tells a
 * FUSE file system of neither sync nor syncfs, so what nobody calls fsync for is synced from time
 * to time, and at the end. Thread-safe.
 */
final class DirtyFiles {
  /** Where more files are dirty, their whole file system is synced. */
  static final int MOST = 10_000;

  /** How many files are open at a time while they are synced. */
  private static final int AT_ONCE = 256;

  private final DataSync files;

  @GuardedBy("this")
  private final Map<Long, NodeData> dirty = new HashMap<>();

  @GuardedBy("this")
  private boolean isMore;

  DirtyFiles(DataSync files) {
    this.files = files;
  }

  /** A file was written to. Called when that is done: a sync that begins now includes it. */
  void wrote(long inode, NodeData data) {
    if (data.dirty) {
      // Cleared before the sync, which therefore is still to come.
      return;
    }
    synchronized (this) {
      if (dirty.size() == MOST) {
        isMore = true;
      } else {
        dirty.put(inode, data);
        data.dirty = true;
      }
    }
  }

  /** A file goes, so what was written to it need not be brought to disk. */
  synchronized void forget(long inode) {
    dirty.remove(inode);
  }

  /**
   * Returns when all that was written before is on disk; whether there was anything. One thread at
   * a time. Where it fails, everything is dirty as before.
   */
  boolean sync() {
    Map<Long, NodeData> taken;
    boolean all;
    synchronized (this) {
      taken = Map.copyOf(dirty);
      all = isMore;
      dirty.values().forEach(data -> data.dirty = false);
      dirty.clear();
      isMore = false;
    }
    boolean done = false;
    try {
      if (all) {
        files.syncFileSystem();
      } else {
        for (List<Long> some : Lists.partition(List.copyOf(taken.keySet()), AT_ONCE)) {
          files.sync(some);
        }
      }
      files.syncNames();
      done = true;
    } finally {
      if (!done) {
        again(taken, all);
      }
    }
    return all || !taken.isEmpty();
  }

  private synchronized void again(Map<Long, NodeData> taken, boolean all) {
    isMore |= all;
    taken.forEach(this::wrote);
  }
}
