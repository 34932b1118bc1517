package dev.lamina.archive;

import dev.lamina.tree.Digest;

/** Keeps no framing, where nobody will want the tar again. */
final class NoFraming implements FramingSink {
  @Override
  public int blob(Digest digest, long size) {
    return 0;
  }

  @Override
  public void write(byte[] bytes, int offset, int length) {
    // Nothing is kept.
  }
}
