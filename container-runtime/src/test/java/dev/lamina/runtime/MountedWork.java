package dev.lamina.runtime;

import static org.assertj.core.api.Assertions.assertThat;

import dev.lamina.testing.FileTree;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.SortedMap;
import java.util.stream.Stream;

/** A volume of a small image, mounted, in which other programs do their work. */
final class MountedWork {
  private static final String VOLUME = "work";

  private final Commands commands;
  private final Path mount;

  /**
   * Mounts it.
   *
   * @param directory for the store and the mount point; becomes one that everybody may pass
   */
  MountedWork(Path directory) throws IOException, InterruptedException {
    commands = new Commands(directory);
    Files.setPosixFilePermissions(directory, PosixFilePermissions.fromString("rwx--x--x"));
    Path root = Files.createDirectory(directory.resolve("root"));
    Files.createDirectory(root.resolve("srv"));
    mount = Files.createDirectory(directory.resolve("mount"));
    commands.lamina("import", root.toString(), "small");
    commands.lamina("mount", "small", mount.toString(), "--volume", VOLUME);
  }

  Commands commands() {
    return commands;
  }

  /** A directory of the volume. */
  Path directory() {
    return mount.resolve("srv");
  }

  /** Runs a script with {@link #directory} as its first argument; it succeeds. */
  Commands.Result shell(String script, String... arguments)
      throws IOException, InterruptedException {
    return commands.program(
        Stream.concat(
                Stream.of("sh", "-euc", script, "script", directory().toString()),
                Stream.of(arguments))
            .toArray(String[]::new));
  }

  /** Unmounts the volume and mounts it again. */
  void remount() throws IOException, InterruptedException {
    commands.lamina("umount", mount.toString());
    commands.lamina("mount", VOLUME, mount.toString());
  }

  /** Commits the mounted volume, and mounts a new volume of the commit in its place. */
  void commit() throws IOException, InterruptedException {
    SortedMap<String, String> before = FileTree.describe(mount);
    commands.lamina("commit", VOLUME, "done");
    commands.lamina("umount", mount.toString());
    commands.lamina("mount", "done", mount.toString(), "--volume", "again");
    assertThat(FileTree.differences("volume", before, "commit", FileTree.describe(mount)))
        .isEmpty();
  }

  /** Stops the daemon, which unmounts the volume. */
  void stop() throws IOException, InterruptedException {
    commands.stop();
  }
}
