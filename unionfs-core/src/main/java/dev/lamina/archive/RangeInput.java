package dev.lamina.archive;

import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;

/** A range of a file. Several may be read at once from one channel, which stays open. */
final class RangeInput extends InputStream {
  private final FileChannel channel;
  private long position;
  private final long end;

  RangeInput(FileChannel channel, long offset, long size) {
    this.channel = channel;
    this.position = offset;
    this.end = offset + size;
  }

  @Override
  public int read() throws IOException {
    byte[] one = new byte[1];
    return read(one, 0, 1) < 0 ? -1 : one[0] & 0xff;
  }

  @Override
  public int read(byte[] target, int offset, int length) throws IOException {
    if (length == 0) {
      return 0;
    }
    if (position == end) {
      return -1;
    }
    ByteBuffer buffer = ByteBuffer.wrap(target, offset, (int) Math.min(length, end - position));
    int n = channel.read(buffer, position);
    if (n < 0) {
      throw new EOFException("the archive became shorter while it was read");
    }
    position += n;
    return n;
  }
}
