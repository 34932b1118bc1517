package dev.lamina.archive;

import dev.lamina.store.Framing;
import dev.lamina.store.LayerKey;
import dev.lamina.store.LayerRecord;
import dev.lamina.store.Store;
import dev.lamina.tree.DamagedException;
import dev.lamina.tree.Digest;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.util.Optional;

/** Writes a layer's tar as it came: its framing with the contents of its files in their places. */
public final class LayerExporter {
  private final Store store;

  /** Exports layers of a store. */
  public LayerExporter(Store store) {
    this.store = store;
  }

  /**
   * Writes a layer.
   *
   * @param diffId the sha256 that the tar must have
   * @param framing the framing that the layer's record names
   * @throws ArchiveException where what was written is another tar: a blob or the framing is
   *     damaged
   * @throws IOException where the stream fails
   */
  public void write(Digest diffId, Digest framing, OutputStream tar) throws IOException {
    // Not closed: the stream below is the caller's.
    DigestingOutput digesting = new DigestingOutput(tar);
    Framing kept = store.framing(framing);
    try (InputStream stream = kept.stream()) {
      Reassembly.copy(stream, kept.blobs(), store::content, digesting);
    }
    Digest written = digesting.digest();
    if (!written.equals(diffId)) {
      throw new ArchiveException(
          "layer " + diffId,
          "its tar came out as "
              + written
              + "; a file of it is damaged in the store"
              + " (\"lamina verify\" names it; importing the image again heals it)");
    }
  }

  /**
   * Makes a layer's tar and drops it: for a verification.
   *
   * @return why it is not the tar that came in; empty where it is
   */
  public Optional<String> check(LayerKey key, LayerRecord layer) {
    CountingOutput tar = new CountingOutput();
    try {
      write(key.diffId(), layer.framing(), tar);
    } catch (IOException | DamagedException e) {
      return Optional.of(String.valueOf(e.getMessage()));
    }
    return tar.count == layer.tarBytes()
        ? Optional.empty()
        : Optional.of("it has " + tar.count + " bytes, and " + layer.tarBytes() + " are recorded");
  }

  /** Counts what is written and drops it. */
  private static final class CountingOutput extends OutputStream {
    private long count;

    @Override
    public void write(int b) {
      count++;
    }

    @Override
    public void write(byte[] bytes, int offset, int length) {
      count += length;
    }
  }
}
