package dev.lamina.archive;

import dev.lamina.store.Framing;
import dev.lamina.store.Store;
import dev.lamina.tree.Digest;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;

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
}
