package dev.lamina.archive;

import java.io.IOException;
import java.io.OutputStream;
import org.apache.commons.compress.compressors.bzip2.BZip2CompressorOutputStream;
import org.tukaani.xz.LZMA2Options;
import org.tukaani.xz.XZOutputStream;

/** Writes what Lamina reads, also in the compressions that it does not write. */
public final class CompressedBytes {
  private CompressedBytes() {}

  /** Returns a stream that compresses into another; closing it closes that one. */
  public static OutputStream to(OutputStream out, Compression compression) throws IOException {
    return switch (compression) {
      case NONE, GZIP, ZSTD -> compression.compress(out);
      case XZ -> new XZOutputStream(out, new LZMA2Options(1));
      case BZIP2 -> new BZip2CompressorOutputStream(out, 1);
    };
  }
}
