package dev.lamina.volume;

import com.google.common.collect.Lists;
import com.google.errorprone.annotations.concurrent.GuardedBy;
import dev.lamina.linux.LinuxException;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * Which data files have been written to since they were last brought to disk: the kernel tells a
 * FUSE file system of neither sync nor syncfs, so what nobody calls fsync for is synced from time
 * to time, and at the end. File by file, however many there are: syncfs would write all that others
 * have on the same file system. Thread-safe.
 */
final class DirtyFiles {
  /** How many files are open at a time while they are synced. */
  static final int AT_ONCE = 256;

  private final DataSync files;
  private final LostData lost;

  @GuardedBy("this")
  private final Map<Long, NodeData> dirty = new HashMap<>();

  DirtyFiles(DataSync files, LostData lost) {
    this.files = files;
    this.lost = lost;
  }

  /** The files whose data could not be written. */
  LostData lost() {
    return lost;
  }

  /** A file was written to. Called when that is done: a sync that begins now includes it. */
  void wrote(long inode, NodeData data) {
    if (data.dirty) {
      // Cleared before the sync, which therefore is still to come.
      return;
    }
    synchronized (this) {
      dirty.put(inode, data);
      data.dirty = true;
    }
  }

  /** A file goes, so what was written to it need not be brought to disk. */
  void forget(long inode) {
    synchronized (this) {
      dirty.remove(inode);
    }
    lost.forget(inode);
  }

  /**
   * Returns when all that was written before is on disk, but for what {@link #lost} has; whether
   * there was anything. One thread at a time. Each file is synced whatever becomes of the others;
   * one of which nothing is known, since it could not be opened, is dirty as before, and is a
   * failure.
   */
  boolean sync() {
    Map<Long, NodeData> left = take();
    boolean any = !left.isEmpty();
    Attempts attempts = new Attempts();
    for (List<Long> some : Lists.partition(List.copyOf(left.keySet()), AT_ONCE)) {
      attempts.attempt(() -> sync(some, left, attempts));
    }
    again(left);
    attempts.attempt(files::syncNames);
    attempts.end();
    return any;
  }

  private synchronized Map<Long, NodeData> take() {
    Map<Long, NodeData> taken = new HashMap<>(dirty);
    dirty.values().forEach(data -> data.dirty = false);
    dirty.clear();
    return taken;
  }

  private void sync(List<Long> some, Map<Long, NodeData> left, Attempts attempts) {
    Set<Long> done = new HashSet<>(some);
    files.sync(
        some,
        failure -> {
          if (failure.isTold()) {
            lost.add(failure.inode(), failure.cause());
            if (isGone(failure.inode())) {
              // Removed, and forgotten, while it was being synced.
              lost.forget(failure.inode());
            }
          } else {
            done.remove(failure.inode());
            attempts.attempt(
                () -> {
                  throw failure.cause();
                });
          }
        });
    left.keySet().removeAll(done);
  }

  /** Of what cannot be looked at it is not known; its data counts as lost all the same. */
  private boolean isGone(long inode) {
    try {
      return !files.has(inode);
    } catch (LinuxException e) {
      return false;
    }
  }

  /** What was written to meanwhile stays: the node may be known anew, with other data. */
  private synchronized void again(Map<Long, NodeData> left) {
    left.forEach(
        (inode, data) -> {
          if (dirty.putIfAbsent(inode, data) == null) {
            data.dirty = true;
          }
        });
  }
}
