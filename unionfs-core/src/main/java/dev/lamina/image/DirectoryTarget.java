package dev.lamina.image;

import java.io.BufferedOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * Writes files into a directory, which may hold others. Each is written under another name and gets
 * its own in {@link #finish}, those that replace one last: who reads meanwhile sees the old image.
 */
final class DirectoryTarget implements FileTarget {
  private final Path directory;
  private final Path scratch;
  private final Map<Path, Path> pending = new LinkedHashMap<>();
  private final List<Path> made = new ArrayList<>();
  private boolean finished;

  DirectoryTarget(Path directory) throws IOException {
    this.directory = directory;
    makeDirectories(directory);
    this.scratch = Files.createTempDirectory(directory, ".lamina-export-");
  }

  /** Makes a directory and those above it, remembering which ones. */
  private void makeDirectories(Path path) throws IOException {
    if (!Files.isDirectory(path)) {
      Path parent = path.toAbsolutePath().getParent();
      if (parent != null) {
        makeDirectories(parent);
      }
      Files.createDirectory(path);
      made.add(path);
    }
  }

  @Override
  public boolean has(String path, long size) throws IOException {
    Path file = directory.resolve(path);
    return pending.containsKey(file) || (Files.isRegularFile(file) && Files.size(file) == size);
  }

  @Override
  public void write(String path, long size, Content content) throws IOException {
    Path file = Files.createTempFile(scratch, "file", null);
    try (OutputStream out = new BufferedOutputStream(Files.newOutputStream(file), 1 << 16)) {
      content.writeTo(out);
    }
    if (Files.size(file) != size) {
      throw new IOException(path + " came out with " + Files.size(file) + " bytes, not " + size);
    }
    take(path, file);
  }

  @Override
  public void take(String path, Path file) {
    pending.put(directory.resolve(path), file);
  }

  @Override
  public Path scratch() {
    return scratch;
  }

  @Override
  public void finish() throws IOException {
    List<Path> replacing = new ArrayList<>();
    for (Path target : pending.keySet()) {
      if (Files.exists(target)) {
        replacing.add(target);
      } else {
        place(target);
      }
    }
    for (Path target : replacing) {
      place(target);
    }
    finished = true;
  }

  private void place(Path target) throws IOException {
    Path file = pending.get(target);
    if (file == null) {
      throw new IllegalStateException(target + " is not pending");
    }
    Path parent = target.getParent();
    if (parent != null) {
      makeDirectories(parent);
    }
    Files.setPosixFilePermissions(file, PosixFilePermissions.fromString("rw-r--r--"));
    boolean fresh = !Files.exists(target);
    Files.move(file, target, StandardCopyOption.ATOMIC_MOVE);
    if (fresh) {
      made.add(target);
    }
  }

  @Override
  public void close() throws IOException {
    try (var files = Files.newDirectoryStream(scratch)) {
      for (Path file : files) {
        Files.delete(file);
      }
    }
    Files.delete(scratch);
    if (!finished) {
      for (Path path : made.reversed()) {
        Files.deleteIfExists(path);
      }
    }
  }
}
