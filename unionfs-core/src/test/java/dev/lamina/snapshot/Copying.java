package dev.lamina.snapshot;

import java.io.IOException;
import java.nio.file.FileVisitResult;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.SimpleFileVisitor;
import java.nio.file.attribute.BasicFileAttributes;
import java.util.Map;

/** Copies a store's files as they are now, hard links as such, the native library not. */
final class Copying extends SimpleFileVisitor<Path> {
  private final Path from;
  private final Path to;
  private final Map<Object, Path> copied;

  /**
   * Makes it.
   *
   * @param copied takes the copies by inode
   */
  Copying(Path from, Path to, Map<Object, Path> copied) {
    this.from = from;
    this.to = to;
    this.copied = copied;
  }

  @Override
  public FileVisitResult preVisitDirectory(Path path, BasicFileAttributes attributes)
      throws IOException {
    if (path.endsWith("lib")) {
      return FileVisitResult.SKIP_SUBTREE;
    }
    Files.createDirectories(to.resolve(from.relativize(path)));
    return FileVisitResult.CONTINUE;
  }

  @Override
  public FileVisitResult visitFile(Path path, BasicFileAttributes attributes) throws IOException {
    try {
      return copy(path);
    } catch (NoSuchFileException e) {
      return visitFileFailed(path, e);
    }
  }

  private FileVisitResult copy(Path path) throws IOException {
    Path copy = to.resolve(from.relativize(path));
    Path first = copied.putIfAbsent(Files.getAttribute(path, "unix:ino"), copy);
    if (first == null) {
      Files.copy(path, copy);
    } else {
      Files.createLink(copy, first);
    }
    return FileVisitResult.CONTINUE;
  }

  @Override
  public FileVisitResult visitFileFailed(Path path, IOException e) throws IOException {
    if (e instanceof NoSuchFileException) {
      // What the database removes while it is copied it does not need any more.
      return FileVisitResult.CONTINUE;
    }
    throw e;
  }
}
