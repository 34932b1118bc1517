package dev.lamina.image;

import java.io.BufferedOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.file.FileSystemLoopException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.Optional;

/**
 * A file that appears under its name when it is whole and on disk: who was told that it was written
 * finds it after a power cut. Closed without {@link #finish} it leaves nothing. Where the name is a
 * symlink, what that leads to is replaced and the symlink stays. For one thread.
 *
 * <p>What is there and no regular file (a device, a FIFO) is written to as it is and is never
 * replaced: what went into it cannot be taken back, and opening a FIFO waits for a reader.
 */
final class GrowingFile implements AutoCloseable {
  /** As many as the kernel follows (path_resolution(7)). */
  private static final int MOST_SYMLINKS = 40;

  /** The file type in st_mode, and that of a block device (inode(7)). */
  private static final int TYPE = 0170000;

  private static final int BLOCK_DEVICE = 0060000;

  private final Path file;
  private final Optional<Path> growing;
  private final OutputStream out;
  private final PathSync sync;

  private GrowingFile(Path file, Optional<Path> growing, OutputStream out, PathSync sync) {
    this.file = file;
    this.growing = growing;
    this.out = new BufferedOutputStream(out, 1 << 16);
    this.sync = sync;
  }

  static GrowingFile create(Path file, PathSync sync) throws IOException {
    Path real = followed(file);
    if (Files.isDirectory(real)) {
      throw new IOException(file + " is a directory");
    }
    if (Files.exists(real) && !Files.isRegularFile(real)) {
      return new GrowingFile(
          real, Optional.empty(), Files.newOutputStream(real, StandardOpenOption.WRITE), sync);
    }
    Path growing = Files.createTempFile(parent(real), ".lamina-export-", ".part");
    boolean done = false;
    try {
      Files.setPosixFilePermissions(growing, PosixFilePermissions.fromString("rw-r--r--"));
      GrowingFile made =
          new GrowingFile(real, Optional.of(growing), Files.newOutputStream(growing), sync);
      done = true;
      return made;
    } finally {
      if (!done) {
        Files.deleteIfExists(growing);
      }
    }
  }

  /** Follows symlinks also where the last one leads to nothing yet. */
  private static Path followed(Path file) throws IOException {
    Path at = file.toAbsolutePath();
    for (int i = 0; i <= MOST_SYMLINKS; i++) {
      Path name = at.getFileName();
      if (name == null) {
        throw new IOException(file + " is a directory");
      }
      Path directory = parent(at).toRealPath();
      if (directory.startsWith("/proc")) {
        // Such as /dev/stdout: the kernel would take it as a file of this process.
        throw new IOException(
            file + " leads into /proc and means another file to each process; write to - instead");
      }
      at = directory.resolve(name);
      if (!Files.isSymbolicLink(at)) {
        return at;
      }
      at = directory.resolve(Files.readSymbolicLink(at));
    }
    throw new FileSystemLoopException(file.toString());
  }

  private static Path parent(Path path) throws IOException {
    Path parent = path.getParent();
    if (parent == null) {
      throw new IOException(path + " is a directory");
    }
    return parent;
  }

  /** Returns where its bytes go. */
  OutputStream out() {
    return out;
  }

  /** Gives it its name; nothing is written after this. */
  void finish() throws IOException {
    out.close();
    if (growing.isPresent()) {
      sync.sync(growing.get());
      Files.move(growing.get(), file, StandardCopyOption.ATOMIC_MOVE);
      sync.sync(parent(file));
    } else if (((int) Files.getAttribute(file, "unix:mode") & TYPE) == BLOCK_DEVICE) {
      // Nothing else that is no regular file has a disk behind it; fsync(2) refuses it.
      sync.sync(file);
    }
  }

  @Override
  public void close() throws IOException {
    try (out) {
      if (growing.isPresent()) {
        Files.deleteIfExists(growing.get());
      }
    }
  }
}
