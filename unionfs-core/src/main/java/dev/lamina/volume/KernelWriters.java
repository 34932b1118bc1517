package dev.lamina.volume;

import dev.lamina.linux.Errno;
import dev.lamina.linux.Fd;
import dev.lamina.linux.FileLocks;
import dev.lamina.linux.FileOpen;
import dev.lamina.linux.FileStatus;
import dev.lamina.linux.LinuxException;
import java.time.Duration;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;

/**
 * The data files that the kernel may write without us: open for writing through passthrough, or
 * once so and perhaps still mapped, for a mapping lives on when its descriptor is closed. Their
 * size and times are good for a moment only, and each sync includes them. Whether a file that
 * nothing has open is still mapped to be written is told by a read lease, which is refused then.
 * Thread-safe.
 */
final class KernelWriters {
  /**
   * How long before it is looked at a file must have been changed, in ns: the kernel's clock of
   * files stands still for milliseconds, and a later change must show.
   */
  private static final long SETTLING = Duration.ofMillis(100).toNanos();

  private final Union union;
  private final Map<Long, Node> nodes = new ConcurrentHashMap<>();

  /** What files were like when they were last noted, by inode; of those that lay still then. */
  private final Map<Long, Still> noted = new ConcurrentHashMap<>();

  private record Still(long size, long modified, long changed) {}

  KernelWriters(Union union) {
    this.union = union;
  }

  /**
   * The kernel is about to get a file to write. Called under its data lock.
   *
   * @return whether it had none before
   */
  boolean begin(Node node) {
    NodeData data = node.data();
    if (data.kernelWrites) {
      return false;
    }
    data.kernelWrites = true;
    noted.remove(node.inode);
    nodes.put(node.inode, node);
    return true;
  }

  /** Whether the kernel may be writing a file. */
  boolean has(Node node) {
    NodeData data = node.knownData();
    return data != null && data.kernelWrites && !isSettled(node, data);
  }

  /** Somebody who has the lock is opening or closing it: then it is not settled. */
  private boolean isSettled(Node node, NodeData data) {
    if (!data.lock.tryLock()) {
      return false;
    }
    try {
      return settle(node, data);
    } finally {
      data.lock.unlock();
    }
  }

  /** Finds out whether the kernel is done with a file. Called under its data lock. */
  boolean settle(Node node, NodeData data) {
    if (data.kernelWrites && (data.isOpen() || isMapped(node))) {
      return false;
    }
    end(node, data);
    return true;
  }

  private void end(Node node, NodeData data) {
    if (data.kernelWrites) {
      // First, so that no sync finds it neither here nor there.
      union.syncer().wroteData(node);
      data.kernelWrites = false;
      nodes.remove(node.inode, node);
      noted.remove(node.inode);
    }
  }

  private boolean isMapped(Node node) {
    try (Fd file = union.dataFiles().open(node.inode, FileOpen.O_RDONLY)) {
      if (!FileLocks.tryReadLease(file.value())) {
        return true;
      }
      FileLocks.endLease(file.value());
      return false;
    } catch (LinuxException e) {
      // Where there are no leases nothing can be known; where there is no file nobody has it.
      return e.errno() != Errno.ENOENT;
    }
  }

  /** The kernel has forgotten an inode: so nothing of it is open or mapped. */
  void forgotten(Node node) {
    NodeData data = node.knownData();
    if (data == null || !data.kernelWrites) {
      return;
    }
    data.lock.lock();
    try {
      if (!data.isOpen()) {
        end(node, data);
      }
    } finally {
      data.lock.unlock();
    }
  }

  /**
   * All that the kernel may have written counts as written, but not again what it has not written
   * since the last time: each store to a page that was synced since shows in the file's times.
   */
  void noteAll() {
    for (Node node : nodes.values()) {
      if (!isSettled(node, node.data()) && hasChanged(node)) {
        union.syncer().wroteData(node);
      }
    }
  }

  private boolean hasChanged(Node node) {
    FileStatus status = new FileStatus();
    if (!union.dataFiles().status(node.inode, status)) {
      return true;
    }
    Still now = new Still(status.size(), status.modifyTime(), status.changeTime());
    if (now.equals(noted.get(node.inode))) {
      return false;
    }
    if (now.changed < union.now() - SETTLING) {
      noted.put(node.inode, now);
    } else {
      noted.remove(node.inode);
    }
    return true;
  }
}
