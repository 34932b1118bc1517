package dev.lamina.archive;

import java.io.BufferedInputStream;
import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;

/** Reads what {@link FramingEncoder} wrote, one operation at a time. */
final class FramingDecoder {
  /** One step of writing a tar out. */
  sealed interface Operation {
    /** Bytes of the tar as they are. */
    @SuppressWarnings("ArrayRecordComponent") // passed on once, never compared
    record Raw(byte[] bytes) implements Operation {}

    /** The whole of a blob, by its index in the framing's table. */
    record Whole(int blob) implements Operation {}

    /** A part of a blob. */
    record Part(int blob, long offset, long length) implements Operation {}

    /** The end, with the size of the tar. */
    record End(long total) implements Operation {}
  }

  private final InputStream in;

  FramingDecoder(InputStream framing) throws IOException {
    this.in = new BufferedInputStream(framing, FramingEncoder.RAW);
    int version = in.read();
    if (version != FramingEncoder.VERSION) {
      throw new IOException(
          version < 0
              ? "a layer's framing is empty"
              : "a layer's framing has version " + version + ", which this program does not know");
    }
  }

  Operation next() throws IOException {
    long head = varint();
    long rest = head >>> 2;
    return switch ((int) head & 3) {
      case FramingEncoder.RAW_BYTES -> new Operation.Raw(raw(rest));
      case FramingEncoder.BLOB -> new Operation.Whole(index(rest));
      case FramingEncoder.PART -> new Operation.Part(index(rest), varint(), varint());
      default -> end(rest);
    };
  }

  private byte[] raw(long length) throws IOException {
    if (length == 0 || length > FramingEncoder.RAW) {
      throw new IOException("a layer's framing is damaged: " + length + " raw bytes at once");
    }
    byte[] bytes = in.readNBytes((int) length);
    if (bytes.length < length) {
      throw new EOFException("a layer's framing is cut off");
    }
    return bytes;
  }

  private static int index(long value) throws IOException {
    if (value > Integer.MAX_VALUE) {
      throw new IOException("a layer's framing is damaged: blob " + value);
    }
    return (int) value;
  }

  private Operation end(long rest) throws IOException {
    if (rest != 0) {
      throw new IOException("a layer's framing is damaged: unknown operation");
    }
    long total = varint();
    if (in.read() >= 0) {
      throw new IOException("a layer's framing is damaged: bytes follow its end");
    }
    return new Operation.End(total);
  }

  private long varint() throws IOException {
    long value = 0;
    for (int shift = 0; shift < 63; shift += 7) {
      int b = in.read();
      if (b < 0) {
        throw new EOFException("a layer's framing is cut off");
      }
      value |= (long) (b & 0x7f) << shift;
      if ((b & 0x80) == 0) {
        if (b == 0 && shift > 0) {
          throw new IOException("a layer's framing is damaged: a number is not minimal");
        }
        return value;
      }
    }
    throw new IOException("a layer's framing is damaged: a number has too many bytes");
  }
}
