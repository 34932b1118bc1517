package dev.lamina.volume;

import dev.lamina.fs.Attributes;
import dev.lamina.fs.FileKind;
import dev.lamina.fs.FileName;
import dev.lamina.fs.FsException;
import dev.lamina.linux.Errno;
import dev.lamina.tree.DamagedException;
import dev.lamina.tree.Digest;
import dev.lamina.tree.Directory;
import dev.lamina.tree.Location;
import dev.lamina.tree.Metadata;
import dev.lamina.tree.TreeView;
import dev.lamina.tree.Xattrs;
import org.jspecify.annotations.Nullable;

/**
 * The immutable tree below a volume, as inodes. An inode of the base is the pre-order position of
 * its first name, 1 to {@link #positions}. A damaged record answers EIO for what it holds alone.
 * Thread-safe.
 */
final class Base {
  /** What sizes on disk are counted in, in bytes. */
  static final long BLOCK = 512;

  /** What a directory of the base, or of the delta, reports as its size. */
  static final long DIRECTORY_SIZE = 4096;

  private final TreeView tree;

  Base(TreeView tree) {
    this.tree = tree;
  }

  TreeView tree() {
    return tree;
  }

  long positions() {
    return tree.positions();
  }

  boolean has(long inode) {
    return inode <= tree.positions();
  }

  boolean isDirectory(long inode) {
    try {
      return tree.isDirectory(inode);
    } catch (DamagedException e) {
      throw damaged(e);
    }
  }

  /** The directory of the base with this inode, which is one. */
  Directory directory(long inode) {
    try {
      return tree.directory(inode);
    } catch (DamagedException e) {
      throw damaged(e);
    }
  }

  /** A name in a directory of the base: its index, -1 where there is none. */
  int find(Directory directory, FileName name) {
    try {
      return directory.find(name);
    } catch (DamagedException e) {
      throw damaged(e);
    }
  }

  /** The inode of an entry: of a file with several names that of its first. */
  long inode(long parent, Directory directory, int index) {
    return tree.child(parent, directory, index);
  }

  /** The inode of the directory that holds the inode's first name. */
  long parent(long inode) {
    return read(() -> tree.parent(inode));
  }

  /** What the delta would say of an inode that is as the base has it. */
  InodeRecord record(long inode) {
    return read(
        () -> {
          if (inode == TreeView.ROOT) {
            Metadata root = tree.tree().root();
            return record(FileKind.DIRECTORY, root, 1, new Content.Parent(TreeView.ROOT));
          }
          Location at = tree.locate(inode);
          Directory directory = at.directory;
          int index = at.index;
          FileKind kind = directory.kind(index);
          return record(
              kind,
              directory.metadata(index),
              kind == FileKind.DIRECTORY ? 1 : tree.links(inode),
              content(directory, index, kind, at.parent));
        });
  }

  private static InodeRecord record(FileKind kind, Metadata metadata, int links, Content content) {
    return new InodeRecord(
        kind,
        metadata.mode(),
        metadata.uid(),
        metadata.gid(),
        links,
        0,
        Times.all(metadata.mtime()),
        metadata.xattrs(),
        content);
  }

  private static Content content(Directory directory, int index, FileKind kind, long parent) {
    return switch (kind) {
      case REGULAR -> data(directory.blob(index).orElse(null), directory.fileSize(index));
      case DIRECTORY -> new Content.Parent(parent);
      case SYMLINK -> new Content.Target(directory.target(index));
      case CHARACTER_DEVICE, BLOCK_DEVICE -> new Content.Device(directory.device(index));
      case FIFO, SOCKET -> Content.Nothing.INSTANCE;
    };
  }

  private static Content data(@Nullable Digest blob, long size) {
    return blob == null ? Content.NoData.INSTANCE : new Content.Inherited(blob, size);
  }

  /** Fills in the attributes of an inode that is as the base has it. */
  void attributes(long inode, Attributes to) {
    try {
      if (inode == TreeView.ROOT) {
        Metadata root = tree.tree().root();
        to.mode = FileKind.DIRECTORY.format() | root.mode();
        to.uid = root.uid();
        to.gid = root.gid();
        to.device = 0;
        fill(inode, FileKind.DIRECTORY, DIRECTORY_SIZE, root.mtime(), 1, to);
        return;
      }
      Location at = tree.locate(inode);
      attributes(inode, at.directory, at.index, to);
    } catch (DamagedException e) {
      throw damaged(e);
    }
  }

  /** Fills in the attributes of an entry, whose inode this is, as the base has it. */
  void attributes(long inode, Directory directory, int index, Attributes to) {
    FileKind kind = directory.kind(index);
    to.mode = directory.mode(index);
    to.uid = directory.uid(index);
    to.gid = directory.gid(index);
    to.device = kind.isDevice() ? directory.device(index) : 0;
    boolean isDirectory = kind == FileKind.DIRECTORY;
    fill(
        inode,
        kind,
        isDirectory ? DIRECTORY_SIZE : directory.fileSize(index),
        directory.mtime(index),
        isDirectory ? 1 : tree.links(inode),
        to);
  }

  private static void fill(
      long inode, FileKind kind, long size, long time, int links, Attributes to) {
    to.inode = inode;
    to.size = size;
    to.blocks = blocks(kind, size);
    to.accessTime = time;
    to.modifyTime = time;
    to.changeTime = time;
    to.birthTime = time;
    to.links = links;
    to.expiring = false;
    to.uncached = false;
  }

  /** Blocks of 512 bytes that a kind of file with a size is said to use. */
  static long blocks(FileKind kind, long size) {
    return kind == FileKind.REGULAR ? (size + BLOCK - 1) / BLOCK : 0;
  }

  /** The extended attributes of an inode that is as the base has it. */
  Xattrs xattrs(long inode) {
    return read(
        () -> {
          if (inode == TreeView.ROOT) {
            return tree.tree().root().xattrs();
          }
          Location at = tree.locate(inode);
          return at.directory.xattrs(at.index);
        });
  }

  private static <T> T read(Read<T> read) {
    try {
      return read.get();
    } catch (DamagedException e) {
      throw damaged(e);
    }
  }

  static FsException damaged(DamagedException e) {
    return FsException.of(Errno.EIO, String.valueOf(e.getMessage()), e);
  }

  @FunctionalInterface
  private interface Read<T> {
    T get();
  }
}
