package dev.lamina.image;

import dev.lamina.archive.DigestingOutput;
import dev.lamina.tree.Digest;
import java.io.BufferedOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;

/**
 * Writes files into a directory, which may hold others. Each is written under another name and gets
 * its own in {@link #finish}, the one that makes an image of the others last: who reads meanwhile
 * sees the old image, or none.
 */
final class DirectoryTarget implements FileTarget {
  /** The files that name all others. */
  private static final Set<String> HEADS = Set.of("index.json", "manifest.json");

  private final Path directory;
  private final PathSync sync;
  private final Path scratch;
  private final Map<Path, Path> pending = new LinkedHashMap<>();
  private final List<Path> reliedOn = new ArrayList<>();
  private final List<Path> made = new ArrayList<>();
  private boolean finished;

  DirectoryTarget(Path directory, PathSync sync) throws IOException {
    this.directory = directory;
    this.sync = sync;
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

  /** A file that is there is read whole: its name and its size prove nothing. */
  @Override
  public boolean has(String path, Digest digest, long size) throws IOException {
    Path file = directory.resolve(path);
    if (pending.containsKey(file)) {
      return true;
    }
    if (!Files.isRegularFile(file) || Files.size(file) != size) {
      return false;
    }
    DigestingOutput digesting = new DigestingOutput(OutputStream.nullOutputStream());
    Files.copy(file, digesting);
    if (!digesting.digest().equals(digest)) {
      return false;
    }
    reliedOn.add(file);
    return true;
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

  /**
   * The data of all files is on disk before one of them gets its name, the names of the new ones
   * before one that is there is replaced, and all of these before the file that names them: after a
   * power cut the directory holds the old image, where there was one, or the new one.
   */
  @Override
  public void finish() throws IOException {
    for (Path file : pending.values()) {
      sync.sync(file);
    }
    for (Path file : reliedOn) {
      sync.sync(file);
    }
    Map<Boolean, List<Path>> heads =
        pending.keySet().stream().collect(Collectors.partitioningBy(this::isHead));
    Map<Boolean, List<Path>> others =
        heads.getOrDefault(false, List.of()).stream()
            .collect(Collectors.partitioningBy(Files::exists));
    Set<Path> changed = new LinkedHashSet<>();
    reliedOn.forEach(file -> changed.add(parent(file)));
    place(others.getOrDefault(false, List.of()), changed);
    for (Path path : made) {
      changed.add(parent(path));
    }
    syncAll(changed);
    place(others.getOrDefault(true, List.of()), changed);
    syncAll(changed);
    place(heads.getOrDefault(true, List.of()), changed);
    syncAll(changed);
    finished = true;
  }

  private boolean isHead(Path target) {
    return HEADS.contains(directory.relativize(target).toString());
  }

  private void place(List<Path> targets, Set<Path> changed) throws IOException {
    for (Path target : targets) {
      place(target);
      changed.add(parent(target));
    }
  }

  private void syncAll(Set<Path> directories) throws IOException {
    for (Path path : directories) {
      sync.sync(path);
    }
    directories.clear();
  }

  private static Path parent(Path path) {
    Path parent = path.toAbsolutePath().getParent();
    if (parent == null) {
      throw new IllegalStateException(path + " is in no directory");
    }
    return parent;
  }

  private void place(Path target) throws IOException {
    Path file = pending.get(target);
    if (file == null) {
      throw new IllegalStateException(target + " is not pending");
    }
    makeDirectories(parent(target));
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
