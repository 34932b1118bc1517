package dev.lamina.archive;

import dev.lamina.store.BlobWriter;
import dev.lamina.store.StoreWriter;
import dev.lamina.tree.Digest;
import java.io.FilterInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.util.Optional;
import java.util.function.LongConsumer;

/**
 * A layer's bytes as they come: digested, counted, and kept in the store where that is asked for.
 * Read by one thread; asked for its digest by another once the reader has seen the end.
 */
final class KeptInput extends FilterInputStream {
  private final DigestingInput digesting;
  private final Optional<BlobWriter> kept;
  private final LongConsumer progress;

  KeptInput(InputStream in, StoreWriter writer, boolean keep, LongConsumer progress) {
    this(new DigestingInput(in), writer, keep, progress);
  }

  private KeptInput(
      DigestingInput digesting, StoreWriter writer, boolean keep, LongConsumer progress) {
    super(digesting);
    this.digesting = digesting;
    this.kept = keep ? Optional.of(writer.blob(-1)) : Optional.empty();
    this.progress = progress;
  }

  @Override
  public int read() throws IOException {
    byte[] one = new byte[1];
    return read(one, 0, 1) < 0 ? -1 : one[0] & 0xff;
  }

  @Override
  public int read(byte[] target, int offset, int length) throws IOException {
    int n = digesting.read(target, offset, length);
    if (n > 0) {
      if (kept.isPresent()) {
        kept.get().write(target, offset, n);
      }
      progress.accept(n);
    }
    return n;
  }

  Digest digest() {
    return digesting.digest();
  }

  long count() {
    return digesting.count();
  }

  /** Makes a blob of the bytes; returns whether there is one. */
  boolean keep() {
    return kept.isPresent() && kept.get().finish().isPresent();
  }

  @Override
  public void close() throws IOException {
    if (kept.isPresent()) {
      kept.get().close();
    }
    super.close();
  }
}
