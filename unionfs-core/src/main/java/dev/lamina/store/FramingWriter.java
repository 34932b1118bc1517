package dev.lamina.store;

import com.github.luben.zstd.ZstdOutputStream;
import dev.lamina.tree.Digest;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.security.MessageDigest;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * Writes a layer's framing: the blobs of its files by {@link #blob}, and all else, in the archive's
 * own encoding, by {@link #write}. Not thread-safe.
 */
public final class FramingWriter implements AutoCloseable {
  private static final int LEVEL = 3;

  /** The largest framing that is taken, compressed, in bytes: it is in memory until it is put. */
  public static final int MOST_BYTES = 64 << 20;

  private final StoreWriter session;
  private final Map<Digest, Integer> indexes = new HashMap<>();
  private final List<BlobReference> blobs = new ArrayList<>();
  private final ByteArrayOutputStream compressed = new ByteArrayOutputStream();
  private final ZstdOutputStream compressor;
  private final MessageDigest hash = Hashes.sha256();
  private long length;

  FramingWriter(StoreWriter session) {
    this.session = session;
    try {
      this.compressor = new ZstdOutputStream(compressed, LEVEL);
    } catch (IOException e) {
      throw StoreException.of("Cannot compress a framing", e);
    }
  }

  /**
   * Names the content of a file of the layer.
   *
   * @param size its length in bytes, at least 1
   * @return its index, by which the encoding may refer to it; equal contents have one
   */
  public int blob(Digest digest, long size) {
    Integer known = indexes.putIfAbsent(digest, blobs.size());
    if (known != null) {
      return known;
    }
    blobs.add(new BlobReference(digest, size));
    return blobs.size() - 1;
  }

  /**
   * Appends to the encoding.
   *
   * @throws StoreException where it was beyond {@link #MOST_BYTES} compressed before
   */
  public void write(byte[] bytes, int offset, int count) {
    if (compressed.size() > MOST_BYTES) {
      throw new StoreException(
          "The layer's headers take more than " + (MOST_BYTES >> 20) + " MiB even when compressed");
    }
    hash.update(bytes, offset, count);
    length += count;
    try {
      compressor.write(bytes, offset, count);
    } catch (IOException e) {
      throw StoreException.of("Cannot compress a framing", e);
    }
  }

  /** Returns how many bytes of it there are so far, compressed. */
  public long compressedBytes() {
    return compressed.size();
  }

  /** Puts the framing into the store; its digest. Nothing is written after this. */
  public Digest finish() {
    try {
      compressor.close();
    } catch (IOException e) {
      throw StoreException.of("Cannot compress a framing", e);
    }
    return session.putFraming(
        new FramingRow(List.copyOf(blobs), Hashes.digest(hash), length, compressed.toByteArray()));
  }

  /** Gives back what {@link #finish} has not; after it does nothing. */
  @Override
  public void close() {
    try {
      compressor.close();
    } catch (IOException e) {
      throw StoreException.of("Cannot compress a framing", e);
    }
  }
}
