package dev.lamina.archive;

import dev.lamina.tree.Digest;
import java.io.FilterInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.security.MessageDigest;

/** Takes the sha256 and the length of what is read. Not for several threads. */
public final class DigestingInput extends FilterInputStream {
  private final MessageDigest digest = Sha256.start();
  private long count;

  /** Digests what is read from a stream, which closing closes. */
  public DigestingInput(InputStream in) {
    super(in);
  }

  @Override
  public int read() throws IOException {
    byte[] one = new byte[1];
    return read(one, 0, 1) < 0 ? -1 : one[0] & 0xff;
  }

  @Override
  public int read(byte[] target, int offset, int length) throws IOException {
    int n = in.read(target, offset, length);
    if (n > 0) {
      digest.update(target, offset, n);
      count += n;
    }
    return n;
  }

  @Override
  public long skip(long n) throws IOException {
    throw new IOException("what is digested is read, never skipped: " + n);
  }

  @Override
  public boolean markSupported() {
    return false;
  }

  /** Returns how many bytes were read. */
  public long count() {
    return count;
  }

  /** Returns the sha256 of what was read. Asked once, at the end. */
  public Digest digest() {
    return Sha256.finish(digest);
  }
}
