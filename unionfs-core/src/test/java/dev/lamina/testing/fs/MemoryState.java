package dev.lamina.testing.fs;

import dev.lamina.fs.Entry;
import dev.lamina.fs.FileKind;
import dev.lamina.fs.FileName;
import dev.lamina.fs.FsException;
import dev.lamina.fs.NodeId;
import dev.lamina.linux.Errno;
import java.time.Instant;
import java.time.InstantSource;
import java.util.HashMap;
import java.util.IdentityHashMap;
import java.util.List;
import java.util.Map;

/**
 * All inodes of a {@link MemoryFileSystem}, and the checks that operations begin with: each returns
 * the narrowed thing or throws its errno. The file system's lock guards it.
 */
final class MemoryState {
  /** Flag of chattr(1): nothing may change. */
  static final int IMMUTABLE = 0x10;

  /** Flag of chattr(1): data only grows. */
  static final int APPEND_ONLY = 0x20;

  /** How many names a file may have: as many as on ext4. */
  static final int MAX_LINKS = 65_000;

  final Map<Long, MemoryNode> nodes = new HashMap<>();
  private final InstantSource clock;
  private long nextInode = NodeId.ROOT;

  MemoryState(LowerTree lower, InstantSource clock) {
    this.clock = clock;
    IdentityHashMap<LowerNode, MemoryNode> made = new IdentityHashMap<>();
    Map<List<FileName>, MemoryNode> byPath = new HashMap<>();
    lower
        .entries()
        .forEach(
            (path, description) -> {
              MemoryNode known = made.get(description);
              MemoryNode node = known == null ? load(description) : known;
              node.links += known == null ? 0 : 1;
              made.put(description, node);
              byPath.put(path, node);
              if (path.isEmpty()) {
                node.parent = node;
              } else {
                MemoryNode parent = byPath.get(path.subList(0, path.size() - 1));
                if (parent == null) {
                  throw new IllegalArgumentException("no parent of " + path);
                }
                parent.bind(path.getLast(), node);
              }
            });
  }

  private MemoryNode load(LowerNode from) {
    MemoryNode node =
        new MemoryNode(
            nextInode++, from.kind(), from.mode(), from.uid(), from.gid(), from.modifyTime());
    node.device = from.device();
    if (node.isRegular()) {
      node.data.write(0, from.content());
    } else if (node.kind == FileKind.SYMLINK) {
      node.target = from.content();
    }
    from.xattrs().forEach((name, value) -> node.xattrs.put(name, value.clone()));
    nodes.put(node.inode, node);
    return node;
  }

  long now() {
    Instant now = clock.instant();
    return now.getEpochSecond() * 1_000_000_000L + now.getNano();
  }

  MemoryNode add(FileKind kind, int mode, int uid, int gid) {
    MemoryNode node = new MemoryNode(nextInode++, kind, mode, uid, gid, now());
    nodes.put(node.inode, node);
    return node;
  }

  /** Forgets a node that nothing leads to. */
  void dropIfForgotten(MemoryNode node) {
    if (node.isForgotten()) {
      nodes.remove(node.inode);
    }
  }

  /** Forgets all references and opens, and what only they kept. */
  void dropReferences() {
    for (MemoryNode node : nodes.values()) {
      node.lookups = 0;
      node.opens = 0;
    }
    nodes.values().removeIf(MemoryNode::isForgotten);
  }

  /** Fills in an entry, which counts as one reference. */
  void reference(MemoryNode node, Entry entry) {
    node.lookups++;
    entry.node = node.inode;
    entry.generation = 0;
    node.fill(entry.attributes);
  }

  MemoryNode node(long id) {
    MemoryNode node = nodes.get(id);
    if (node == null) {
      throw FsException.of(Errno.ESTALE);
    }
    return node;
  }

  MemoryNode directory(long id) {
    MemoryNode node = node(id);
    if (!node.isDirectory()) {
      throw FsException.of(Errno.ENOTDIR);
    }
    return node;
  }

  MemoryNode regular(long id) {
    MemoryNode node = node(id);
    if (!node.isRegular()) {
      throw FsException.of(node.isDirectory() ? Errno.EISDIR : Errno.EINVAL);
    }
    return node;
  }

  /** Returns the node of a name that must exist. */
  MemoryNode child(MemoryNode directory, FileName name) {
    requireLength(name);
    MemoryNode child = directory.child(name);
    if (child == null) {
      throw FsException.of(Errno.ENOENT);
    }
    return child;
  }

  /** Returns a directory in which a name may be made. */
  MemoryNode directoryFor(long parent, FileName name) {
    MemoryNode directory = directory(parent);
    if (directory.dead) {
      throw FsException.of(Errno.ENOENT);
    }
    requireLength(name);
    if (directory.child(name) != null) {
      throw FsException.of(Errno.EEXIST);
    }
    requireMutable(directory);
    return directory;
  }

  static void requireLength(FileName name) {
    if (name.length() > FileName.MAX_LENGTH) {
      throw FsException.of(Errno.ENAMETOOLONG);
    }
  }

  static void requireMutable(MemoryNode node) {
    if ((node.flags & IMMUTABLE) != 0) {
      throw FsException.of(Errno.EPERM);
    }
  }

  static void requireNoChangeFlags(MemoryNode node) {
    if ((node.flags & (IMMUTABLE | APPEND_ONLY)) != 0) {
      throw FsException.of(Errno.EPERM);
    }
  }
}
