package dev.lamina.testing.fs;

import dev.lamina.fs.AttributeChange;
import dev.lamina.fs.Attributes;
import dev.lamina.fs.Caller;
import dev.lamina.fs.DirectoryListing;
import dev.lamina.fs.Entry;
import dev.lamina.fs.FileKind;
import dev.lamina.fs.FileName;
import dev.lamina.fs.FileSystem;
import dev.lamina.fs.FsException;
import dev.lamina.fs.NodeId;
import dev.lamina.fs.OpenFile;
import dev.lamina.linux.Errno;
import dev.lamina.linux.FileOpen;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.function.LongFunction;

/**
 * A file system used by paths, as a program uses it: each operation looks up the path's names and
 * gives the references back. A path's characters stand for one byte each (ISO 8859-1); the root is
 * the empty path. Thread-safe as the file system is.
 */
public final class Workspace implements AutoCloseable {
  private final FileSystem fileSystem;
  private final Caller caller;

  /** Uses an attached file system as root without a umask. */
  public Workspace(FileSystem fileSystem) {
    this(fileSystem, Caller.ROOT);
  }

  private Workspace(FileSystem fileSystem, Caller caller) {
    this.fileSystem = fileSystem;
    this.caller = caller;
  }

  /** Returns the same for another caller. */
  public Workspace as(Caller other) {
    return new Workspace(fileSystem, other);
  }

  /** Returns the file system. */
  public FileSystem fileSystem() {
    return fileSystem;
  }

  /** Something done to a name in a directory. */
  public interface InDirectory<T> {
    /** Does it. */
    T apply(long parent, FileName name);
  }

  /**
   * Does something to the node of a path, which is referenced meanwhile.
   *
   * @throws FsException ENOENT and what lookups throw
   */
  public <T> T at(String path, LongFunction<T> action) {
    return at(LowerTree.path(path), action);
  }

  private <T> T at(List<FileName> path, LongFunction<T> action) {
    List<Long> referenced = new ArrayList<>();
    try {
      long node = NodeId.ROOT;
      Entry entry = new Entry();
      for (FileName name : path) {
        if (!fileSystem.lookup(node, name, entry)) {
          throw FsException.of(Errno.ENOENT);
        }
        node = entry.node;
        referenced.add(node);
      }
      return action.apply(node);
    } finally {
      referenced.forEach(node -> fileSystem.forget(node, 1));
    }
  }

  /** Does something to the last name of a path in its directory, which is referenced meanwhile. */
  public <T> T inDirectory(String path, InDirectory<T> action) {
    List<FileName> names = LowerTree.path(path);
    return at(names.subList(0, names.size() - 1), parent -> action.apply(parent, names.getLast()));
  }

  private Attributes making(String path, Making making) {
    return inDirectory(
        path,
        (parent, name) -> {
          Entry entry = new Entry();
          making.make(parent, name, entry);
          fileSystem.forget(entry.node, 1);
          return entry.attributes;
        });
  }

  private interface Making {
    void make(long parent, FileName name, Entry entry);
  }

  /** Returns whether there is such a path. */
  public boolean exists(String path) {
    try {
      return at(path, _ -> true);
    } catch (FsException e) {
      if (e.errno() == Errno.ENOENT) {
        return false;
      }
      throw e;
    }
  }

  /** Returns the attributes of a path. */
  public Attributes attributes(String path) {
    return at(
        path,
        node -> {
          Attributes attributes = new Attributes();
          fileSystem.getattr(node, FileSystem.NO_HANDLE, attributes);
          return attributes;
        });
  }

  /** Returns {@code st_ino} of a path. */
  public long inode(String path) {
    return attributes(path).inode;
  }

  /** Returns the permission bits of a path. */
  public int mode(String path) {
    return attributes(path).mode & 07777;
  }

  /** Makes a directory, 0755. */
  public Attributes mkdir(String path) {
    return mkdir(path, 0755);
  }

  /** Makes a directory. */
  public Attributes mkdir(String path, int mode) {
    return making(
        path, (parent, name, entry) -> fileSystem.mkdir(caller, parent, name, mode, entry));
  }

  /** Makes a node of another kind than directory and symlink. */
  public Attributes mknod(String path, FileKind kind, int mode, long device) {
    int full = kind.format() | mode;
    return making(
        path, (parent, name, entry) -> fileSystem.mknod(caller, parent, name, full, device, entry));
  }

  /** Makes a symlink. */
  public Attributes symlink(String path, String target) {
    byte[] bytes = target.getBytes(StandardCharsets.ISO_8859_1);
    return making(
        path, (parent, name, entry) -> fileSystem.symlink(caller, parent, name, bytes, entry));
  }

  /** Returns a symlink's target. */
  public String readlink(String path) {
    return at(path, node -> new String(fileSystem.readlink(node), StandardCharsets.ISO_8859_1));
  }

  /** Makes another name of a node. */
  public Attributes link(String existing, String path) {
    return at(
        existing,
        node -> making(path, (parent, name, entry) -> fileSystem.link(node, parent, name, entry)));
  }

  /** Removes a name of what is no directory. */
  public void unlink(String path) {
    inDirectory(
        path,
        (parent, name) -> {
          fileSystem.unlink(parent, name);
          return true;
        });
  }

  /** Removes a directory. */
  public void rmdir(String path) {
    inDirectory(
        path,
        (parent, name) -> {
          fileSystem.rmdir(parent, name);
          return true;
        });
  }

  /** Removes a path and all below it; nothing where there is nothing. */
  public void removeAll(String path) {
    if (!exists(path)) {
      return;
    }
    if (attributes(path).kind() != FileKind.DIRECTORY) {
      unlink(path);
      return;
    }
    names(path).forEach(name -> removeAll(path + "/" + name));
    rmdir(path);
  }

  /** Moves a name. */
  public void rename(String from, String to) {
    rename(from, to, 0);
  }

  /** Moves a name, with {@code RENAME_*} flags. */
  public void rename(String from, String to, int flags) {
    inDirectory(
        from,
        (parent, name) ->
            inDirectory(
                to,
                (newParent, newName) -> {
                  fileSystem.rename(parent, name, newParent, newName, flags);
                  return true;
                }));
  }

  /** Makes a file, 0644, with content. */
  public void file(String path, String content) {
    try (Handle handle = create(path, 0644, FileOpen.O_RDWR)) {
      handle.write(0, content);
    }
  }

  /** Makes a file and opens it. */
  public Handle create(String path, int mode, int flags) {
    return inDirectory(
        path,
        (parent, name) -> {
          Entry entry = new Entry();
          OpenFile file = new OpenFile();
          fileSystem.create(caller, parent, name, mode, flags, entry, file);
          return new Handle(fileSystem, entry.node, file.handle);
        });
  }

  /** Makes a file without a name and opens it. */
  public Handle temporary(String directory, int mode, int flags) {
    return at(
        directory,
        parent -> {
          Entry entry = new Entry();
          OpenFile file = new OpenFile();
          fileSystem.tmpfile(caller, parent, mode, flags, entry, file);
          return new Handle(fileSystem, entry.node, file.handle);
        });
  }

  /** Opens a file. */
  public Handle open(String path, int flags) {
    return open(path, flags, false);
  }

  /** Opens a file; {@code kill} as of one without privileges. */
  public Handle open(String path, int flags, boolean kill) {
    return inDirectory(
        path,
        (parent, name) -> {
          Entry entry = new Entry();
          if (!fileSystem.lookup(parent, name, entry)) {
            throw FsException.of(Errno.ENOENT);
          }
          try {
            OpenFile file = new OpenFile();
            fileSystem.open(entry.node, flags, kill, file);
            return new Handle(fileSystem, entry.node, file.handle);
          } catch (FsException e) {
            fileSystem.forget(entry.node, 1);
            throw e;
          }
        });
  }

  /** Returns a file's content. */
  public byte[] read(String path) {
    try (Handle handle = open(path, FileOpen.O_RDONLY)) {
      return handle.readAll();
    }
  }

  /** Returns a file's content, a character a byte. */
  public String text(String path) {
    return new String(read(path), StandardCharsets.ISO_8859_1);
  }

  /** Writes into a file that exists. */
  public void write(String path, long position, String content) {
    try (Handle handle = open(path, FileOpen.O_WRONLY)) {
      handle.write(position, content);
    }
  }

  /** Changes attributes of a path. */
  public Attributes change(String path, AttributeChange change) {
    return at(
        path,
        node -> {
          Attributes attributes = new Attributes();
          fileSystem.setattr(node, FileSystem.NO_HANDLE, change, attributes);
          return attributes;
        });
  }

  /** Sets a file's size. */
  public void truncate(String path, long size) {
    AttributeChange change = new AttributeChange();
    change.valid = AttributeChange.SIZE;
    change.size = size;
    change(path, change);
  }

  /** Sets permission bits. */
  public void chmod(String path, int mode) {
    AttributeChange change = new AttributeChange();
    change.valid = AttributeChange.MODE;
    change.mode = mode;
    change(path, change);
  }

  /** Sets the owner, as the kernel asks for it: what is no directory loses its privileges. */
  public void chown(String path, int uid, int gid) {
    AttributeChange change = new AttributeChange();
    change.valid = AttributeChange.UID | AttributeChange.GID;
    if (attributes(path).kind() != FileKind.DIRECTORY) {
      change.valid |= AttributeChange.KILL_PRIVILEGES;
    }
    change.uid = uid;
    change.gid = gid;
    change(path, change);
  }

  /** Sets access and modify time, ns since the epoch. */
  public void utimes(String path, long accessTime, long modifyTime) {
    AttributeChange change = new AttributeChange();
    change.valid = AttributeChange.ACCESS_TIME | AttributeChange.MODIFY_TIME;
    change.accessTime = accessTime;
    change.modifyTime = modifyTime;
    change(path, change);
  }

  /** Returns the value of an extended attribute. */
  public byte[] getxattr(String path, String attribute) {
    return at(path, node -> fileSystem.getxattr(node, FileName.of(attribute)));
  }

  /** Sets an extended attribute. */
  public void setxattr(String path, String attribute, byte[] value, int flags) {
    at(
        path,
        node -> {
          fileSystem.setxattr(node, FileName.of(attribute), value, flags, false);
          return true;
        });
  }

  /** Removes an extended attribute. */
  public void removexattr(String path, String attribute) {
    at(
        path,
        node -> {
          fileSystem.removexattr(node, FileName.of(attribute));
          return true;
        });
  }

  /** Returns all extended attributes that are listed, by name. */
  public SortedMap<String, byte[]> xattrs(String path) {
    return at(
        path,
        node -> {
          SortedMap<String, byte[]> all = new TreeMap<>();
          String names = new String(fileSystem.listxattr(node), StandardCharsets.ISO_8859_1);
          for (int at = 0; at < names.length(); at = names.indexOf('\0', at) + 1) {
            String name = names.substring(at, names.indexOf('\0', at));
            byte[] bytes = name.getBytes(StandardCharsets.ISO_8859_1);
            all.put(name, fileSystem.getxattr(node, FileName.of(bytes)));
          }
          return all;
        });
  }

  /** Returns the flags of chattr(1). */
  public int flags(String path) {
    return at(path, fileSystem::getFlags);
  }

  /** Sets the flags of chattr(1). */
  public void setFlags(String path, int flags) {
    at(
        path,
        node -> {
          fileSystem.setFlags(node, flags);
          return true;
        });
  }

  /** What a listing says of an entry. */
  public record Listed(String name, long cookie, long inode, FileKind kind) {}

  /** Lists a directory, {@code .} and {@code ..} included, in one go after another. */
  public List<Listed> list(String path) {
    return at(path, node -> listNode(node, 0, Integer.MAX_VALUE));
  }

  /** Lists at most {@code limit} entries from behind a cookie on. */
  public List<Listed> listNode(long node, long cookie, int limit) {
    Collector collector = new Collector(limit);
    fileSystem.readdir(node, cookie, collector);
    return collector.listed;
  }

  /** Returns the names in a directory without {@code .} and {@code ..}. */
  public List<String> names(String path) {
    return list(path).stream()
        .map(Listed::name)
        .filter(name -> !name.equals(".") && !name.equals(".."))
        .toList();
  }

  private static final class Collector implements DirectoryListing {
    private final List<Listed> listed = new ArrayList<>();
    private final int limit;

    Collector(int limit) {
      this.limit = limit;
    }

    @Override
    public boolean withAttributes() {
      return false;
    }

    @Override
    public boolean add(FileName name, long cookie, long inode, FileKind kind) {
      if (listed.size() == limit) {
        return false;
      }
      String text = new String(name.toBytes(), StandardCharsets.ISO_8859_1);
      listed.add(new Listed(text, cookie, inode, kind));
      return true;
    }

    @Override
    public boolean add(FileName name, long cookie, Entry entry) {
      throw new AssertionError("entries with attributes were not asked for");
    }
  }

  @Override
  public void close() {
    fileSystem.close();
  }
}
