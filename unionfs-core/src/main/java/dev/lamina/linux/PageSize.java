package dev.lamina.linux;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Files;
import java.nio.file.Path;

/**
 * The size of a page, from what the kernel told this process when it began (AT_PAGESZ of
 * getauxval(3)): pairs of native words, the key first.
 */
final class PageSize {
  private static final Path AUXILIARY = Path.of("/proc/self/auxv");
  private static final long AT_PAGESZ = 6;

  static final int BYTES = read();

  private PageSize() {}

  private static int read() {
    try {
      return find(Files.readAllBytes(AUXILIARY));
    } catch (IOException e) {
      throw new UncheckedIOException("Cannot read " + AUXILIARY + ": is /proc mounted?", e);
    }
  }

  static int find(byte[] auxiliary) {
    ByteBuffer pairs = ByteBuffer.wrap(auxiliary).order(ByteOrder.nativeOrder());
    while (pairs.remaining() >= 2 * Long.BYTES) {
      long key = pairs.getLong();
      long value = pairs.getLong();
      if (key == AT_PAGESZ) {
        return Math.toIntExact(value);
      }
    }
    throw new IllegalStateException(AUXILIARY + " does not tell the size of a page");
  }
}
