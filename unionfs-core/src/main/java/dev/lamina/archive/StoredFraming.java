package dev.lamina.archive;

import dev.lamina.store.FramingWriter;
import dev.lamina.tree.Digest;

/** A framing on its way into the store; adds up the contents that it names. */
final class StoredFraming implements FramingSink {
  private final FramingWriter writer;
  private long contentBytes;

  StoredFraming(FramingWriter writer) {
    this.writer = writer;
  }

  @Override
  public int blob(Digest digest, long size) {
    contentBytes += size;
    return writer.blob(digest, size);
  }

  @Override
  public void write(byte[] bytes, int offset, int length) {
    writer.write(bytes, offset, length);
  }

  long contentBytes() {
    return contentBytes;
  }
}
