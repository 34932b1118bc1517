package dev.lamina.archive;

import java.io.FilterInputStream;
import java.io.IOException;
import java.io.InputStream;

/** Counts what is read, and remembers whether reading itself failed. */
final class CountingInput extends FilterInputStream {
  private long count;
  private boolean failed;

  CountingInput(InputStream in) {
    super(in);
  }

  long count() {
    return count;
  }

  /** Returns whether the source failed, so that what reads it need not be blamed. */
  boolean failed() {
    return failed;
  }

  @Override
  public int read() throws IOException {
    byte[] one = new byte[1];
    return read(one, 0, 1) < 0 ? -1 : one[0] & 0xff;
  }

  @Override
  public int read(byte[] target, int offset, int length) throws IOException {
    int n;
    try {
      n = in.read(target, offset, length);
    } catch (IOException e) {
      failed = true;
      throw e;
    }
    if (n > 0) {
      count += n;
    }
    return n;
  }

  @Override
  public boolean markSupported() {
    return false;
  }
}
