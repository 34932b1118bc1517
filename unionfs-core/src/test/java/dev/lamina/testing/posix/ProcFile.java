package dev.lamina.testing.posix;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;

/** What the machine says of itself in /proc. */
final class ProcFile {
  private ProcFile() {}

  static boolean isOne(String path) {
    return read(path).strip().equals("1");
  }

  /** Returns whether a process waits for a lock on a file: its line has an arrow. */
  static boolean isWaitingForLock(long pid) {
    return read("/proc/locks")
        .lines()
        .anyMatch(line -> line.contains("->") && line.contains(" " + pid + " "));
  }

  /** Returns the calling thread's directory. */
  static String directory() {
    return Calls.target("/proc/thread-self/cwd");
  }

  private static String read(String path) {
    try {
      return Files.readString(Path.of(path));
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
