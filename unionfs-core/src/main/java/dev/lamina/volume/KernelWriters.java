package dev.lamina.volume;

import dev.lamina.linux.Errno;
import dev.lamina.linux.Fd;
import dev.lamina.linux.FileLocks;
import dev.lamina.linux.FileOpen;
import dev.lamina.linux.LinuxException;
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
  private final Union union;
  private final Map<Long, Node> nodes = new ConcurrentHashMap<>();

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

  /** All that the kernel may have written counts as written. */
  void noteAll() {
    for (Node node : nodes.values()) {
      if (!isSettled(node, node.data())) {
        union.syncer().wroteData(node);
      }
    }
  }
}
