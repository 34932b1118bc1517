package dev.lamina.fuse;

import dev.lamina.linux.Errno;
import dev.lamina.linux.LinuxException;
import dev.lamina.linux.Mounts;
import dev.lamina.linux.Spawn;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;

/** A way to take a mount off its directory. */
public enum Detachment {
  /** By umount(2), which needs CAP_SYS_ADMIN. */
  CALL {
    @Override
    public void detach(Path target, boolean lazy) {
      try {
        Mounts.umount(
            TargetPath.bytes(target), Mounts.UMOUNT_NOFOLLOW | (lazy ? Mounts.MNT_DETACH : 0));
      } catch (LinuxException e) {
        throw new MountException(
            e.errno(),
            "Cannot unmount "
                + target
                + ": "
                + (e.errno() == Errno.EBUSY
                    ? "it is in use; find by whom with 'fuser -vm " + target + "'"
                    : e.getMessage()),
            e);
      }
    }
  },

  /** By {@code fusermount3}, for who may not call umount(2). */
  PROGRAM {
    @Override
    public void detach(Path target, boolean lazy) {
      int status;
      try {
        List<byte[]> command = Spawn.words("fusermount3", "-u", "-q");
        command.addAll(Spawn.words(lazy ? new String[] {"-z", "--"} : new String[] {"--"}));
        command.add(TargetPath.bytes(target));
        status = Spawn.run(command, System.getenv(), Map.of());
      } catch (LinuxException e) {
        throw new MountException(
            e.errno(),
            "Cannot unmount "
                + target
                + (e.errno() == Errno.ENOENT
                    ? ": users other than root need fusermount3; install the package fuse3"
                    : " with fusermount3: " + e.getMessage()),
            e);
      }
      if (status != 0) {
        throw new MountException(
            Errno.EBUSY,
            "Cannot unmount "
                + target
                + ": fusermount3 refused (exit status "
                + status
                + "); most likely it is in use; find by whom with 'fuser -vm "
                + target
                + "'");
      }
    }
  };

  /**
   * Takes off what is mounted at a place.
   *
   * @param lazy although it is in use
   * @throws MountException EBUSY where it is in use and {@code lazy} is false
   */
  public abstract void detach(Path target, boolean lazy);
}
