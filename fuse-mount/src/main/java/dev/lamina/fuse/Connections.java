package dev.lamina.fuse;

import dev.lamina.linux.Errno;
import dev.lamina.linux.Fd;
import dev.lamina.linux.FileIo;
import dev.lamina.linux.FileOpen;
import dev.lamina.linux.LinuxException;
import dev.lamina.linux.Memory;
import dev.lamina.linux.Mounts;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.function.IntUnaryOperator;

/**
 * FUSE connections by number, and the kernel's control files of them
 * (Documentation/filesystems/fuse.rst). Where their file system is not mounted at its usual place,
 * a mount of it that nobody sees is made.
 */
public final class Connections {
  private static final byte[] PLACE =
      "/sys/fs/fuse/connections".getBytes(StandardCharsets.US_ASCII);
  private static final String CONTROL_TYPE = "fusectl";
  private static final int MOST_DIGITS = 32;

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
    // Any byte will do.
    control(
        connection,
        "abort",
        FileOpen.O_WRONLY,
        fd -> FileIo.write(fd, Memory.pageAligned(1), 0, 1));
  }

  /**
   * How many requests of a connection are not answered yet, those that the kernel has not handed
   * out included.
   *
   * @throws LinuxException ENOENT where it has ended, EACCES or EPERM where it is not ours to see
   */
  public static long waiting(int connection) {
    MemorySegment digits = Memory.pageAligned(MOST_DIGITS);
    int length =
        control(
            connection,
            "waiting",
            FileOpen.O_RDONLY,
            fd -> FileIo.read(fd, digits, 0, MOST_DIGITS));
    byte[] text = digits.asSlice(0, length).toArray(ValueLayout.JAVA_BYTE);
    return Long.parseLong(new String(text, StandardCharsets.US_ASCII).strip());
  }

  private static int control(int connection, String name, int flags, IntUnaryOperator use) {
    byte[] file = (connection + "/" + name).getBytes(StandardCharsets.US_ASCII);
    try (Fd directory = FileOpen.openat(Fd.CWD, PLACE, FileOpen.O_PATH | FileOpen.O_DIRECTORY);
        Fd opened = FileOpen.openat(directory.value(), file, flags)) {
      return use.applyAsInt(opened.value());
    } catch (LinuxException e) {
      if (e.errno() != Errno.ENOENT) {
        throw e;
      }
    }
    try (Fd control = Mounts.detached(CONTROL_TYPE);
        Fd opened = FileOpen.openat(control.value(), file, flags)) {
      return use.applyAsInt(opened.value());
    }
  }
}
