package dev.lamina.archive;

import dev.lamina.tree.Digest;
import java.io.IOException;
import java.io.OutputStream;
import java.security.MessageDigest;

/**
 * Where a tar that is being written goes: to its digest, to its framing, and on to a stream. The
 * writer says where a file's content begins; what follows it is framing again.
 */
final class FramedOutput extends OutputStream {
  private final MessageDigest digest = Sha256.start();
  private final FramingEncoder framing;
  private final OutputStream out;
  private long contentLeft;

  FramedOutput(FramingSink framing, OutputStream out) {
    this.framing = new FramingEncoder(framing);
    this.out = out;
  }

  /** Says that the next {@code size} bytes are the content of this blob. */
  void content(Digest blob, long size) {
    framing.blob(blob, size);
    contentLeft = size;
  }

  @Override
  public void write(int b) throws IOException {
    write(new byte[] {(byte) b}, 0, 1);
  }

  @Override
  public void write(byte[] bytes, int offset, int length) throws IOException {
    digest.update(bytes, offset, length);
    int content = (int) Math.min(contentLeft, length);
    contentLeft -= content;
    framing.raw(bytes, offset + content, length - content);
    out.write(bytes, offset, length);
  }

  @Override
  public void flush() throws IOException {
    out.flush();
  }

  /** Ends the framing; returns the size of the tar. */
  long finish() {
    return framing.finish();
  }

  /** Returns the sha256 of all that was written: the layer's diffID. Asked once. */
  Digest diffId() {
    return Sha256.finish(digest);
  }
}
