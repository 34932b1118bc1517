package dev.lamina.testing.posix;

import static java.nio.charset.StandardCharsets.UTF_8;

import dev.lamina.linux.Fd;
import dev.lamina.linux.FileOpen;
import dev.lamina.testing.fs.KernelFileSystem;
import dev.lamina.testing.fs.LowerTree;
import dev.lamina.testing.fs.TreeLoader;
import dev.lamina.testing.fs.Workspace;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;

/** A directory of a file system that somebody else has mounted. */
final class PlainDirectory implements MountPoint {
  private static final String NAME = "posix";

  private final String subject;
  private final Path parent;

  /** Makes a directory there with what {@code lower} says. */
  PlainDirectory(String subject, Path parent, LowerTree lower) throws IOException {
    this.subject = subject;
    this.parent = parent;
    Files.createDirectory(path());
    try (Workspace workspace = new Workspace(new KernelFileSystem(path()))) {
      TreeLoader.load(lower, workspace);
    }
  }

  @Override
  public String subject() {
    return subject;
  }

  @Override
  public Path path() {
    return parent.resolve(NAME);
  }

  @Override
  public void remount() {
    // It stays as it is: others use it.
  }

  @Override
  public void close() {
    byte[] path = parent.toString().getBytes(UTF_8);
    try (Fd directory = FileOpen.openat(Fd.CWD, path, FileOpen.O_DIRECTORY)) {
      Removal.of(directory.value(), NAME);
    }
  }
}
