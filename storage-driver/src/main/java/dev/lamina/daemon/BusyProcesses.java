package dev.lamina.daemon;

import dev.lamina.fuse.MountTable;
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
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.stream.Stream;

/**
 * Finds the processes that use mounts, as fuser(1) does: by their working and root directory,
 * program, open and mapped files. What is there is known by its device number, which is the same
 * wherever a mount is bound to and when it was detached. What a process may not be asked, or what
 * ends meanwhile, is left out.
 *
 * <p>No server of a file system is to be asked, since it may be dead and whoever asks it hang:
 * which mount an open file is in, /proc says as text, and which device that is the list of mounts
 * of the process. For what that list lacks (a detached mount's files) and for directories and
 * programs, of which /proc has a path only, the kernel is asked for attributes it knows already
 * (AT_STATX_DONT_SYNC). A network file system may ask its server even then, so that is not done
 * where the path leads into one; only a dead one that was detached can still make this wait.
 */
final class BusyProcesses {
  private static final int MOST = 10;
  private static final int DEVICE = 3;
  private static final int CACHED =
      FileAttributes.AT_NO_AUTOMOUNT | FileAttributes.AT_STATX_DONT_SYNC;
  private static final List<String> LINKS = List.of("cwd", "root", "exe");
  private static final String MOUNT_ID = "mnt_id:";

  /** File systems that ask a server whether a file is still there when it is looked at. */
  private static final Set<String> REMOTE =
      Set.of("nfs", "nfs4", "9p", "cifs", "smb3", "ceph", "afs");

  private final Set<Integer> connections;
  private final Map<Integer, List<String>> found = new TreeMap<>();

  /** The mounts of each mount namespace, by what its link in /proc says. */
  private final Map<Path, MountTable> tables = new HashMap<>();

  private BusyProcesses(Set<Integer> connections) {
    this.connections = connections;
  }

  /**
   * Returns process ids with their commands, such as {@code 42 (bash)}, ten at most for each mount;
   * one pass over all processes.
   *
   * @param connections the mounts' FUSE connections
   * @return by connection, without those that no process uses
   */
  static Map<Integer, List<String>> of(Set<Integer> connections) {
    BusyProcesses search = new BusyProcesses(connections);
    if (!connections.isEmpty()) {
      search.run();
    }
    return search.found;
  }

  private void run() {
    try (DirectoryStream<Path> processes = Files.newDirectoryStream(Path.of("/proc"), "[1-9]*")) {
      // First of all, since a process in a chroot has a list of that alone.
      tables.put(Files.readSymbolicLink(Path.of("/proc/self/ns/mnt")), MountTable.read());
      for (Path process : processes) {
        for (int connection : usedBy(process)) {
          List<String> users = found.computeIfAbsent(connection, _ -> new ArrayList<>());
          if (users.size() < MOST) {
            users.add(process.getFileName() + " (" + command(process) + ")");
          }
        }
      }
    } catch (IOException e) {
      return; // without /proc nobody can be named
    }
  }

  private Set<Integer> usedBy(Path process) {
    Set<Integer> used = new HashSet<>();
    Optional<MountTable> table = table(process);
    for (String link : LINKS) {
      addLinked(process.resolve(link), table, used);
    }
    addOpen(process, table, used);
    addMapped(process, used);
    return used;
  }

  private Optional<MountTable> table(Path process) {
    try {
      Path namespace = Files.readSymbolicLink(process.resolve("ns/mnt"));
      MountTable known = tables.get(namespace);
      if (known == null) {
        known = MountTable.of(process);
        tables.put(namespace, known);
      }
      return Optional.of(known);
    } catch (IOException e) {
      return Optional.empty(); // somebody else's, or gone
    }
  }

  private void addLinked(Path link, Optional<MountTable> table, Set<Integer> used) {
    try {
      byte[] target = TargetPath.bytes(Files.readSymbolicLink(link));
      Optional<MountTable.Row> row = table.flatMap(t -> t.leadingTo(target));
      if (row.isPresent() && REMOTE.contains(row.get().type())) {
        return;
      }
      addByAttributes(link, used);
    } catch (IOException e) {
      return; // somebody else's, or gone
    }
  }

  private void addOpen(Path process, Optional<MountTable> table, Set<Integer> used) {
    try (DirectoryStream<Path> files = Files.newDirectoryStream(process.resolve("fd"))) {
      for (Path file : files) {
        Path information = process.resolve("fdinfo").resolve(file.getFileName());
        Optional<MountTable.Row> row =
            mountId(information).flatMap(id -> table.flatMap(t -> t.byId(id)));
        if (row.isPresent()) {
          add(row.get().major(), row.get().minor(), used);
        } else if (isPath(file)) {
          addByAttributes(file, used);
        }
      }
    } catch (IOException e) {
      return; // somebody else's, or gone
    }
  }

  /** The mount that an open file is in: proc_pid_fdinfo(5). */
  private static Optional<Integer> mountId(Path information) {
    try (Stream<String> lines = Files.lines(information, StandardCharsets.ISO_8859_1)) {
      return lines
          .filter(line -> line.startsWith(MOUNT_ID))
          .map(line -> Integer.valueOf(line.substring(MOUNT_ID.length()).strip()))
          .findFirst();
    } catch (IOException | UncheckedIOException e) {
      return Optional.empty(); // closed meanwhile, or gone
    }
  }

  /** Pipes, sockets and the like have a name of another form, and are in no mount. */
  private static boolean isPath(Path link) {
    try {
      return Files.readSymbolicLink(link).isAbsolute();
    } catch (IOException e) {
      return false; // closed meanwhile, or gone
    }
  }

  /** A mapping keeps its file in use also when the descriptor it was made from is closed. */
  private void addMapped(Path process, Set<Integer> used) {
    // Address, permissions, offset, device: proc_pid_maps(5). Names are bytes, and so is Latin-1.
    try (Stream<String> lines = Files.lines(process.resolve("maps"), StandardCharsets.ISO_8859_1)) {
      lines
          .map(line -> line.split(" ", DEVICE + 2))
          .filter(fields -> fields.length > DEVICE && fields[DEVICE].startsWith("00:"))
          .map(fields -> Integer.valueOf(fields[DEVICE].substring("00:".length()), 16))
          .forEach(minor -> add(0, minor, used));
    } catch (IOException | UncheckedIOException e) {
      return; // somebody else's, or gone
    }
  }

  private void addByAttributes(Path link, Set<Integer> used) {
    FileStatus status = new FileStatus();
    try {
      FileAttributes.statx(Fd.CWD, TargetPath.bytes(link), CACHED, 0, status);
      add(DeviceNumber.major(status.device()), DeviceNumber.minor(status.device()), used);
    } catch (LinuxException e) {
      return; // somebody else's, or gone
    }
  }

  private void add(int major, int minor, Set<Integer> used) {
    if (major == 0 && connections.contains(minor)) {
      used.add(minor);
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
