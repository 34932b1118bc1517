package dev.lamina.cli;

import java.nio.file.Path;
import java.util.List;

/** Names and paths on the command line. */
final class Names {
  private static final int SHORT_ID = 12;
  private static final String ALGORITHM = "sha256:";
  private static final List<String> TRANSPORTS =
      List.of("oci:", "oci-archive:", "docker-archive:", "dir:", "tar:");

  private Names() {}

  /** Returns an ID's first twelve digits. */
  static String shortId(String id) {
    String hex = id.startsWith(ALGORITHM) ? id.substring(ALGORITHM.length()) : id;
    return hex.substring(0, Math.min(SHORT_ID, hex.length()));
  }

  /**
   * Returns a source or target with its path made absolute: the daemon has another working
   * directory.
   */
  static String absolute(String location) {
    if (location.equals("-")) {
      return location;
    }
    for (String transport : TRANSPORTS) {
      if (location.startsWith(transport)) {
        String path = location.substring(transport.length());
        return path.isEmpty() ? location : transport + Path.of("").toAbsolutePath().resolve(path);
      }
    }
    return Path.of("").toAbsolutePath().resolve(location).toString();
  }

  /** Returns a path made absolute. */
  static String absolute(Path path) {
    return Path.of("").toAbsolutePath().resolve(path).normalize().toString();
  }

  /**
   * A file in an image or volume.
   *
   * @param what the image or volume
   * @param path absolute path in it
   */
  record File(String what, String path) {}

  /**
   * Takes {@code WHAT:/PATH} apart. Names of images hold colons: the path begins at the first one
   * before a slash that begins a path, and without one it is the root.
   */
  static File file(String text) {
    int colon = text.indexOf(":/");
    return colon < 0
        ? new File(text, "/")
        : new File(text.substring(0, colon), text.substring(colon + 1));
  }
}
