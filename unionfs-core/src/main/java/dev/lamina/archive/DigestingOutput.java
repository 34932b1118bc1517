package dev.lamina.archive;

import dev.lamina.tree.Digest;
import java.io.FilterOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.security.MessageDigest;

/** Takes the sha256 of what is written. Not for several threads. */
public final class DigestingOutput extends FilterOutputStream {
  private final MessageDigest digest = Sha256.start();

  /** Digests what goes to a stream, which closing closes. */
  public DigestingOutput(OutputStream out) {
    super(out);
  }

  @Override
  public void write(int b) throws IOException {
    digest.update((byte) b);
    out.write(b);
  }

  @Override
  public void write(byte[] bytes, int offset, int length) throws IOException {
    digest.update(bytes, offset, length);
    out.write(bytes, offset, length);
  }

  /** Returns the sha256 of what was written. Asked once, at the end. */
  public Digest digest() {
    return Sha256.finish(digest);
  }
}
