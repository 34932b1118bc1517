package dev.lamina.fuse.kernel;

import dev.lamina.fuse.Connections;
import dev.lamina.fuse.Detachment;
import dev.lamina.fuse.MountException;
import dev.lamina.fuse.MountOptions;
import dev.lamina.fuse.TargetPath;
import dev.lamina.linux.LinuxException;
import dev.lamina.linux.Mounts;
import dev.lamina.linux.Processes;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;

/** Attaches by mount(2), which needs CAP_SYS_ADMIN. */
final class MountCall implements Attachment {
  private static final int ROOT_MODE = 0040000;

  @Override
  public Device attach(Path target, MountOptions options) {
    Device device = Device.open();
    try {
      Mounts.mount(
          options.source().getBytes(StandardCharsets.UTF_8),
          TargetPath.bytes(target),
          Connections.TYPE,
          flags(options),
          data(device.value(), options).getBytes(StandardCharsets.US_ASCII));
      return device;
    } catch (LinuxException e) {
      device.close();
      throw new MountException(e.errno(), advice(target, e), e);
    }
  }

  private static String data(int device, MountOptions options) {
    return "fd="
        + device
        + ",rootmode="
        + Integer.toOctalString(ROOT_MODE)
        + ",user_id="
        + Integer.toUnsignedString(Processes.effectiveUid())
        + ",group_id="
        + Integer.toUnsignedString(Processes.effectiveGid())
        + ",default_permissions"
        + (options.allowOther() ? ",allow_other" : "")
        + ",max_read="
        + Negotiation.MAX_WRITE;
  }

  private static long flags(MountOptions options) {
    return (options.readOnly() ? Mounts.MS_RDONLY : 0)
        | (options.noSetUserId() ? Mounts.MS_NOSUID : 0)
        | (options.noDevices() ? Mounts.MS_NODEV : 0)
        | (options.noExecute() ? Mounts.MS_NOEXEC : 0)
        | (options.noAccessTime() ? Mounts.MS_NOATIME : 0);
  }

  private static String advice(Path target, LinuxException e) {
    return "Cannot mount on "
        + target
        + ": "
        + switch (e.errno()) {
          case EPERM, EACCES ->
              "mounting needs root, or a user and mount namespace of one's own (CAP_SYS_ADMIN)";
          case ENODEV -> "this kernel has no FUSE; load it with 'modprobe fuse'";
          case ENOENT -> "there is no such directory";
          case ENOTDIR -> "it is not a directory";
          case ENOTCONN ->
              "a server that is dead left a mount there; clear it with 'lamina umount'";
          default -> e.getMessage();
        };
  }

  @Override
  public Detachment detachment() {
    return Detachment.CALL;
  }
}
