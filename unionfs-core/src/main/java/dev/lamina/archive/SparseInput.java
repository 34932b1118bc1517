package dev.lamina.archive;

import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.util.Arrays;

/**
 * The content of a sparse file whose data is in a range of another: its holes read as zeros.
 * Several may be read at once from one channel, which stays open.
 */
final class SparseInput extends InputStream {
  private final FileChannel channel;
  private final SparseMap map;
  private long source;
  private long position;
  private int segment;

  /**
   * Begins at the start.
   *
   * @param source where the data of the first segment is; that of the others follows
   */
  SparseInput(FileChannel channel, long source, SparseMap map) {
    this.channel = channel;
    this.source = source;
    this.map = map;
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
    while (segment < map.segments() && position == map.offset(segment) + map.length(segment)) {
      segment++;
    }
    if (position == map.size()) {
      return -1;
    }
    boolean last = segment == map.segments();
    long hole = (last ? map.size() : map.offset(segment)) - position;
    int n;
    if (hole > 0) {
      n = (int) Math.min(length, hole);
      Arrays.fill(target, offset, offset + n, (byte) 0);
    } else {
      long data = map.offset(segment) + map.length(segment) - position;
      n = channel.read(ByteBuffer.wrap(target, offset, (int) Math.min(length, data)), source);
      if (n < 0) {
        throw new EOFException("the archive became shorter while it was read");
      }
      source += n;
    }
    position += n;
    return n;
  }
}
