package dev.lamina.archive;

import java.io.BufferedInputStream;
import java.io.EOFException;
import java.io.FilterInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.util.Locale;
import org.apache.commons.compress.MemoryLimitException;
import org.tukaani.xz.UnsupportedOptionsException;

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
          compression.decompress(buffered, limits.inflaterBytes()),
          archive,
          limits,
          counting,
          compression);
    } catch (ArchiveException e) {
      throw e;
    } catch (IOException e) {
      throw bad(archive, compression, limits, e);
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
      throw counting().failed() ? e : bad(archive, compression, limits, e);
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

  private static ArchiveException bad(
      String archive, Compression compression, Limits limits, IOException e) {
    return new ArchiveException(archive, reason(compression, limits, e), e);
  }

  private static String reason(Compression compression, Limits limits, IOException e) {
    String stream = "the " + compression + " stream ";
    String message = String.valueOf(e.getMessage());
    if (e instanceof MemoryLimitException memory) {
      return stream
          + "needs "
          + mebibytes(memory.getMemoryNeededInKb() * 1024)
          + " MiB of memory to be read, and "
          + limits.inflaterBytes() / (1 << 20)
          + " MiB is the limit; compress it with a smaller dictionary, as xz -9 does, or import it"
          + " uncompressed";
    }
    if (e instanceof UnsupportedOptionsException) {
      return stream + "uses what cannot be read here (" + message + ")";
    }
    String lower = message.toLowerCase(Locale.ROOT);
    return e instanceof EOFException || lower.contains("trunc") || lower.contains("unexpected end")
        ? stream + "is cut off before its end"
        : stream + "is damaged (" + message + ")";
  }

  /** Rounds up, so that what is needed never reads as no more than what is allowed. */
  private static long mebibytes(long bytes) {
    return (bytes + (1 << 20) - 1) >> 20;
  }
}
