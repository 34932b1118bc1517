package dev.lamina.archive;

import java.io.IOException;
import java.io.InputStream;

/** The bytes of a tar as they are read; what is no file's content goes to the framing. */
final class TarInput {
  private static final int BLOCK = TarHeader.BLOCK;

  private final InputStream in;
  private final FramingEncoder framing;
  private final byte[] buffer = new byte[1 << 16];
  private long position;

  TarInput(InputStream in, FramingEncoder framing) {
    this.in = in;
    this.framing = framing;
  }

  /** Returns the offset in the tar of the next byte. */
  long position() {
    return position;
  }

  FramingEncoder framing() {
    return framing;
  }

  /**
   * Reads one block as framing; returns how many bytes there were: fewer than a block's only at the
   * end of the stream.
   */
  int block(byte[] block) throws IOException {
    int n = in.readNBytes(block, 0, BLOCK);
    framing.raw(block, 0, n);
    position += n;
    return n;
  }

  /** Reads so many bytes as framing. Returns fewer at the end of the stream. */
  byte[] framed(int length) throws IOException {
    byte[] bytes = in.readNBytes(length);
    framing.raw(bytes, 0, bytes.length);
    position += bytes.length;
    return bytes;
  }

  /** Reads so many bytes as framing and forgets them; returns whether all were there. */
  boolean skip(long length) throws IOException {
    long left = length;
    while (left > 0) {
      int n = in.readNBytes(buffer, 0, (int) Math.min(left, buffer.length));
      framing.raw(buffer, 0, n);
      position += n;
      left -= n;
      if (n == 0) {
        return false;
      }
    }
    return true;
  }

  /** Hands so many bytes to a file's content; returns whether all were there. */
  boolean copy(long length, ContentSink.Content to) throws IOException {
    long left = length;
    while (left > 0) {
      int n = in.read(buffer, 0, (int) Math.min(left, buffer.length));
      if (n < 0) {
        return false;
      }
      to.write(buffer, 0, n);
      position += n;
      left -= n;
    }
    return true;
  }

  /** Reads all that is left as framing. */
  void drain() throws IOException {
    skip(Long.MAX_VALUE);
  }

  /** Returns how many bytes fill data of this length up to a whole block. */
  static int padding(long length) {
    return (int) (-length & (BLOCK - 1));
  }
}
