package dev.lamina.archive;

import dev.lamina.tree.Digest;

/**
 * Writes the framing of a tar: everything that is not the content of a regular file, as it is, and
 * for each content the blob that holds it. In memory are at most {@value #RAW} bytes.
 *
 * <p>The encoding (docs/FORMAT.md, "Framing"): a version byte, then operations. An operation starts
 * with a varint whose two low bits say what it is:
 *
 * <ul>
 *   <li>0, end: varint, the size of the tar; nothing follows
 *   <li>1, raw: the other bits are a length, at least 1; so many bytes follow
 *   <li>2, blob: the other bits are an index in the table of blobs; its whole content stands here
 *   <li>3, part: the other bits are such an index; varint offset and varint length follow
 * </ul>
 */
final class FramingEncoder {
  static final int VERSION = 1;
  static final int END = 0;
  static final int RAW_BYTES = 1;
  static final int BLOB = 2;
  static final int PART = 3;

  /** Most bytes of one raw operation. */
  static final int RAW = 1 << 16;

  private final FramingSink sink;
  private final byte[] raw = new byte[RAW];
  private final byte[] small = new byte[32];
  private int pending;
  private int filled;
  private long total;

  FramingEncoder(FramingSink sink) {
    this.sink = sink;
    sink.write(new byte[] {VERSION}, 0, 1);
  }

  /** Appends bytes of the tar that are no file's content. */
  void raw(byte[] bytes, int offset, int length) {
    int at = offset;
    int left = length;
    while (left > 0) {
      int n = Math.min(left, RAW - pending);
      System.arraycopy(bytes, at, raw, pending, n);
      pending += n;
      at += n;
      left -= n;
      if (pending == RAW) {
        flushRaw();
      }
    }
    total += length;
  }

  /** Appends the content of a whole blob. */
  void blob(Digest digest, long size) {
    flushRaw();
    varint((long) sink.blob(digest, size) << 2 | BLOB);
    flushSmall();
    total += size;
  }

  /** Appends a part of a blob: a data segment of a sparse entry. */
  void part(Digest digest, long size, long offset, long length) {
    flushRaw();
    varint((long) sink.blob(digest, size) << 2 | PART);
    varint(offset);
    varint(length);
    flushSmall();
    total += length;
  }

  /** Writes the end; returns the size of the tar. */
  long finish() {
    flushRaw();
    varint(END);
    varint(total);
    flushSmall();
    return total;
  }

  private void flushRaw() {
    if (pending > 0) {
      varint((long) pending << 2 | RAW_BYTES);
      flushSmall();
      sink.write(raw, 0, pending);
      pending = 0;
    }
  }

  private void varint(long value) {
    long v = value;
    while ((v & ~0x7fL) != 0) {
      small[filled++] = (byte) ((v & 0x7f) | 0x80);
      v >>>= 7;
    }
    small[filled++] = (byte) v;
  }

  private void flushSmall() {
    sink.write(small, 0, filled);
    filled = 0;
  }
}
