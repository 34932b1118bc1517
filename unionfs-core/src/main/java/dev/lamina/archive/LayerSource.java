package dev.lamina.archive;

import dev.lamina.tree.Digest;
import java.io.IOException;
import java.io.InputStream;
import java.util.Optional;

/**
 * One layer as it is to be imported.
 *
 * @param name what messages call it
 * @param opener opens the bytes, compressed or not
 * @param blob the sha256 that the bytes must have
 * @param diffId the sha256 that the uncompressed tar must have
 * @param keep whether the bytes are to be kept as they are, if they are compressed
 */
public record LayerSource(
    String name, Opener opener, Optional<Digest> blob, Optional<Digest> diffId, boolean keep) {

  /** Opens a stream. */
  @FunctionalInterface
  public interface Opener {
    /**
     * Opens the bytes from their start.
     *
     * @throws IOException where they cannot be read
     */
    InputStream open() throws IOException;
  }
}
