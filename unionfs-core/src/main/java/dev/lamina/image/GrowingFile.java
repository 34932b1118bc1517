package dev.lamina.image;

import dev.lamina.linux.Errno;
import dev.lamina.linux.Fd;
import dev.lamina.linux.FileOpen;
import dev.lamina.linux.LinuxException;
import dev.lamina.store.PathBytes;
import java.io.BufferedOutputStream;
import java.io.IOException;
import java.io.InterruptedIOException;
import java.io.OutputStream;
import java.nio.channels.Channels;
import java.nio.channels.FileChannel;
import java.nio.file.FileSystemException;
import java.nio.file.FileSystemLoopException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.util.Optional;

/**
 * A file that appears under its name when it is whole and on disk: who was told that it was written
 * finds it after a power cut. Closed without {@link #finish} it leaves nothing. Where the name is a
 * symlink, what that leads to is replaced and the symlink stays. For one thread.
 *
 * <p>What is there and no regular file (a device, a FIFO) is written to as it is and is never
 * replaced: what went into it cannot be taken back, and a FIFO waits for a reader until the thread
 * is interrupted.
 */
final class GrowingFile implements AutoCloseable {
  /** As many as the kernel follows (path_resolution(7)). */
  private static final int MOST_SYMLINKS = 40;

  /** The file type in st_mode, and those of a block device and a FIFO (inode(7)). */
  private static final int TYPE = 0170000;

  private static final int BLOCK_DEVICE = 0060000;
  private static final int FIFO = 0010000;
  private static final Duration FIFO_POLL = Duration.ofMillis(20);

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
      return new GrowingFile(real, Optional.empty(), openSpecial(real), sync);
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

  private static OutputStream openSpecial(Path file) throws IOException {
    return type(file) == FIFO ? openFifo(file) : open(file);
  }

  /** Not by Files.newOutputStream, whose writes an interrupt does not end. */
  private static OutputStream open(Path file) throws IOException {
    return Channels.newOutputStream(FileChannel.open(file, StandardOpenOption.WRITE));
  }

  /**
   * Waits for a reader, and no longer than until this thread is interrupted: a plain open(2) would
   * keep it whatever becomes of who asked. Interrupts end the writing, too.
   */
  private static OutputStream openFifo(Path file) throws IOException {
    while (true) {
      try (Fd _ = open(file, FileOpen.O_WRONLY | FileOpen.O_NONBLOCK)) {
        return openWhileRead(file);
      } catch (LinuxException e) {
        if (e.errno() != Errno.ENXIO) {
          FileSystemException told = new FileSystemException(file.toString(), null, e.getMessage());
          told.initCause(e);
          throw told;
        }
      }
      try {
        Thread.sleep(FIFO_POLL);
      } catch (InterruptedException e) {
        Thread.currentThread().interrupt();
        throw new InterruptedIOException(
            "nobody read the FIFO " + file + "; start what reads it, then the export");
      }
    }
  }

  /** Opens a FIFO that was read a moment ago. */
  private static OutputStream openWhileRead(Path file) throws IOException {
    // Counts as a reader (fifo(7)), so that the open below cannot wait.
    try (Fd _ = open(file, FileOpen.O_RDWR | FileOpen.O_NONBLOCK)) {
      return open(file);
    } catch (LinuxException e) {
      if (e.errno() != Errno.EACCES) {
        throw e;
      }
      // May be written and not read, which is enough; only a reader that goes right now is missed.
      return open(file);
    }
  }

  private static Fd open(Path file, int flags) {
    return FileOpen.openat(Fd.CWD, PathBytes.of(file), flags);
  }

  private static int type(Path file) throws IOException {
    return (int) Files.getAttribute(file, "unix:mode") & TYPE;
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
    } else if (type(file) == BLOCK_DEVICE) {
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
