package dev.lamina.image;

import dev.lamina.archive.ArchiveException;
import dev.lamina.archive.Compression;
import dev.lamina.archive.LayerChange;
import dev.lamina.archive.LayerWriter;
import dev.lamina.archive.ReadLayer;
import dev.lamina.archive.WrittenLayer;
import dev.lamina.fs.FileKind;
import dev.lamina.fs.FileName;
import dev.lamina.linux.DirectoryReader;
import dev.lamina.linux.Fd;
import dev.lamina.linux.FileAttributes;
import dev.lamina.linux.FileIo;
import dev.lamina.linux.FileNames;
import dev.lamina.linux.FileOpen;
import dev.lamina.linux.FileStatus;
import dev.lamina.linux.LinuxException;
import dev.lamina.store.BlobWriter;
import dev.lamina.store.PathBytes;
import dev.lamina.store.Store;
import dev.lamina.store.StoreWriter;
import dev.lamina.tree.Digest;
import dev.lamina.tree.Metadata;
import dev.lamina.tree.TreeEntry;
import dev.lamina.tree.TreePath;
import dev.lamina.tree.Xattrs;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * Takes a directory of this machine as a root file system: walks it by descriptors, never following
 * a link, stores what its files hold, and makes a layer of it. Other file systems mounted below it
 * are left out but for their mount points, and so is the store: what is stored would be found again
 * and stored, without end.
 */
final class RootDirectory {
  // Each level takes a descriptor and its share of a thread's stack.
  private static final int DEEPEST = 512;

  private record Inode(long device, long number) {}

  private final Store store;
  private final StoreWriter writer;
  private final Progress progress;
  private final List<LayerChange> changes = new ArrayList<>();
  private final Map<Inode, TreePath> linked = new HashMap<>();
  private final byte[] buffer = new byte[1 << 17];
  private final Inode storeRoot;

  RootDirectory(Store store, StoreWriter writer, Progress progress) {
    this.store = store;
    this.writer = writer;
    this.progress = progress;
    this.storeRoot = inode(store.layout().root());
  }

  private static Inode inode(Path directory) {
    byte[] path = PathBytes.of(directory);
    try (Fd fd = FileOpen.openat(Fd.CWD, path, FileOpen.O_RDONLY | FileOpen.O_DIRECTORY)) {
      FileStatus status = new FileStatus();
      FileAttributes.fstat(fd.value(), status);
      return new Inode(status.device(), status.inode());
    }
  }

  ReadLayer read(Path directory) throws IOException {
    if (directory.toRealPath().startsWith(store.layout().root().toRealPath())) {
      throw new ArchiveException(
          directory.toString(), "lies in the store, which cannot be imported into itself");
    }
    progress.state(0, Progress.LayerState.COPYING);
    byte[] path = PathBytes.of(directory);
    try (Fd root = FileOpen.openat(Fd.CWD, path, FileOpen.O_RDONLY | FileOpen.O_DIRECTORY)) {
      FileStatus status = new FileStatus();
      FileAttributes.fstat(root.value(), status);
      changes.add(
          new LayerChange.Put(
              TreePath.ROOT, new TreeEntry.Directory(metadata(status, xattrs(root.value())))));
      walk(root, TreePath.ROOT, status.device());
    } catch (LinuxException e) {
      throw new ArchiveException(directory.toString(), "cannot be read: " + e.getMessage(), e);
    }
    writer.flush();
    LayerWriter layers = new LayerWriter(store::content, _ -> Metadata.IMPLIED, progress::warn);
    WrittenLayer layer = layers.write(changes, writer);
    return new ReadLayer(
        directory.toString(),
        layer.diffId(),
        layer.diffId(),
        layer.tarBytes(),
        Compression.NONE,
        false,
        layer.framing(),
        List.copyOf(changes),
        layer.tarBytes(),
        layer.contentBytes(),
        layer.entries(),
        () -> {});
  }

  private void walk(Fd directory, TreePath path, long device) throws IOException {
    if (path.size() > DEEPEST) {
      throw new ArchiveException(
          path.toString(), "lies deeper than " + DEEPEST + " directories; import it as a tar");
    }
    // Sorted: which name of a file comes first must not depend on how the directory is stored.
    List<byte[]> names = new ArrayList<>(DirectoryReader.names(directory.value()));
    names.sort(Arrays::compareUnsigned);
    for (byte[] name : names) {
      TreePath child = path.child(FileName.of(name));
      try {
        take(directory, name, child, device);
      } catch (LinuxException e) {
        throw new ArchiveException(child.toString(), "cannot be read: " + e.getMessage(), e);
      }
    }
  }

  private void take(Fd directory, byte[] name, TreePath path, long device) throws IOException {
    FileStatus status = new FileStatus();
    FileAttributes.lstatat(directory.value(), name, status);
    FileKind kind = FileKind.ofMode(status.mode());
    if (kind == FileKind.SOCKET) {
      // Nor does the tree have it: the tree is what the layer's tar says.
      progress.warn(path + ": a socket, which a layer cannot carry; left out");
      return;
    }
    Inode inode = new Inode(status.device(), status.inode());
    if (kind != FileKind.DIRECTORY && status.links() > 1) {
      TreePath first = linked.putIfAbsent(inode, path);
      if (first != null) {
        changes.add(new LayerChange.Link(path, first));
        return;
      }
    }
    switch (kind) {
      case REGULAR -> file(directory, name, path);
      case DIRECTORY -> {
        try (Fd below =
            FileOpen.openat(
                directory.value(),
                name,
                FileOpen.O_RDONLY | FileOpen.O_DIRECTORY | FileOpen.O_NOFOLLOW)) {
          put(path, new TreeEntry.Directory(metadata(status, xattrs(below.value()))));
          if (inode.equals(storeRoot)) {
            progress.warn(path + ": the store itself; left out");
          } else if (status.device() == device) {
            walk(below, path, device);
          } else {
            progress.warn(path + ": another file system is mounted there; left out");
          }
        }
      }
      case SYMLINK ->
          put(
              path,
              new TreeEntry.Symlink(
                  metadata(status, xattrs(directory, name)),
                  FileNames.readlinkat(directory.value(), name)));
      case CHARACTER_DEVICE, BLOCK_DEVICE ->
          put(
              path,
              new TreeEntry.Device(
                  metadata(status, xattrs(directory, name)), kind, status.specialDevice()));
      case SOCKET -> throw new IllegalStateException("sockets are left out");
      case FIFO ->
          put(path, new TreeEntry.Special(metadata(status, xattrs(directory, name)), kind));
    }
  }

  private void put(TreePath path, TreeEntry entry) {
    changes.add(new LayerChange.Put(path, entry));
  }

  private void file(Fd directory, byte[] name, TreePath path) {
    int flags = FileOpen.O_RDONLY | FileOpen.O_NOFOLLOW | FileOpen.O_NONBLOCK;
    try (Fd file = FileOpen.openat(directory.value(), name, flags)) {
      FileStatus status = new FileStatus();
      FileAttributes.fstat(file.value(), status);
      try (BlobWriter blob = writer.blob(status.size())) {
        long position = 0;
        // No further than its size now: somebody may append to it for ever.
        int n = 1;
        while (n > 0 && position < status.size()) {
          int most = (int) Math.min(buffer.length, status.size() - position);
          n = FileIo.readFully(file.value(), buffer, 0, most, position);
          blob.write(buffer, 0, n);
          progress.advance(0, n);
          position += n;
        }
        Optional<Digest> digest = blob.finish();
        put(path, new TreeEntry.File(metadata(status, xattrs(file.value())), position, digest));
      }
    }
  }

  private static Metadata metadata(FileStatus status, Xattrs xattrs) {
    return new Metadata(
        status.permissions(), status.uid(), status.gid(), status.modifyTime(), xattrs);
  }

  private static Xattrs xattrs(int fd) {
    Map<FileName, byte[]> found = new HashMap<>();
    for (byte[] name : dev.lamina.linux.Xattrs.flist(fd)) {
      dev.lamina.linux.Xattrs.fget(fd, name)
          .ifPresent(value -> found.put(FileName.of(name), value));
    }
    return Xattrs.of(found);
  }

  /** A node that is not opened, since opening it may do something, is reached by its path. */
  private static Xattrs xattrs(Fd directory, byte[] name) {
    byte[] prefix = FileOpen.procPath(directory.value());
    byte[] path = Arrays.copyOf(prefix, prefix.length + 1 + name.length);
    path[prefix.length] = '/';
    System.arraycopy(name, 0, path, prefix.length + 1, name.length);
    Map<FileName, byte[]> found = new HashMap<>();
    for (byte[] attribute : dev.lamina.linux.Xattrs.llist(path)) {
      dev.lamina.linux.Xattrs.lget(path, attribute)
          .ifPresent(value -> found.put(FileName.of(attribute), value));
    }
    return Xattrs.of(found);
  }
}
