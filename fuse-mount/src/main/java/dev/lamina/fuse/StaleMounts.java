package dev.lamina.fuse;

import dev.lamina.linux.Errno;
import dev.lamina.linux.Fd;
import dev.lamina.linux.FileAttributes;
import dev.lamina.linux.FileStatus;
import dev.lamina.linux.LinuxException;
import dev.lamina.linux.Mounts;
import dev.lamina.linux.Spawn;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * Clears what a server that was killed has left: a mount where every call fails with ENOTCONN.
 * Thread-safe.
 */
public final class StaleMounts {
  /** The kernel may not answer from what it keeps (include/uapi/linux/fcntl.h). */
  private static final int AT_STATX_FORCE_SYNC = 0x2000;

  private StaleMounts() {}

  /** What was found at a place. */
  public enum Found {
    /** Nothing of FUSE is mounted there. */
    NOTHING,
    /** A mount whose server lives; it was left alone. */
    ALIVE,
    /** A mount whose server is dead; it was unmounted. */
    CLEARED
  }

  /**
   * Unmounts what is mounted at a place if its server is dead, however many such mounts lie there.
   * Asks the server for nothing but the attributes of the root, which waits as long as the server
   * does.
   *
   * @throws MountException EPERM where this is not allowed to the caller
   */
  public static Found clear(Path target) {
    Path place = TargetPath.ofMounted(target);
    byte[] path = TargetPath.bytes(place);
    Found found = Found.NOTHING;
    while (true) {
      Optional<MountTable.Row> row = MountTable.read().at(path);
      if (row.isEmpty() || !row.get().isFuse()) {
        return found;
      }
      if (!isDead(path)) {
        return found == Found.CLEARED ? found : Found.ALIVE;
      }
      detach(place, path);
      found = Found.CLEARED;
    }
  }

  private static boolean isDead(byte[] path) {
    try {
      FileAttributes.statx(
          Fd.CWD,
          path,
          FileAttributes.AT_NO_AUTOMOUNT | AT_STATX_FORCE_SYNC,
          FileAttributes.STATX_BASIC_STATS,
          new FileStatus());
      return false;
    } catch (LinuxException e) {
      return e.errno() == Errno.ENOTCONN || e.errno() == Errno.ECONNABORTED;
    }
  }

  private static void detach(Path place, byte[] path) {
    try {
      Mounts.umount(path, Mounts.UMOUNT_NOFOLLOW | Mounts.MNT_DETACH);
    } catch (LinuxException e) {
      if (e.errno() != Errno.EPERM || !detachByProgram(path)) {
        throw new MountException(
            e.errno(),
            "Cannot clear the dead mount at " + place + ": " + e.getMessage() + "; try as root",
            e);
      }
    }
  }

  private static boolean detachByProgram(byte[] path) {
    try {
      List<byte[]> command = Spawn.words("fusermount3", "-u", "-q", "-z", "--");
      command.add(path);
      return Spawn.run(command, System.getenv(), Map.of()) == 0;
    } catch (LinuxException e) {
      return false;
    }
  }
}
