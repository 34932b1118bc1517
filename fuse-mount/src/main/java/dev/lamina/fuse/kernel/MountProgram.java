package dev.lamina.fuse.kernel;

import dev.lamina.fuse.Connections;
import dev.lamina.fuse.Detachment;
import dev.lamina.fuse.MountException;
import dev.lamina.fuse.MountOptions;
import dev.lamina.fuse.TargetPath;
import dev.lamina.linux.Errno;
import dev.lamina.linux.Fd;
import dev.lamina.linux.LinuxException;
import dev.lamina.linux.SocketPair;
import dev.lamina.linux.Spawn;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * Attaches for who may not mount: {@code fusermount3}, a set-user-id program of the package fuse3,
 * mounts and hands the descriptor over a socket. What it may refuse is configured in
 * /etc/fuse.conf.
 */
final class MountProgram implements Attachment {
  private static final String PROGRAM = "fusermount3";
  private static final String SOCKET_VARIABLE = "_FUSE_COMMFD";

  @Override
  public Device attach(Path target, MountOptions options) {
    try (SocketPair sockets = SocketPair.open()) {
      int theirs = sockets.theirs().value();
      Map<String, String> environment = new HashMap<>(System.getenv());
      environment.put(SOCKET_VARIABLE, Integer.toString(theirs));
      List<byte[]> command = command(target, List.of("-o", String.join(",", optionList(options))));
      Spawn.Child child = Spawn.start(command, environment, Map.of(theirs, theirs));
      // Its end must be the only one, or its death would not be seen here.
      sockets.theirs().close();
      Optional<Fd> device = SocketPair.receiveDescriptor(sockets.ours().value());
      int status = child.waitFor();
      if (device.isEmpty()) {
        throw new MountException(
            Errno.EPERM,
            "Cannot mount on "
                + target
                + ": "
                + PROGRAM
                + " refused (exit status "
                + status
                + "); what it said is above"
                + (options.allowOther()
                    ? ". allow_other needs 'user_allow_other' in /etc/fuse.conf"
                    : ""));
      }
      return new Device(device.get());
    } catch (LinuxException e) {
      throw new MountException(e.errno(), advice(target, e), e);
    }
  }

  private static List<String> optionList(MountOptions options) {
    List<String> list = new ArrayList<>();
    list.add(options.readOnly() ? "ro" : "rw");
    if (options.noSetUserId()) {
      list.add("nosuid");
    }
    if (options.noDevices()) {
      list.add("nodev");
    }
    if (options.noExecute()) {
      list.add("noexec");
    }
    if (options.noAccessTime()) {
      list.add("noatime");
    }
    list.add("default_permissions");
    if (options.allowOther()) {
      list.add("allow_other");
    }
    list.add("max_read=" + Negotiation.MAX_WRITE);
    list.add("subtype=" + Connections.SUBTYPE);
    list.add("fsname=" + options.source().replace("\\", "\\\\").replace(",", "\\,"));
    return list;
  }

  private static List<byte[]> command(Path target, List<String> arguments) {
    List<byte[]> command = new ArrayList<>();
    command.add(PROGRAM.getBytes(StandardCharsets.US_ASCII));
    for (String argument : arguments) {
      command.add(argument.getBytes(StandardCharsets.UTF_8));
    }
    command.add("--".getBytes(StandardCharsets.US_ASCII));
    command.add(TargetPath.bytes(target));
    return command;
  }

  private static String advice(Path target, LinuxException e) {
    return "Cannot mount on "
        + target
        + (e.errno() == Errno.ENOENT
            ? ": users other than root need " + PROGRAM + "; install the package fuse3"
            : " with " + PROGRAM + ": " + e.getMessage());
  }

  @Override
  public Detachment detachment() {
    return Detachment.PROGRAM;
  }
}
