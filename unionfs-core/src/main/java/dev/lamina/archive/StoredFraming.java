package dev.lamina.archive;

import dev.lamina.store.FramingWriter;
import dev.lamina.tree.Digest;

/**
 * A framing on its way into the store; adds up the contents that it names. It is in memory,
 * compressed, until it is finished, and pays for that.
 */
final class StoredFraming implements FramingSink {
  /** Growing and encoding it copies it. */
  private static final int COPIES = 3;

  private final FramingWriter writer;
  private final MetadataBudget.Lease memory;
  private long contentBytes;
  private long paid;

  StoredFraming(FramingWriter writer, MetadataBudget.Lease memory) {
    this.writer = writer;
    this.memory = memory;
  }

  @Override
  public int blob(Digest digest, long size) {
    contentBytes += size;
    return writer.blob(digest, size);
  }

  @Override
  public void write(byte[] bytes, int offset, int length) {
    writer.write(bytes, offset, length);
    long size = writer.compressedBytes();
    MetadataBudget.Answer answer = memory.take((size - paid) * COPIES);
    boolean enough = answer == MetadataBudget.Answer.ENOUGH;
    paid = size;
    if (size > FramingWriter.MOST_BYTES || !enough) {
      throw new FramingTooLargeException(
          "what is not the content of files (headers, padding) takes "
              + size
              + " bytes even when compressed, which is more than the limit of "
              + (enough ? FramingWriter.MOST_BYTES : memory.most() / COPIES)
              + " bytes",
          size > FramingWriter.MOST_BYTES || answer == MetadataBudget.Answer.TOO_MUCH);
    }
  }

  long contentBytes() {
    return contentBytes;
  }
}
