package dev.lamina.fuse;

import dev.lamina.linux.Errno;
import dev.lamina.linux.Fd;
import dev.lamina.linux.FileIo;
import dev.lamina.linux.FileOpen;
import dev.lamina.linux.LinuxException;
import dev.lamina.linux.Memory;
import dev.lamina.linux.Mounts;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;

/**
 * FUSE connections by number, and the kernel's control files of them
 * (Documentation/filesystems/fuse.rst). Where their file system is not mounted at its usual place,
 * a mount of it that nobody sees is made.
 */
public final class Connections {
  private static final byte[] PLACE =
      "/sys/fs/fuse/connections".getBytes(StandardCharsets.US_ASCII);
  private static final String CONTROL_TYPE = "fusectl";

  /** The subtype of Lamina's mounts: /proc/mounts shows {@code fuse.} and this as their type. */
  public static final String SUBTYPE = "lamina";

  /** The file system type that /proc/mounts shows. */
  public static final String TYPE = "fuse." + SUBTYPE;

  private Connections() {}

  /**
   * The number of the connection that was mounted just now, read without a request to it.
   *
   * @throws MountException where no mount of Lamina's is on top there
   */
  public static int mountedAt(Path target) {
    return MountTable.read()
        .at(TargetPath.bytes(target))
        .filter(row -> row.type().equals(TYPE))
        .map(MountTable.Row::minor)
        .orElseThrow(
            () ->
                new MountException(
                    Errno.ENOENT,
                    "Mounted on " + target + ", but /proc/self/mountinfo does not show it"));
  }

  /**
   * Ends a connection: requests under way and later ones fail with ENOTCONN or ECONNABORTED,
   * whoever holds a copy of its mount.
   *
   * @param connection its number
   * @throws LinuxException ENOENT where it has ended, EACCES or EPERM where it is not ours to end
   */
  public static void abort(int connection) {
    byte[] file = (connection + "/abort").getBytes(StandardCharsets.US_ASCII);
    Fd directory = FileOpen.openat(Fd.CWD, PLACE, FileOpen.O_PATH | FileOpen.O_DIRECTORY);
    try (directory) {
      write(directory, file);
      return;
    } catch (LinuxException e) {
      if (e.errno() != Errno.ENOENT) {
        throw e;
      }
    }
    try (Fd control = Mounts.detached(CONTROL_TYPE)) {
      write(control, file);
    }
  }

  /** Any byte will do. */
  private static void write(Fd directory, byte[] file) {
    try (Fd abort = FileOpen.openat(directory.value(), file, FileOpen.O_WRONLY)) {
      FileIo.write(abort.value(), Memory.pageAligned(1), 0, 1);
    }
  }
}
