package dev.lamina.fuse;

import java.io.IOException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashSet;
import java.util.Set;

/**
 * The mount namespaces of other processes, found through /proc: a namespace takes a copy of every
 * mount when it is made, and the copy stays when the original goes. One that no process is in and
 * whose processes may not be looked into is not found.
 */
final class OtherNamespaces {
  private static final Path PROC = Path.of("/proc");

  private OtherNamespaces() {}

  /** Whether a FUSE connection is mounted in any of them. */
  static boolean haveMounted(int connection) {
    Set<Path> seen = new HashSet<>();
    try (DirectoryStream<Path> processes = Files.newDirectoryStream(PROC, "[0-9]*")) {
      seen.add(Files.readSymbolicLink(PROC.resolve("self/ns/mnt")));
      for (Path process : processes) {
        if (hasMounted(process, seen, connection)) {
          return true;
        }
      }
      return false;
    } catch (IOException e) {
      System.getLogger(OtherNamespaces.class.getName())
          .log(System.Logger.Level.WARNING, "cannot look for other mount namespaces", e);
      return false;
    }
  }

  private static boolean hasMounted(Path process, Set<Path> seen, int connection) {
    try {
      return seen.add(Files.readSymbolicLink(process.resolve("ns/mnt")))
          && MountTable.parse(Files.readAllBytes(process.resolve("mountinfo"))).rows().stream()
              .anyMatch(row -> row.isFuse() && row.major() == 0 && row.minor() == connection);
    } catch (IOException e) {
      // It has ended meanwhile, or is none of ours to look into.
      return false;
    }
  }
}
