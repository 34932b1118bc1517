package dev.lamina.testing.fs;

import com.google.errorprone.annotations.concurrent.GuardedBy;
import dev.lamina.fs.Attributes;
import dev.lamina.fs.Entry;
import dev.lamina.fs.FileKind;
import dev.lamina.fs.FsException;
import dev.lamina.fs.NodeId;
import dev.lamina.linux.Errno;
import dev.lamina.linux.Fd;
import dev.lamina.linux.FileAttributes;
import dev.lamina.linux.FileOpen;
import dev.lamina.linux.FileStatus;
import java.util.HashMap;
import java.util.Map;

/**
 * The nodes that the user of a {@link KernelFileSystem} knows: each keeps its inode by an O_PATH
 * descriptor, so that its number is not given to another file. Thread-safe.
 */
final class KernelNodes implements AutoCloseable {
  /** Below the limit of descriptors that processes often have to live with. */
  private static final int MAX_NODES = 15_000;

  /** A known inode. */
  static final class Node {
    final Fd path;
    final FileKind kind;
    private final long id;
    private long references;

    private Node(Fd path, FileKind kind, long id) {
      this.path = path;
      this.kind = kind;
      this.id = id;
    }

    int fd() {
      return path.value();
    }

    /** A path that leads to the inode itself, also where it is a symlink. */
    byte[] procPath() {
      return FileOpen.procPath(fd());
    }

    boolean isRoot() {
      return id == NodeId.ROOT;
    }
  }

  private final long rootInode;

  @GuardedBy("this")
  private final Map<Long, Node> nodes = new HashMap<>();

  /** Takes over the root's descriptor. */
  KernelNodes(Fd root) {
    FileStatus status = new FileStatus();
    FileAttributes.fstat(root.value(), status);
    rootInode = status.inode();
    Node node = new Node(root, FileKind.DIRECTORY, NodeId.ROOT);
    synchronized (this) {
      nodes.put(NodeId.ROOT, node);
    }
  }

  synchronized Node get(long id) {
    Node node = nodes.get(id);
    if (node == null) {
      throw FsException.of(Errno.ESTALE);
    }
    return node;
  }

  Node directory(long id) {
    Node node = get(id);
    if (node.kind != FileKind.DIRECTORY) {
      throw FsException.of(Errno.ENOTDIR);
    }
    return node;
  }

  /** Takes over an O_PATH descriptor and fills in the entry, which counts as one reference. */
  void reference(Fd found, Entry entry) {
    FileStatus status = new FileStatus();
    FileAttributes.fstat(found.value(), status);
    fill(status, entry.attributes);
    long id = status.inode() == rootInode ? NodeId.ROOT : status.inode();
    entry.node = id;
    entry.generation = 0;
    synchronized (this) {
      Node known = nodes.get(id);
      if (known != null) {
        known.references++;
        found.close();
        return;
      }
      if (nodes.size() >= MAX_NODES) {
        found.close();
        throw new IllegalStateException("more than " + MAX_NODES + " nodes are not forgotten");
      }
      Node node = new Node(found, entry.attributes.kind(), id);
      node.references = 1;
      nodes.put(id, node);
    }
  }

  synchronized void forget(long id, long count) {
    Node node = nodes.get(id);
    if (node == null || node.isRoot()) {
      return;
    }
    node.references -= count;
    if (node.references <= 0) {
      nodes.remove(id);
      node.path.close();
    }
  }

  static void fill(FileStatus status, Attributes out) {
    out.inode = status.inode();
    out.size = status.size();
    out.blocks = status.blocks();
    out.accessTime = status.accessTime();
    out.modifyTime = status.modifyTime();
    out.changeTime = status.changeTime();
    out.birthTime = status.birthTime();
    out.mode = status.mode();
    out.links = status.links();
    out.uid = status.uid();
    out.gid = status.gid();
    out.device = out.kind().isDevice() ? status.specialDevice() : 0;
    out.expiring = false;
    out.uncached = false;
  }

  @Override
  public synchronized void close() {
    nodes.values().forEach(node -> node.path.close());
    nodes.clear();
  }
}
