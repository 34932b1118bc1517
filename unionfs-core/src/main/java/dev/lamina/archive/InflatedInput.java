package dev.lamina.archive;

import java.io.BufferedInputStream;
import java.io.EOFException;
import java.io.FilterInputStream;
import java.io.IOException;
import java.io.InputStream;

/**
 * The uncompressed bytes of an archive, whatever its compression. What a damaged or cut-off archive
 * makes the decompressor throw becomes an {@link ArchiveException}; a bomb ends at its limit.
 */
final class InflatedInput extends FilterInputStream {
  private final String archive;
  private final Limits limits;
  private final CountingInput compressed;
  private final Compression compression;
  private long count;

  private InflatedInput(
      InputStream in,
      String archive,
      Limits limits,
      CountingInput compressed,
      Compression compression) {
    super(in);
    this.archive = archive;
    this.limits = limits;
    this.compressed = compressed;
    this.compression = compression;
  }

  /** Detects the compression of a stream and inflates it. Closing closes the stream. */
  static InflatedInput of(InputStream in, String archive, Limits limits) throws IOException {
    CountingInput counting = new CountingInput(in);
    BufferedInputStream buffered = new BufferedInputStream(counting, 1 << 16);
    Compression compression = Compression.detect(buffered);
    try {
      return new InflatedInput(
          compression.decompress(buffered), archive, limits, counting, compression);
    } catch (ArchiveException e) {
      throw e;
    } catch (IOException e) {
      throw damaged(archive, compression, e);
    }
  }

  Compression compression() {
    return compression;
  }

  @Override
  public int read() throws IOException {
    byte[] one = new byte[1];
    return read(one, 0, 1) < 0 ? -1 : one[0] & 0xff;
  }

  @Override
  public int read(byte[] target, int offset, int length) throws IOException {
    int n;
    try {
      n = in.read(target, offset, length);
    } catch (ArchiveException e) {
      throw e;
    } catch (IOException e) {
      throw counting().failed() ? e : damaged(archive, compression, e);
    }
    if (n > 0) {
      count += n;
      check();
    }
    return n;
  }

  private CountingInput counting() {
    return compressed;
  }

  private void check() throws ArchiveException {
    if (count > limits.bytes()) {
      throw new ArchiveException(
          archive,
          "more than "
              + limits.bytes()
              + " bytes uncompressed, which is the limit; raise the limit to import it");
    }
    if (compression != Compression.NONE
        && count > limits.ratioFrom()
        && count / Math.max(1, compressed.count()) > limits.ratio()) {
      throw new ArchiveException(
          archive,
          "looks like a "
              + compression
              + " bomb: "
              + compressed.count()
              + " bytes hold more than "
              + count
              + " (over "
              + limits.ratio()
              + " times as many); raise the limit to import it");
    }
  }

  @Override
  public long skip(long n) throws IOException {
    throw new IOException("an archive's bytes are read, never skipped: " + n);
  }

  @Override
  public boolean markSupported() {
    return false;
  }

  private static ArchiveException damaged(String archive, Compression compression, IOException e) {
    String what =
        e instanceof EOFException
                || String.valueOf(e.getMessage())
                    .toLowerCase(java.util.Locale.ROOT)
                    .contains("trunc")
            ? "the " + compression + " stream is cut off before its end"
            : "the " + compression + " stream is damaged (" + e.getMessage() + ")";
    return new ArchiveException(archive, what, e);
  }
}
