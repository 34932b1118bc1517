package dev.lamina.archive;

import dev.lamina.store.BlobReference;
import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.util.List;

/**
 * Makes a tar of a framing and the contents that it names. A sparse file's segments follow one
 * another, so the content that was read last stays open and is gone on with. Not thread-safe.
 */
final class Reassembly implements AutoCloseable {
  private static final int NONE = -1;

  private final List<BlobReference> blobs;
  private final ContentSource contents;
  private final OutputStream tar;
  private final byte[] buffer = new byte[1 << 16];
  private InputStream in = InputStream.nullInputStream();
  private int open = NONE;
  private long position;

  private Reassembly(List<BlobReference> blobs, ContentSource contents, OutputStream tar) {
    this.blobs = blobs;
    this.contents = contents;
    this.tar = tar;
  }

  static void copy(
      InputStream framing, List<BlobReference> blobs, ContentSource contents, OutputStream tar)
      throws IOException {
    try (Reassembly reassembly = new Reassembly(blobs, contents, tar)) {
      reassembly.run(new FramingDecoder(framing));
    }
  }

  private void run(FramingDecoder decoder) throws IOException {
    long total = 0;
    while (true) {
      switch (decoder.next()) {
        case FramingDecoder.Operation.Raw(byte[] bytes) -> {
          tar.write(bytes);
          total += bytes.length;
        }
        case FramingDecoder.Operation.Whole(int index) -> {
          long size = blob(index).size();
          part(index, 0, size);
          total += size;
        }
        case FramingDecoder.Operation.Part(int index, long offset, long length) -> {
          part(index, offset, length);
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

  private BlobReference blob(int index) throws IOException {
    if (index >= blobs.size()) {
      throw new IOException("a layer's framing is damaged: it names no blob " + index);
    }
    return blobs.get(index);
  }

  private void part(int index, long offset, long length) throws IOException {
    BlobReference blob = blob(index);
    if (offset > blob.size() || length > blob.size() - offset) {
      throw new IOException(
          "a layer's framing is damaged: it names bytes beyond the end of " + blob.digest());
    }
    if (open != index || position > offset) {
      in.close();
      open = NONE;
      in = contents.open(blob.digest(), blob.size());
      open = index;
      position = 0;
    }
    try {
      in.skipNBytes(offset - position);
    } catch (EOFException e) {
      throw shorter(blob, e);
    }
    position = offset;
    long left = length;
    while (left > 0) {
      int n = in.read(buffer, 0, (int) Math.min(left, buffer.length));
      if (n < 0) {
        throw shorter(blob, new EOFException());
      }
      tar.write(buffer, 0, n);
      position += n;
      left -= n;
    }
  }

  private static IOException shorter(BlobReference blob, EOFException cause) {
    return new IOException(blob.digest() + " is shorter than its " + blob.size() + " bytes", cause);
  }

  @Override
  public void close() throws IOException {
    in.close();
  }
}
