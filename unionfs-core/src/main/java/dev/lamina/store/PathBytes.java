package dev.lamina.store;

import java.nio.charset.Charset;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;

/** Paths as the kernel wants them: Java decoded them with the locale's charset. Thread-safe. */
public final class PathBytes {
  private static final Charset CHARSET =
      Charset.forName(System.getProperty("sun.jnu.encoding", "UTF-8"), StandardCharsets.UTF_8);

  private PathBytes() {}

  /** The bytes that the JDK itself hands to the kernel for a path. */
  public static byte[] of(Path path) {
    return path.toString().getBytes(CHARSET);
  }

  static byte[] of(String asciiName) {
    return asciiName.getBytes(StandardCharsets.US_ASCII);
  }
}
