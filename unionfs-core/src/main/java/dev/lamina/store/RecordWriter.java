package dev.lamina.store;

import dev.lamina.tree.Digest;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.SortedMap;

/**
 * Writes the values of {@code state}'s rows: minimal varints, zigzag for what may be negative,
 * digests as 32 bytes, byte strings after their length. {@link RecordReader} reads them. Not
 * thread-safe.
 */
public final class RecordWriter {
  private byte[] bytes = new byte[128];
  private int length;

  /** Makes an empty writer. */
  public RecordWriter() {}

  /** Writes one byte. */
  public RecordWriter octet(int value) {
    room(1);
    bytes[length++] = (byte) value;
    return this;
  }

  /** Writes a number as an unsigned varint: 7 bits a byte, the lowest first, 1 to 10 bytes. */
  public RecordWriter number(long value) {
    room(10);
    long rest = value;
    while ((rest & ~0x7fL) != 0) {
      bytes[length++] = (byte) (rest | 0x80);
      rest >>>= 7;
    }
    bytes[length++] = (byte) rest;
    return this;
  }

  /** Writes a number that may be negative, zigzag: 0, -1, 1, -2 become 0, 1, 2, 3. */
  public RecordWriter signed(long value) {
    return number((value << 1) ^ (value >> 63));
  }

  /** Writes bytes after their number. */
  public RecordWriter bytes(byte[] value) {
    return number(value.length).raw(value);
  }

  /** Writes bytes alone. */
  public RecordWriter raw(byte[] value) {
    room(value.length);
    System.arraycopy(value, 0, bytes, length, value.length);
    length += value.length;
    return this;
  }

  /** Writes a string's UTF-8 after its length in bytes. */
  public RecordWriter text(String value) {
    return bytes(value.getBytes(StandardCharsets.UTF_8));
  }

  /** Writes 32 bytes. */
  public RecordWriter digest(Digest value) {
    return raw(value.toBytes());
  }

  /** Writes 0, or 1 and the digest. */
  public RecordWriter digest(Optional<Digest> value) {
    octet(value.isPresent() ? 1 : 0);
    value.ifPresent(this::digest);
    return this;
  }

  /** Writes 0, or 1 and the string. */
  public RecordWriter text(Optional<String> value) {
    octet(value.isPresent() ? 1 : 0);
    value.ifPresent(this::text);
    return this;
  }

  /** Writes the number of digests, then each. */
  public RecordWriter digests(List<Digest> values) {
    number(values.size());
    values.forEach(this::digest);
    return this;
  }

  /** Writes the number of pairs, then each key and value, in the keys' order. */
  public RecordWriter map(SortedMap<String, String> values) {
    number(values.size());
    for (Map.Entry<String, String> pair : values.entrySet()) {
      text(pair.getKey()).text(pair.getValue());
    }
    return this;
  }

  /** Returns what has been written. */
  public byte[] toBytes() {
    return Arrays.copyOf(bytes, length);
  }

  private void room(int more) {
    if (bytes.length - length < more) {
      int wanted = Math.addExact(length, more);
      bytes = Arrays.copyOf(bytes, Math.max(wanted, (int) Math.min(2L * wanted, 1 << 30)));
    }
  }
}
