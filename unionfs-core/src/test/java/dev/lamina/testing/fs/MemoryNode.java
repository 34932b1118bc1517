package dev.lamina.testing.fs;

import dev.lamina.fs.Attributes;
import dev.lamina.fs.FileKind;
import dev.lamina.fs.FileName;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/** One inode of a {@link MemoryFileSystem}, whose lock guards all of it. */
final class MemoryNode {
  static final long FIRST_COOKIE = 3;

  final long inode;
  final FileKind kind;
  int mode;
  int uid;
  int gid;
  int links;
  int flags;
  long device;
  long accessTime;
  long modifyTime;
  long changeTime;
  long birthTime;
  byte[] target = new byte[0];
  final TreeMap<FileName, byte[]> xattrs = new TreeMap<>();
  final MemoryData data = new MemoryData();

  /** Of a directory: its names with their places in the listing. */
  final Map<FileName, Slot> names = new LinkedHashMap<>();

  final TreeMap<Long, FileName> order = new TreeMap<>();
  private long nextCookie = FIRST_COOKIE;

  /** Of a directory: where {@code ..} leads. */
  @Nullable MemoryNode parent;

  /** Of a directory: whether it was removed. */
  boolean dead;

  /** Of a directory: whether it was made here, so that its link count tells what it holds. */
  boolean isNew;

  /** Of a file without a name: whether link(2) may give it its first. */
  boolean linkable;

  /** How many references the transport holds. */
  long lookups;

  /** How many handles are open. */
  int opens;

  /** A name's node and its cookie. */
  record Slot(MemoryNode node, long cookie) {}

  MemoryNode(long inode, FileKind kind, int mode, int uid, int gid, long now) {
    this.inode = inode;
    this.kind = kind;
    this.mode = mode & 07777;
    this.uid = uid;
    this.gid = gid;
    this.links = 1;
    accessTime = now;
    modifyTime = now;
    changeTime = now;
    birthTime = now;
  }

  boolean isDirectory() {
    return kind == FileKind.DIRECTORY;
  }

  boolean isRegular() {
    return kind == FileKind.REGULAR;
  }

  @Nullable MemoryNode child(FileName name) {
    Slot slot = names.get(name);
    return slot == null ? null : slot.node();
  }

  /** Binds a name to a node; a name that is there keeps its place in the listing. */
  void bind(FileName name, MemoryNode node) {
    Slot old = names.get(name);
    long cookie = old == null ? nextCookie++ : old.cookie();
    FileName kept = name.keep();
    names.put(kept, new Slot(node, cookie));
    order.put(cookie, kept);
    if (node.isDirectory()) {
      node.parent = this;
    }
  }

  void unbind(FileName name) {
    Slot old = names.remove(name);
    if (old != null) {
      order.remove(old.cookie());
    }
  }

  /** Whether nothing leads here any more, so that the node is gone. */
  boolean isForgotten() {
    return links == 0 && lookups == 0 && opens == 0;
  }

  void contentChanged(long now) {
    modifyTime = now;
    changeTime = now;
  }

  private int directories() {
    return (int) names.values().stream().filter(slot -> slot.node().isDirectory()).count();
  }

  void fill(Attributes out) {
    out.inode = inode;
    out.size =
        switch (kind) {
          case REGULAR -> data.size();
          case SYMLINK -> target.length;
          case DIRECTORY -> MemoryData.PAGE;
          case CHARACTER_DEVICE, BLOCK_DEVICE, FIFO, SOCKET -> 0;
        };
    out.blocks = isRegular() ? data.blocks() : 0;
    out.accessTime = accessTime;
    out.modifyTime = modifyTime;
    out.changeTime = changeTime;
    out.birthTime = birthTime;
    out.mode = kind.format() | mode;
    out.links = isDirectory() && isNew && !dead ? 2 + directories() : links;
    out.uid = uid;
    out.gid = gid;
    out.device = kind.isDevice() ? device : 0;
    out.expiring = false;
    out.uncached = false;
  }
}
