package dev.lamina.control;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.Optional;

/** Which directory the store is in. */
public final class StoreLocation {
  private StoreLocation() {}

  /**
   * Returns the store's absolute path, real as far as it exists: what the user named, else
   * LAMINA_STORE, else /var/lib/lamina for root and the XDG data directory for others.
   *
   * @param named what {@code --store} says
   * @throws IOException where the path cannot be resolved
   */
  public static Path of(Optional<Path> named, boolean root, Map<String, String> environment)
      throws IOException {
    String variable = environment.getOrDefault("LAMINA_STORE", "");
    Path path =
        named.orElseGet(() -> variable.isEmpty() ? standard(root, environment) : Path.of(variable));
    return real(path.toAbsolutePath().normalize());
  }

  private static Path standard(boolean root, Map<String, String> environment) {
    if (root) {
      return Path.of("/var/lib/lamina");
    }
    String data = environment.getOrDefault("XDG_DATA_HOME", "");
    return data.isEmpty()
        ? Path.of(System.getProperty("user.home"), ".local", "share", "lamina")
        : Path.of(data, "lamina");
  }

  /** Two paths of one store must lead to one daemon, also before the store is made. */
  private static Path real(Path path) throws IOException {
    if (Files.exists(path)) {
      return path.toRealPath();
    }
    Path parent = path.getParent();
    return parent == null ? path : real(parent).resolve(path.getFileName());
  }
}
