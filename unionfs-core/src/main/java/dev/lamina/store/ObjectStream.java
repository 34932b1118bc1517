package dev.lamina.store;

import dev.lamina.linux.Fd;
import dev.lamina.linux.FileIo;
import dev.lamina.linux.LinuxException;
import java.io.IOException;
import java.io.InputStream;
import java.util.Objects;

/** Reads an object from its start; owns the descriptor. */
final class ObjectStream extends InputStream {
  private final Fd file;
  private final long size;
  private long position;

  ObjectStream(Fd file, long size) {
    this.file = file;
    this.size = size;
  }

  @Override
  public int read() throws IOException {
    byte[] one = new byte[1];
    return read(one, 0, 1) < 0 ? -1 : one[0] & 0xff;
  }

  @Override
  public int read(byte[] target, int offset, int length) throws IOException {
    Objects.checkFromIndexSize(offset, length, target.length);
    if (length == 0) {
      return 0;
    }
    try {
      int count = FileIo.readFully(file.value(), target, offset, length, position);
      position += count;
      return count == 0 ? -1 : count;
    } catch (LinuxException e) {
      throw new IOException(e.getMessage(), e);
    }
  }

  /** Reads nothing: a sparse file's segments are far apart. */
  @Override
  public long skip(long count) {
    long skipped = Math.clamp(count, 0, Math.max(0, size - position));
    position += skipped;
    return skipped;
  }

  @Override
  public void close() {
    file.close();
  }
}
