package dev.lamina.daemon;

import dev.lamina.fuse.TargetPath;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;

/**
 * Finds the processes that use a directory, as fuser(1) does: by their working and root directory,
 * program, open and mapped files. Reads links under /proc as text and never follows one, so it
 * sends no request into the mount. What it may not see, or what ends meanwhile, is left out.
 */
final class BusyProcesses {
  private static final int MOST = 10;
  private static final List<String> LINKS = List.of("cwd", "root", "exe");

  private BusyProcesses() {}

  /** Returns process ids with their commands, such as {@code 42 (bash)}, ten at most. */
  static List<String> of(Path directory) {
    List<String> found = new ArrayList<>();
    try (DirectoryStream<Path> processes = Files.newDirectoryStream(Path.of("/proc"), "[1-9]*")) {
      for (Path process : processes) {
        if (found.size() < MOST && uses(process, directory)) {
          found.add(process.getFileName() + " (" + command(process) + ")");
        }
      }
    } catch (IOException e) {
      return found; // without /proc nobody can be named
    }
    return found;
  }

  private static boolean uses(Path process, Path directory) {
    for (String link : LINKS) {
      if (leadsInto(process.resolve(link), directory)) {
        return true;
      }
    }
    return hasOpen(process, directory) || hasMapped(process, directory);
  }

  private static boolean hasOpen(Path process, Path directory) {
    try (DirectoryStream<Path> files = Files.newDirectoryStream(process.resolve("fd"))) {
      for (Path file : files) {
        if (leadsInto(file, directory)) {
          return true;
        }
      }
    } catch (IOException e) {
      return false; // somebody else's, or gone
    }
    return false;
  }

  /** A mapping keeps its file in use also when the descriptor it was made from is closed. */
  private static boolean hasMapped(Path process, Path directory) {
    // Names are bytes, and so is Latin-1.
    String inside = new String(TargetPath.bytes(directory), StandardCharsets.ISO_8859_1) + "/";
    try (Stream<String> lines = Files.lines(process.resolve("maps"), StandardCharsets.ISO_8859_1)) {
      return lines.anyMatch(line -> line.startsWith(inside, Math.max(line.indexOf('/'), 0)));
    } catch (IOException | UncheckedIOException e) {
      return false; // somebody else's, or gone
    }
  }

  private static boolean leadsInto(Path link, Path directory) {
    try {
      return Files.readSymbolicLink(link).startsWith(directory);
    } catch (IOException e) {
      return false; // somebody else's, or gone
    }
  }

  private static String command(Path process) {
    try {
      return Files.readString(process.resolve("comm"), StandardCharsets.ISO_8859_1).strip();
    } catch (IOException e) {
      return "?";
    }
  }
}
