package dev.lamina.testing.posix;

import java.nio.charset.StandardCharsets;

/** Names as the tests write them: a character a byte. */
final class Paths {
  /** The longest name of an entry, in bytes. */
  static final int NAME_MAX = 255;

  /** The longest path that one call takes, in bytes, without the zero at its end. */
  static final int PATH_MAX = 4095;

  private Paths() {}

  static byte[] bytes(String path) {
    return path.getBytes(StandardCharsets.ISO_8859_1);
  }

  static String text(byte[] path) {
    return new String(path, StandardCharsets.ISO_8859_1);
  }

  /** Returns a path of a length that leads to the same as {@code path}. */
  static String padded(String path, int length) {
    int missing = length - path.length();
    return "./".repeat(missing / 2) + (missing % 2 == 0 ? path : path.replaceFirst("/", "//"));
  }
}
