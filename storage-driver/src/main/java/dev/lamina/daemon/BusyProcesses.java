package dev.lamina.daemon;

import dev.lamina.fuse.TargetPath;
import dev.lamina.linux.DeviceNumber;
import dev.lamina.linux.Fd;
import dev.lamina.linux.FileAttributes;
import dev.lamina.linux.FileStatus;
import dev.lamina.linux.LinuxException;
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
 * Finds the processes that use a mount, as fuser(1) does: by their working and root directory,
 * program, open and mapped files. They are known by the device number of their files, which is the
 * same wherever the mount is bound to and when it was detached. Asks the kernel for what it knows
 * already (AT_STATX_DONT_SYNC), so it sends no request into any mount. What it may not see, or what
 * ends meanwhile, is left out.
 */
final class BusyProcesses {
  private static final int MOST = 10;
  private static final int DEVICE = 3;
  private static final int CACHED =
      FileAttributes.AT_NO_AUTOMOUNT | FileAttributes.AT_STATX_DONT_SYNC;
  private static final List<String> LINKS = List.of("cwd", "root", "exe");

  private BusyProcesses() {}

  /**
   * Returns process ids with their commands, such as {@code 42 (bash)}, ten at most.
   *
   * @param connection the mount's FUSE connection
   */
  static List<String> of(int connection) {
    List<String> found = new ArrayList<>();
    try (DirectoryStream<Path> processes = Files.newDirectoryStream(Path.of("/proc"), "[1-9]*")) {
      for (Path process : processes) {
        if (found.size() < MOST && uses(process, connection)) {
          found.add(process.getFileName() + " (" + command(process) + ")");
        }
      }
    } catch (IOException e) {
      return found; // without /proc nobody can be named
    }
    return found;
  }

  private static boolean uses(Path process, int connection) {
    for (String link : LINKS) {
      if (leadsInto(process.resolve(link), connection)) {
        return true;
      }
    }
    return hasOpen(process, connection) || hasMapped(process, connection);
  }

  private static boolean hasOpen(Path process, int connection) {
    try (DirectoryStream<Path> files = Files.newDirectoryStream(process.resolve("fd"))) {
      for (Path file : files) {
        if (leadsInto(file, connection)) {
          return true;
        }
      }
    } catch (IOException e) {
      return false; // somebody else's, or gone
    }
    return false;
  }

  /** A mapping keeps its file in use also when the descriptor it was made from is closed. */
  private static boolean hasMapped(Path process, int connection) {
    // Address, permissions, offset, device: proc_pid_maps(5).
    String device = String.format("00:%02x", connection);
    // Names are bytes, and so is Latin-1.
    try (Stream<String> lines = Files.lines(process.resolve("maps"), StandardCharsets.ISO_8859_1)) {
      return lines
          .map(line -> line.split(" ", DEVICE + 2))
          .anyMatch(fields -> fields.length > DEVICE && fields[DEVICE].equals(device));
    } catch (IOException | UncheckedIOException e) {
      return false; // somebody else's, or gone
    }
  }

  private static boolean leadsInto(Path link, int connection) {
    FileStatus status = new FileStatus();
    try {
      FileAttributes.statx(Fd.CWD, TargetPath.bytes(link), CACHED, 0, status);
      return DeviceNumber.major(status.device()) == 0
          && DeviceNumber.minor(status.device()) == connection;
    } catch (LinuxException e) {
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
