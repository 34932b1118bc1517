package dev.lamina.archive;

import com.github.luben.zstd.ZstdInputStreamNoFinalizer;
import com.github.luben.zstd.ZstdOutputStreamNoFinalizer;
import java.io.BufferedInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.util.zip.GZIPOutputStream;
import org.apache.commons.compress.compressors.gzip.GzipCompressorInputStream;

/**
 * The compressions of layers. Reading accepts what the formats allow: gzip of several members (RFC
 * 1952), zstd of several frames with skippable ones among them (RFC 8878). Writing is
 * deterministic: the same bytes give the same bytes.
 */
public enum Compression {
  /** Stored as it is. */
  NONE("none"),
  /** RFC 1952. */
  GZIP("gzip"),
  /** RFC 8878. */
  ZSTD("zstd");

  /** How many first bytes {@link #detect} wants to see. */
  public static final int MAGIC_LENGTH = 4;

  private static final int BUFFER = 1 << 16;
  private static final int ZSTD_LEVEL = 3;

  private final String word;

  Compression(String word) {
    this.word = word;
  }

  /** Returns the name as a command line has it. */
  public String word() {
    return word;
  }

  /** Returns the compression that starts with these bytes (fewer than four are allowed). */
  public static Compression detect(byte[] start) {
    if (start.length >= 2 && (start[0] & 0xff) == 0x1f && (start[1] & 0xff) == 0x8b) {
      return GZIP;
    }
    if (start.length >= 4) {
      int magic =
          (start[0] & 0xff)
              | (start[1] & 0xff) << 8
              | (start[2] & 0xff) << 16
              | (start[3] & 0xff) << 24;
      // A frame, or one of the sixteen kinds of skippable frame.
      if (magic == 0xFD2FB528 || (magic & 0xFFFFFFF0) == 0x184D2A50) {
        return ZSTD;
      }
    }
    return NONE;
  }

  /** Returns the compression of a stream that supports mark, which is left at its start. */
  static Compression detect(BufferedInputStream in) throws IOException {
    in.mark(MAGIC_LENGTH);
    byte[] start = in.readNBytes(MAGIC_LENGTH);
    in.reset();
    return detect(start);
  }

  /**
   * Returns the uncompressed bytes of a stream; closing it closes the stream.
   *
   * @throws IOException here or on reading, where the bytes are not what this compression writes
   */
  public InputStream decompress(InputStream in) throws IOException {
    return switch (this) {
      case NONE -> in;
      case GZIP ->
          GzipCompressorInputStream.builder()
              .setInputStream(new BufferedInputStream(in, BUFFER))
              .setDecompressConcatenated(true)
              .get();
      case ZSTD -> new ZstdInputStreamNoFinalizer(in);
    };
  }

  /** Returns a stream that writes compressed bytes to another; closing it closes that one. */
  public OutputStream compress(OutputStream out) throws IOException {
    return switch (this) {
      case NONE -> out;
      case GZIP -> new GZIPOutputStream(out, BUFFER);
      case ZSTD -> new ZstdOutputStreamNoFinalizer(out, ZSTD_LEVEL).setChecksum(true);
    };
  }

  @Override
  public String toString() {
    return word;
  }
}
