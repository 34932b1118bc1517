package dev.lamina.testing.fs;

import dev.lamina.fs.AttributeChange;
import dev.lamina.fs.Attributes;
import dev.lamina.fs.Backings;
import dev.lamina.fs.Caller;
import dev.lamina.fs.DirectoryListing;
import dev.lamina.fs.Entry;
import dev.lamina.fs.FileKind;
import dev.lamina.fs.FileName;
import dev.lamina.fs.FileSystem;
import dev.lamina.fs.FileSystemStatus;
import dev.lamina.fs.FsException;
import dev.lamina.fs.Invalidations;
import dev.lamina.fs.OpenFile;
import dev.lamina.fs.TransportFeatures;
import dev.lamina.linux.DirectoryReader;
import dev.lamina.linux.Errno;
import dev.lamina.linux.Fd;
import dev.lamina.linux.FileAttributes;
import dev.lamina.linux.FileIo;
import dev.lamina.linux.FileNames;
import dev.lamina.linux.FileOpen;
import dev.lamina.linux.FileStatus;
import dev.lamina.linux.FileSystemStats;
import dev.lamina.linux.Ioctl;
import dev.lamina.linux.LinuxException;
import dev.lamina.linux.Timespec;
import dev.lamina.linux.Xattrs;
import java.io.ByteArrayOutputStream;
import java.lang.foreign.MemorySegment;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.Supplier;

/**
 * A directory of any mounted file system behind the interface, through real system calls: what runs
 * on the model runs on ext4, on the kernel's overlay and through a mount of ours. A node id is the
 * inode number, but the root's is 1; a node is kept by a descriptor until it is forgotten.
 *
 * <p>The kernel decides permissions here: as root, but the caller's ids and umask hold where an
 * operation has a caller, and killing privileges is done by acting without any. What no system call
 * says alone cannot be asked: killing privileges by itself, setting the change time. Needs root.
 * Thread-safe.
 */
public final class KernelFileSystem implements FileSystem {
  private static final FileName DOT_DOT = FileName.of("..");
  private static final byte[] DOT = {'.'};
  private static final int PATH_FLAGS = FileOpen.O_PATH | FileOpen.O_NOFOLLOW;
  private static final int UNCHANGED = -1;

  private static final Duration CLOSING = Duration.ofSeconds(2);

  private record Open(Fd fd, long node) {}

  private final KernelNodes nodes;
  private final ThreadIdentity identity = new ThreadIdentity();
  private final Map<Long, Open> handles = new ConcurrentHashMap<>();
  private final AtomicLong nextHandle = new AtomicLong(1);

  /** Opens a directory, which becomes the root. */
  public KernelFileSystem(Path directory) {
    byte[] path = directory.toString().getBytes(StandardCharsets.UTF_8);
    nodes = new KernelNodes(FileOpen.openat(Fd.CWD, path, FileOpen.O_PATH | FileOpen.O_DIRECTORY));
  }

  private static <T> T call(Supplier<T> action) {
    try {
      return action.get();
    } catch (LinuxException e) {
      throw FsException.of(e.errno(), e.toString(), e);
    }
  }

  private static void run(Runnable action) {
    call(
        () -> {
          action.run();
          return true;
        });
  }

  @Override
  public void attach(TransportFeatures features, Invalidations invalidations) {
    // The kernel is the transport.
  }

  @Override
  public boolean lookup(long parent, FileName name, Entry entry) {
    KernelNodes.Node directory = nodes.directory(parent);
    if (directory.isRoot() && name.equals(DOT_DOT)) {
      lookupNode(parent, entry);
      return true;
    }
    try {
      reference(directory, name, entry);
      return true;
    } catch (FsException e) {
      if (e.errno() == Errno.ENOENT) {
        return false;
      }
      throw e;
    }
  }

  private void reference(KernelNodes.Node directory, FileName name, Entry entry) {
    run(() -> nodes.reference(FileOpen.openat(directory.fd(), name.toBytes(), PATH_FLAGS), entry));
  }

  private void reference(Fd open, Entry entry) {
    nodes.reference(FileOpen.reopen(open.value(), FileOpen.O_PATH), entry);
  }

  @Override
  public void lookupNode(long node, Entry entry) {
    run(
        () ->
            nodes.reference(
                FileOpen.openat(Fd.CWD, nodes.get(node).procPath(), FileOpen.O_PATH), entry));
  }

  @Override
  public void forget(long node, long count) {
    nodes.forget(node, count);
  }

  @Override
  public void getattr(long node, long handle, Attributes attributes) {
    run(
        () -> {
          FileStatus status = new FileStatus();
          int fd = handle == NO_HANDLE ? nodes.get(node).fd() : open(handle).value();
          FileAttributes.fstat(fd, status);
          KernelNodes.fill(status, attributes);
        });
  }

  @Override
  public void setattr(long id, long handle, AttributeChange change, Attributes attributes) {
    KernelNodes.Node node = nodes.get(id);
    run(
        () -> {
          if (change.has(AttributeChange.SIZE)) {
            resize(node, handle, change);
          }
          if (change.has(AttributeChange.UID) || change.has(AttributeChange.GID)) {
            FileAttributes.fchown(
                node.fd(),
                change.has(AttributeChange.UID) ? change.uid : UNCHANGED,
                change.has(AttributeChange.GID) ? change.gid : UNCHANGED);
          }
          if (change.has(AttributeChange.MODE)) {
            FileAttributes.fchmodat(Fd.CWD, node.procPath(), change.mode);
          }
          setTimes(node, change);
        });
    getattr(id, handle, attributes);
  }

  private void resize(KernelNodes.Node node, long handle, AttributeChange change) {
    boolean kill = change.has(AttributeChange.KILL_PRIVILEGES);
    if (handle == NO_HANDLE && !kill) {
      FileIo.truncate(node.procPath(), change.size);
      return;
    }
    Fd file = handle == NO_HANDLE ? FileOpen.reopen(node.fd(), FileOpen.O_WRONLY) : open(handle);
    identity.withoutPrivileges(
        kill,
        () -> {
          FileIo.ftruncate(file.value(), change.size);
          return true;
        });
    if (handle == NO_HANDLE) {
      file.close();
    }
  }

  private static void setTimes(KernelNodes.Node node, AttributeChange change) {
    long access =
        change.has(AttributeChange.ACCESS_TIME_NOW)
            ? Timespec.NOW
            : change.has(AttributeChange.ACCESS_TIME) ? change.accessTime : Timespec.OMIT;
    long modify =
        change.has(AttributeChange.MODIFY_TIME_NOW)
            ? Timespec.NOW
            : change.has(AttributeChange.MODIFY_TIME) ? change.modifyTime : Timespec.OMIT;
    if (access != Timespec.OMIT || modify != Timespec.OMIT) {
      FileAttributes.utimensat(Fd.CWD, node.procPath(), access, modify, 0);
    }
  }

  @Override
  public byte[] readlink(long node) {
    KernelNodes.Node link = nodes.get(node);
    if (link.kind != FileKind.SYMLINK) {
      throw FsException.of(Errno.EINVAL);
    }
    return call(() -> FileNames.readlinkat(link.fd(), new byte[0]));
  }

  @Override
  public void mknod(Caller caller, long parent, FileName name, int mode, long device, Entry entry) {
    make(
        caller,
        parent,
        name,
        entry,
        directory -> FileNames.mknodat(directory, name.toBytes(), mode, device));
  }

  @Override
  public void mkdir(Caller caller, long parent, FileName name, int mode, Entry entry) {
    make(
        caller,
        parent,
        name,
        entry,
        directory -> FileNames.mkdirat(directory, name.toBytes(), mode));
  }

  @Override
  public void symlink(Caller caller, long parent, FileName name, byte[] target, Entry entry) {
    make(
        caller,
        parent,
        name,
        entry,
        directory -> FileNames.symlinkat(target, directory, name.toBytes()));
  }

  /** Makes something in a directory. */
  private interface Making {
    void in(int directory);
  }

  private void make(Caller caller, long parent, FileName name, Entry entry, Making making) {
    KernelNodes.Node directory = nodes.directory(parent);
    call(
        () ->
            identity.as(
                caller,
                () -> {
                  making.in(directory.fd());
                  return true;
                }));
    reference(directory, name, entry);
  }

  @Override
  public void link(long node, long newParent, FileName newName, Entry entry) {
    KernelNodes.Node directory = nodes.directory(newParent);
    run(
        () ->
            FileNames.linkat(
                nodes.get(node).fd(),
                new byte[0],
                directory.fd(),
                newName.toBytes(),
                FileAttributes.AT_EMPTY_PATH));
    lookupNode(node, entry);
  }

  @Override
  public void unlink(long parent, FileName name) {
    run(() -> FileNames.unlinkat(nodes.directory(parent).fd(), name.toBytes(), 0));
  }

  @Override
  public void rmdir(long parent, FileName name) {
    run(
        () ->
            FileNames.unlinkat(
                nodes.directory(parent).fd(), name.toBytes(), FileNames.AT_REMOVEDIR));
  }

  @Override
  public void rename(long parent, FileName name, long newParent, FileName newName, int flags) {
    run(
        () ->
            FileNames.renameat2(
                nodes.directory(parent).fd(),
                name.toBytes(),
                nodes.directory(newParent).fd(),
                newName.toBytes(),
                flags));
  }

  @Override
  public void open(long node, int flags, boolean killPrivileges, OpenFile file) {
    call(
        () -> {
          Fd fd =
              identity.withoutPrivileges(
                  killPrivileges && (flags & FileOpen.O_TRUNC) != 0,
                  () -> open(node, flags | FileOpen.O_NONBLOCK));
          hand(fd, node, file);
          return fd;
        });
  }

  /**
   * By its descriptor. A file that was written since somebody opened it may have another node then,
   * to be opened by its name alone, as programs do it; but only as long as it is open so.
   */
  private Fd open(long id, int flags) {
    KernelNodes.Node node = nodes.get(id);
    long start = System.nanoTime();
    while (true) {
      try {
        return FileOpen.openat(Fd.CWD, node.procPath(), flags);
      } catch (LinuxException e) {
        boolean isOpen = handles.values().stream().anyMatch(open -> open.node == id);
        if (e.errno() == Errno.ESTALE && isOpen) {
          return FileOpen.openat(Fd.CWD, FileNames.readlinkat(Fd.CWD, node.procPath()), flags);
        }
        // Closing comes through behind the close.
        if (e.errno() != Errno.ESTALE || System.nanoTime() - start > CLOSING.toNanos()) {
          throw e;
        }
      }
    }
  }

  private void hand(Fd fd, long node, OpenFile file) {
    file.handle = nextHandle.getAndIncrement();
    file.backing = OpenFile.Backing.NONE;
    file.backingId = Backings.NONE;
    handles.put(file.handle, new Open(fd, node));
  }

  private Fd open(long handle) {
    Open open = handles.get(handle);
    if (open == null) {
      throw FsException.of(Errno.EBADF);
    }
    return open.fd;
  }

  @Override
  public void create(
      Caller caller, long parent, FileName name, int mode, int flags, Entry entry, OpenFile file) {
    make(
        caller,
        parent,
        name.toBytes(),
        mode,
        flags | FileOpen.O_CREAT | FileOpen.O_EXCL | FileOpen.O_NOFOLLOW,
        entry,
        file);
  }

  @Override
  public void tmpfile(Caller caller, long parent, int mode, int flags, Entry entry, OpenFile file) {
    make(caller, parent, DOT, mode, flags | FileOpen.O_TMPFILE, entry, file);
  }

  private void make(
      Caller caller, long parent, byte[] name, int mode, int flags, Entry entry, OpenFile file) {
    call(
        () -> {
          int directory = nodes.directory(parent).fd();
          Fd fd = identity.as(caller, () -> FileOpen.openat(directory, name, flags, mode));
          reference(fd, entry);
          hand(fd, entry.node, file);
          return fd;
        });
  }

  @Override
  public int read(
      long node, long handle, long position, MemorySegment buffer, long at, int length) {
    return call(() -> FileIo.pread(open(handle).value(), buffer, at, length, position));
  }

  @Override
  public int write(
      long node,
      long handle,
      long position,
      MemorySegment buffer,
      long at,
      int length,
      boolean killPrivileges) {
    return call(
        () ->
            identity.withoutPrivileges(
                killPrivileges,
                () -> FileIo.pwrite(open(handle).value(), buffer, at, length, position)));
  }

  @Override
  public void release(long node, long handle) {
    Open open = handles.remove(handle);
    if (open != null) {
      open.fd.close();
    }
  }

  @Override
  public void fsync(long node, long handle, boolean dataOnly) {
    run(
        () -> {
          int fd = open(handle).value();
          if (dataOnly) {
            FileIo.fdatasync(fd);
          } else {
            FileIo.fsync(fd);
          }
        });
  }

  @Override
  public void fsyncdir(long node, boolean dataOnly) {
    run(
        () -> {
          try (Fd directory = openDirectory(nodes.directory(node))) {
            FileIo.fsync(directory.value());
          }
        });
  }

  private static Fd openDirectory(KernelNodes.Node node) {
    return FileOpen.openat(node.fd(), DOT, FileOpen.O_RDONLY | FileOpen.O_DIRECTORY);
  }

  @Override
  public void readdir(long node, long cookie, DirectoryListing listing) {
    KernelNodes.Node directory = nodes.directory(node);
    try (Fd fd = call(() -> openDirectory(directory))) {
      FileIo.lseek(fd.value(), cookie, FileIo.SEEK_SET);
      DirectoryReader reader = new DirectoryReader(fd.value());
      while (reader.next()) {
        if (!list(directory, reader, listing)) {
          return;
        }
      }
    } catch (LinuxException e) {
      if (!isEmptied(directory, e.errno())) {
        throw FsException.of(e.errno());
      }
    }
  }

  /**
   * Whether a listing failed because its directory was removed, so that nothing is left to list:
   * getdents64 answers ENOENT there, and on ext4, which sets the size of such a directory to 0,
   * lseek to a position it had given before answers EINVAL.
   */
  private static boolean isEmptied(KernelNodes.Node directory, Errno errno) {
    if (errno == Errno.ENOENT) {
      return true;
    }
    if (errno != Errno.EINVAL) {
      return false;
    }
    FileStatus status = new FileStatus();
    try {
      FileAttributes.fstat(directory.fd(), status);
    } catch (LinuxException e) {
      return false; // what the listing failed with is what is told
    }
    return status.links() == 0;
  }

  private boolean list(
      KernelNodes.Node directory, DirectoryReader reader, DirectoryListing listing) {
    FileName name = FileName.of(reader.name());
    if (!listing.withAttributes() || reader.isDot()) {
      FileKind kind = FileKind.ofMode(reader.kind() << 12);
      return listing.add(name, reader.nextPosition(), reader.inode(), kind);
    }
    Entry entry = new Entry();
    try {
      reference(directory, name, entry);
    } catch (FsException e) {
      // Removed since it was listed.
      return true;
    }
    boolean taken = listing.add(name, reader.nextPosition(), entry);
    if (!taken) {
      forget(entry.node, 1);
    }
    return taken;
  }

  @Override
  public byte[] getxattr(long node, FileName name) {
    return call(() -> Xattrs.get(nodes.get(node).procPath(), name.toBytes()))
        .orElseThrow(() -> FsException.of(Errno.ENODATA));
  }

  @Override
  public byte[] listxattr(long node) {
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    for (byte[] name : call(() -> Xattrs.list(nodes.get(node).procPath()))) {
      out.writeBytes(name);
      out.write(0);
    }
    return out.toByteArray();
  }

  @Override
  public void setxattr(long node, FileName name, byte[] value, int flags, boolean killSetGroupId) {
    run(() -> Xattrs.set(nodes.get(node).procPath(), name.toBytes(), value, flags));
  }

  @Override
  public void removexattr(long node, FileName name) {
    if (!call(() -> Xattrs.remove(nodes.get(node).procPath(), name.toBytes()))) {
      throw FsException.of(Errno.ENODATA);
    }
  }

  @Override
  public void fallocate(long node, long handle, int mode, long position, long length) {
    run(() -> FileIo.fallocate(open(handle).value(), mode, position, length));
  }

  @Override
  public long copyFileRange(
      long fromNode,
      long fromHandle,
      long fromPosition,
      long toNode,
      long toHandle,
      long toPosition,
      long length) {
    return call(
        () ->
            FileIo.copyFileRange(
                open(fromHandle).value(),
                fromPosition,
                open(toHandle).value(),
                toPosition,
                length));
  }

  @Override
  public long lseek(long node, long handle, long position, int whence) {
    return call(() -> FileIo.lseek(open(handle).value(), position, whence));
  }

  @Override
  public int getFlags(long node) {
    return call(
        () -> {
          try (Fd fd = openForFlags(nodes.get(node))) {
            return Ioctl.inodeFlags(fd.value());
          }
        });
  }

  @Override
  public void setFlags(long node, int flags) {
    run(
        () -> {
          try (Fd fd = openForFlags(nodes.get(node))) {
            Ioctl.setInodeFlags(fd.value(), flags);
          }
        });
  }

  private static Fd openForFlags(KernelNodes.Node node) {
    return switch (node.kind) {
      case DIRECTORY -> openDirectory(node);
      case REGULAR -> FileOpen.reopen(node.fd(), FileOpen.O_RDONLY);
      case SYMLINK, CHARACTER_DEVICE, BLOCK_DEVICE, FIFO, SOCKET ->
          throw FsException.of(Errno.EOPNOTSUPP);
    };
  }

  @Override
  public FileSystemStatus statfs() {
    FileSystemStats stats = call(() -> FileSystemStats.of(nodes.get(1).fd()));
    return new FileSystemStatus(
        (int) stats.blockSize(),
        stats.blocks(),
        stats.freeBlocks(),
        stats.availableBlocks(),
        stats.files(),
        stats.freeFiles(),
        stats.nameMax());
  }

  @Override
  public void sync() {
    run(
        () -> {
          try (Fd directory = openDirectory(nodes.get(1))) {
            FileIo.syncfs(directory.value());
          }
        });
  }

  @Override
  public void close() {
    handles.values().forEach(open -> open.fd.close());
    handles.clear();
    nodes.close();
  }
}
