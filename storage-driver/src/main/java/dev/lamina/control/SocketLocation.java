package dev.lamina.control;

import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;
import java.util.Map;

/**
 * Where a store's control socket is: in a directory of its owner's own below the run-time
 * directory, under a name made from the store's path. Not in the store, whose path may be longer
 * than the 107 bytes that a socket's may have (unix(7)).
 */
public final class SocketLocation {
  private SocketLocation() {}

  /**
   * Returns the socket of a store.
   *
   * @param store the store's absolute, real path
   * @param root whether this process is root's
   * @param environment the process's environment: XDG_RUNTIME_DIR counts for who is not root
   */
  public static Path of(Path store, boolean root, Map<String, String> environment) {
    return directory(root, environment).resolve(name(store) + ".sock");
  }

  private static Path directory(boolean root, Map<String, String> environment) {
    if (root) {
      return Path.of("/run/lamina");
    }
    String runtime = environment.getOrDefault("XDG_RUNTIME_DIR", "");
    return runtime.isEmpty()
        ? Path.of(System.getProperty("java.io.tmpdir"), "lamina-" + System.getProperty("user.name"))
        : Path.of(runtime, "lamina");
  }

  private static String name(Path store) {
    try {
      byte[] digest =
          MessageDigest.getInstance("SHA-256")
              .digest(store.toString().getBytes(StandardCharsets.UTF_8));
      return HexFormat.of().formatHex(digest, 0, 8);
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException("every Java has SHA-256", e);
    }
  }
}
