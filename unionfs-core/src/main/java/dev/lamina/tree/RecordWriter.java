package dev.lamina.tree;

import dev.lamina.fs.FileName;
import java.util.Arrays;

/** Encodes one record: a growing array and the primitives of the format. */
final class RecordWriter {
  private byte[] array;
  private int size;

  RecordWriter(int capacity) {
    this.array = new byte[Math.max(16, capacity)];
  }

  static RecordWriter of(RecordType type, int capacity) {
    RecordWriter out = new RecordWriter(capacity + 2);
    out.octet(RecordType.VERSION);
    out.octet(type.code);
    return out;
  }

  private void ensure(int more) {
    if (array.length - size < more) {
      int needed = Math.addExact(size, more);
      array = Arrays.copyOf(array, Math.max(needed, (int) Math.min(size * 2L, 0x7fff_fff0L)));
    }
  }

  void octet(int value) {
    ensure(1);
    array[size++] = (byte) value;
  }

  /** An unsigned number, seven bits a byte, lowest first, as short as it can be. */
  void varint(long value) {
    ensure(10);
    long rest = value;
    while ((rest & ~0x7fL) != 0) {
      array[size++] = (byte) (rest | 0x80);
      rest >>>= 7;
    }
    array[size++] = (byte) rest;
  }

  /** A signed number: 0, -1, 1, -2 … as 0, 1, 2, 3 … */
  void zigzag(long value) {
    varint((value << 1) ^ (value >> 63));
  }

  void bytes(byte[] bytes) {
    bytes(bytes, 0, bytes.length);
  }

  void bytes(byte[] bytes, int offset, int length) {
    ensure(length);
    System.arraycopy(bytes, offset, array, size, length);
    size += length;
  }

  void name(FileName name) {
    varint(name.length());
    ensure(name.length());
    name.copyTo(array, size);
    size += name.length();
  }

  void digest(Digest digest) {
    ensure(Digest.LENGTH);
    digest.copyTo(array, size);
    size += Digest.LENGTH;
  }

  void metadata(Metadata metadata) {
    varint(metadata.mode());
    varint(Integer.toUnsignedLong(metadata.uid()));
    varint(Integer.toUnsignedLong(metadata.gid()));
    zigzag(metadata.mtime());
    metadata.xattrs().encode(this);
  }

  int size() {
    return size;
  }

  /** The array written to, of which the first {@link #size} bytes count. */
  byte[] array() {
    return array;
  }

  byte[] toBytes() {
    return Arrays.copyOf(array, size);
  }
}
