package dev.lamina.control;

import static java.util.Objects.requireNonNull;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermission;
import java.util.Map;
import java.util.Set;

/**
 * Whose a socket is. Below a directory for all, such as /tmp, anybody may have made the directory
 * or the socket first, and would then answer in the daemon's place.
 */
final class SocketOwner {
  private SocketOwner() {}

  /**
   * Checks that nobody else can have put a socket there.
   *
   * @throws ControlException where its directory or itself is another user's, a link, or may be
   *     written to by others
   * @throws IOException where there is none
   */
  static void require(Path socket) throws ControlException, IOException {
    Object self = Files.getAttribute(Path.of("/proc/self"), "unix:uid");
    Path directory = requireNonNull(socket.getParent());
    Map<String, Object> around = require(directory, self, "directory");
    if (around.get("permissions") instanceof Set<?> permissions
        && (permissions.contains(PosixFilePermission.GROUP_WRITE)
            || permissions.contains(PosixFilePermission.OTHERS_WRITE))) {
      throw refused(directory, "directory", "may be written to by others");
    }
    Map<String, Object> _ = require(socket, self, "socket");
  }

  private static Map<String, Object> require(Path file, Object self, String what)
      throws ControlException, IOException {
    Map<String, Object> found =
        Files.readAttributes(
            file, "unix:uid,permissions,isSymbolicLink", LinkOption.NOFOLLOW_LINKS);
    if (Boolean.TRUE.equals(found.get("isSymbolicLink"))) {
      throw refused(file, what, "is a symlink");
    }
    if (!self.equals(found.get("uid"))) {
      throw refused(file, what, "belongs to the user with the ID " + found.get("uid"));
    }
    return found;
  }

  private static ControlException refused(Path file, String what, String why) {
    return ControlException.failed(
        "the daemon's "
            + what
            + " "
            + file
            + " "
            + why
            + ", so who answers there may be somebody else: remove it, or set XDG_RUNTIME_DIR to a"
            + " directory of your own");
  }
}
