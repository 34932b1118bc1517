package dev.lamina.archive;

import dev.lamina.store.BlobReference;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.util.List;

/** Makes a tar of a framing and the contents that it names. */
final class Reassembly {
  private Reassembly() {}

  static void copy(
      InputStream framing, List<BlobReference> blobs, ContentSource contents, OutputStream tar)
      throws IOException {
    FramingDecoder decoder = new FramingDecoder(framing);
    byte[] buffer = new byte[1 << 16];
    long total = 0;
    while (true) {
      switch (decoder.next()) {
        case FramingDecoder.Operation.Raw(byte[] bytes) -> {
          tar.write(bytes);
          total += bytes.length;
        }
        case FramingDecoder.Operation.Whole(int index) -> {
          BlobReference blob = blob(blobs, index);
          try (InputStream in = contents.open(blob.digest(), blob.size())) {
            copy(in, blob.size(), buffer, blob, tar);
          }
          total += blob.size();
        }
        case FramingDecoder.Operation.Part(int index, long offset, long length) -> {
          BlobReference blob = blob(blobs, index);
          try (InputStream in = contents.open(blob.digest(), blob.size())) {
            in.skipNBytes(offset);
            copy(in, length, buffer, blob, tar);
          }
          total += length;
        }
        case FramingDecoder.Operation.End(long expected) -> {
          if (total != expected) {
            throw new IOException(
                "a layer's framing is damaged: its tar has "
                    + total
                    + " bytes and not "
                    + expected);
          }
          return;
        }
      }
    }
  }

  private static BlobReference blob(List<BlobReference> blobs, int index) throws IOException {
    if (index >= blobs.size()) {
      throw new IOException("a layer's framing is damaged: it names no blob " + index);
    }
    return blobs.get(index);
  }

  private static void copy(
      InputStream in, long length, byte[] buffer, BlobReference blob, OutputStream tar)
      throws IOException {
    long left = length;
    while (left > 0) {
      int n = in.read(buffer, 0, (int) Math.min(left, buffer.length));
      if (n < 0) {
        throw new IOException(blob.digest() + " is shorter than its " + blob.size() + " bytes");
      }
      tar.write(buffer, 0, n);
      left -= n;
    }
  }
}
