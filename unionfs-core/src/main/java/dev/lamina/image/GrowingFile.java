package dev.lamina.image;

import java.io.BufferedOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.attribute.PosixFilePermissions;

/**
 * A file that appears under its name when it is whole and on disk: who was told that it was written
 * finds it after a power cut. Closed without {@link #finish} it leaves nothing. For one thread.
 */
final class GrowingFile implements AutoCloseable {
  private final Path file;
  private final Path parent;
  private final Path growing;
  private final OutputStream out;
  private final PathSync sync;

  private GrowingFile(Path file, Path parent, Path growing, PathSync sync) throws IOException {
    this.file = file;
    this.parent = parent;
    this.growing = growing;
    this.sync = sync;
    this.out = new BufferedOutputStream(Files.newOutputStream(growing), 1 << 16);
  }

  static GrowingFile create(Path file, PathSync sync) throws IOException {
    Path parent = file.toAbsolutePath().getParent();
    if (parent == null || Files.isDirectory(file)) {
      throw new IOException(file + " is a directory");
    }
    Path growing = Files.createTempFile(parent, ".lamina-export-", ".part");
    boolean done = false;
    try {
      Files.setPosixFilePermissions(growing, PosixFilePermissions.fromString("rw-r--r--"));
      GrowingFile made = new GrowingFile(file, parent, growing, sync);
      done = true;
      return made;
    } finally {
      if (!done) {
        Files.deleteIfExists(growing);
      }
    }
  }

  /** Returns where its bytes go. */
  OutputStream out() {
    return out;
  }

  /** Gives it its name; nothing is written after this. */
  void finish() throws IOException {
    out.close();
    sync.sync(growing);
    Files.move(growing, file, StandardCopyOption.ATOMIC_MOVE);
    sync.sync(parent);
  }

  @Override
  public void close() throws IOException {
    try (out) {
      Files.deleteIfExists(growing);
    }
  }
}
