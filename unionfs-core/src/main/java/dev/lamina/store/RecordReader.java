package dev.lamina.store;

import dev.lamina.tree.Digest;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import java.util.Optional;
import java.util.SortedMap;
import java.util.TreeMap;

/**
 * Reads what {@link RecordWriter} wrote, and nothing else: a value that is written in another way
 * than the one, or that goes on, is refused with {@link MalformedRecordException}. So one value has
 * one encoding. Not thread-safe.
 */
public final class RecordReader {
  private static final int DIGEST_LENGTH = 32;

  private final byte[] bytes;
  private int at;

  /** Makes a reader at the start of these bytes, which must not change. */
  public RecordReader(byte[] bytes) {
    this.bytes = bytes;
  }

  /** Reads the version, which is the first byte, and refuses any but the one. */
  public RecordReader version(int expected) {
    int version = octet();
    if (version != expected) {
      throw new MalformedRecordException(
          "version " + version + " where this program knows " + expected);
    }
    return this;
  }

  /** Reads one byte, 0 to 255. */
  public int octet() {
    require(1);
    return bytes[at++] & 0xff;
  }

  /** Reads an unsigned varint of 64 bits. */
  public long number() {
    long value = 0;
    for (int shift = 0; ; shift += 7) {
      int octet = octet();
      if (shift == 63 && octet > 1) {
        throw new MalformedRecordException("a number of more than 64 bits");
      }
      value |= (long) (octet & 0x7f) << shift;
      if (octet < 0x80) {
        if (octet == 0 && shift > 0) {
          throw new MalformedRecordException("a number in more bytes than it needs");
        }
        return value;
      }
    }
  }

  /** Reads a varint that is no more than the largest positive long: a size, a count. */
  public long size() {
    long value = number();
    if (value < 0) {
      throw new MalformedRecordException("a size of more than 63 bits");
    }
    return value;
  }

  /** Reads a number of things of which each takes at least {@code least} bytes. */
  public int count(int least) {
    long value = number();
    if (value < 0 || value > (bytes.length - at) / least) {
      throw new MalformedRecordException("a count beyond the record's end");
    }
    return (int) value;
  }

  /** Reads a zigzag number. */
  public long signed() {
    long value = number();
    return (value >>> 1) ^ -(value & 1);
  }

  /** Reads bytes after their number. */
  public byte[] bytes() {
    return raw(count(1));
  }

  /** Reads so many bytes. */
  public byte[] raw(int count) {
    require(count);
    at += count;
    return Arrays.copyOfRange(bytes, at - count, at);
  }

  /** Reads all that is left. */
  public byte[] rest() {
    return raw(bytes.length - at);
  }

  /** Reads a string, which must be UTF-8. */
  public String text() {
    byte[] encoded = bytes();
    try {
      return StandardCharsets.UTF_8.newDecoder().decode(ByteBuffer.wrap(encoded)).toString();
    } catch (CharacterCodingException e) {
      throw new MalformedRecordException("a string that is not UTF-8");
    }
  }

  /** Reads 32 bytes. */
  public Digest digest() {
    require(DIGEST_LENGTH);
    at += DIGEST_LENGTH;
    return Digest.of(bytes, at - DIGEST_LENGTH);
  }

  /** Reads whether something follows: 0 or 1. */
  public boolean flag() {
    int octet = octet();
    if (octet > 1) {
      throw new MalformedRecordException("neither yes nor no: " + octet);
    }
    return octet == 1;
  }

  /** Reads a digest or its absence. */
  public Optional<Digest> optionalDigest() {
    return flag() ? Optional.of(digest()) : Optional.empty();
  }

  /** Reads a string or its absence. */
  public Optional<String> optionalText() {
    return flag() ? Optional.of(text()) : Optional.empty();
  }

  /** Reads digests after their number. */
  public List<Digest> digests() {
    int count = count(DIGEST_LENGTH);
    List<Digest> values = new ArrayList<>(count);
    for (int i = 0; i < count; i++) {
      values.add(digest());
    }
    return List.copyOf(values);
  }

  /** Reads pairs, whose keys must ascend. */
  public SortedMap<String, String> map() {
    int count = count(2);
    TreeMap<String, String> values = new TreeMap<>();
    for (int i = 0; i < count; i++) {
      String key = text();
      if (!values.isEmpty() && values.lastKey().compareTo(key) >= 0) {
        throw new MalformedRecordException("keys that do not ascend");
      }
      values.put(key, text());
    }
    return Collections.unmodifiableSortedMap(values);
  }

  /** Reads the position of a constant in its enum. */
  public <E extends Enum<E>> E choice(List<E> constants) {
    int index = octet();
    if (index >= constants.size()) {
      throw new MalformedRecordException("an unknown choice: " + index);
    }
    return constants.get(index);
  }

  /** Returns how many bytes are left. */
  public int remaining() {
    return bytes.length - at;
  }

  /** Refuses bytes that are left. */
  public void end() {
    if (at != bytes.length) {
      throw new MalformedRecordException(remaining() + " bytes too many");
    }
  }

  private void require(int count) {
    if (count > bytes.length - at) {
      throw new MalformedRecordException("cut off after " + bytes.length + " bytes");
    }
  }
}
