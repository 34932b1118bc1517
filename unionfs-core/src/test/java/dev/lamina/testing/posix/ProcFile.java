package dev.lamina.testing.posix;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;

/** What the machine says of itself in /proc. */
final class ProcFile {
  private ProcFile() {}

  static boolean isOne(String path) {
    try {
      return Files.readString(Path.of(path)).strip().equals("1");
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
