package dev.lamina.archive;

import com.github.luben.zstd.ZstdInputStreamNoFinalizer;
import com.github.luben.zstd.ZstdOutputStreamNoFinalizer;
import java.io.BufferedInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.util.Arrays;
import java.util.concurrent.Executor;
import org.apache.commons.compress.compressors.bzip2.BZip2CompressorInputStream;
import org.apache.commons.compress.compressors.gzip.GzipCompressorInputStream;
import org.apache.commons.compress.compressors.xz.XZCompressorInputStream;

/**
 * The compressions of layers. Reading accepts what the formats allow: gzip of several members (RFC
 * 1952), zstd of several frames with skippable ones among them (RFC 8878), xz of several streams
 * with padding behind each (The .xz File Format 1.2.1), bzip2 of several streams. Whatever else
 * stands behind the end is refused. xz and bzip2 are read only. Writing is deterministic: the same
 * bytes give the same bytes.
 */
public enum Compression {
  /** Stored as it is. */
  NONE("none"),
  /** RFC 1952. */
  GZIP("gzip"),
  /** RFC 8878. */
  ZSTD("zstd"),
  /** The .xz file format; no media type of the OCI stands for it. Only read. */
  XZ("xz"),
  /** bzip2's format; no media type of the OCI stands for it. Only read. */
  BZIP2("bzip2");

  /** How many first bytes {@link #detect} wants to see. */
  public static final int MAGIC_LENGTH = 10;

  private static final byte[] XZ_MAGIC = {(byte) 0xfd, '7', 'z', 'X', 'Z', 0};
  // What follows "BZh" and the size of blocks: a first block, or the end of an empty stream.
  private static final byte[] BZIP2_BLOCK = {0x31, 0x41, 0x59, 0x26, 0x53, 0x59};
  private static final byte[] BZIP2_END = {0x17, 0x72, 0x45, 0x38, 0x50, (byte) 0x90};

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

  /** Returns whether layers can be written in this compression, and not only read. */
  public boolean isWritten() {
    return switch (this) {
      case NONE, GZIP, ZSTD -> true;
      case XZ, BZIP2 -> false;
    };
  }

  /**
   * Returns the compression that starts with these bytes. Fewer than {@link #MAGIC_LENGTH} are
   * allowed: where a stream is cut off, four say what it was.
   */
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
      if (startsWith(start, 0, XZ_MAGIC)) {
        return XZ;
      }
      if (start[0] == 'B'
          && start[1] == 'Z'
          && start[2] == 'h'
          && start[3] > '0'
          && start[3] <= '9'
          && (startsWith(start, 4, BZIP2_BLOCK) || startsWith(start, 4, BZIP2_END))) {
        return BZIP2;
      }
    }
    return NONE;
  }

  /** Compares as many bytes as there are. */
  private static boolean startsWith(byte[] start, int from, byte[] magic) {
    int length = Math.min(magic.length, start.length - from);
    return Arrays.equals(start, from, from + length, magic, 0, length);
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
   * @param mostMemory bytes of memory that the stream may ask for: an xz stream says how large its
   *     dictionary is, up to gigabytes, and the others cannot ask for much
   * @throws IOException here or on reading, where the bytes are not what this compression writes,
   *     or ask for too much memory
   */
  public InputStream decompress(InputStream in, long mostMemory) throws IOException {
    return switch (this) {
      case NONE -> in;
      case GZIP ->
          GzipCompressorInputStream.builder()
              .setInputStream(new BufferedInputStream(in, BUFFER))
              .setDecompressConcatenated(true)
              .get();
      case ZSTD -> new ZstdInputStreamNoFinalizer(in);
      case XZ ->
          XZCompressorInputStream.builder()
              .setInputStream(in)
              .setDecompressConcatenated(true)
              .setMemoryLimitKiB((int) Math.min(mostMemory / 1024, Integer.MAX_VALUE))
              .get();
      case BZIP2 -> new BZip2CompressorInputStream(new BufferedInputStream(in, BUFFER), true);
    };
  }

  /**
   * Returns a stream that writes compressed bytes to another; closing it closes that one.
   *
   * @throws UnsupportedOperationException where this compression is only read
   */
  public OutputStream compress(OutputStream out) throws IOException {
    return compress(out, Runnable::run, 1);
  }

  /**
   * As {@link #compress(OutputStream)}, and writes the same bytes, with the help of threads where
   * the compression allows that: gzip does.
   *
   * @param threads what compresses
   * @param ahead how many parts of 256 KiB are compressed or wait to be written at a time
   */
  public OutputStream compress(OutputStream out, Executor threads, int ahead) throws IOException {
    return switch (this) {
      case NONE -> out;
      case GZIP -> new GzipOutput(out, threads, ahead);
      case ZSTD -> new ZstdOutputStreamNoFinalizer(out, ZSTD_LEVEL).setChecksum(true);
      case XZ, BZIP2 -> throw new UnsupportedOperationException(word + " is read and not written");
    };
  }

  @Override
  public String toString() {
    return word;
  }
}
