package dev.lamina.fs;

import java.nio.ByteBuffer;
import java.nio.CharBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.CharsetDecoder;
import java.nio.charset.CodingErrorAction;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;

/**
 * A name in a directory (or of an extended attribute): bytes, compared as unsigned bytes, decoded
 * for printing only.
 *
 * <p>A name is either <em>kept</em>, an immutable value of its own, or <em>borrowed</em>: a window
 * on a transport's request buffer, so that a lookup allocates nothing. A borrowed name is valid
 * until the operation it was passed to returns; whoever stores one stores {@link #keep()}. Equality
 * and hash are those of the bytes, so that a borrowed name finds a kept one in a map.
 */
public final class FileName implements Comparable<FileName> {
  /** The longest name there is, in bytes ({@code NAME_MAX}). */
  public static final int MAX_LENGTH = 255;

  private byte[] array;
  private int offset;
  private int length;
  private int hash;
  private final boolean borrowed;

  private FileName(byte[] array, int offset, int length, boolean borrowed) {
    this.array = array;
    this.offset = offset;
    this.length = length;
    this.borrowed = borrowed;
  }

  /** Returns a kept name of these bytes, which are copied. */
  public static FileName of(byte[] bytes) {
    return new FileName(bytes.clone(), 0, bytes.length, false);
  }

  /** Returns a kept name of a range of these bytes, which are copied. */
  public static FileName of(byte[] bytes, int offset, int length) {
    return new FileName(Arrays.copyOfRange(bytes, offset, offset + length), 0, length, false);
  }

  /** Returns a kept name: the UTF-8 bytes of a string. */
  public static FileName of(String name) {
    byte[] bytes = name.getBytes(StandardCharsets.UTF_8);
    return new FileName(bytes, 0, bytes.length, false);
  }

  /** Returns a borrowed name to be pointed at a request's bytes with {@link #point}. */
  public static FileName borrowed() {
    return new FileName(new byte[0], 0, 0, true);
  }

  /**
   * Points a borrowed name at other bytes.
   *
   * @throws IllegalStateException where this name is a kept one
   */
  public FileName point(byte[] array, int offset, int length) {
    if (!borrowed) {
      throw new IllegalStateException("a kept name never changes");
    }
    this.array = array;
    this.offset = offset;
    this.length = length;
    this.hash = 0;
    return this;
  }

  /** Returns this name where it is a kept one, a copy where it is borrowed. */
  public FileName keep() {
    return borrowed ? of(array, offset, length) : this;
  }

  /** Returns the length in bytes. */
  public int length() {
    return length;
  }

  /** Returns byte {@code index} of the name. */
  public byte byteAt(int index) {
    return array[offset + index];
  }

  /** Returns a copy of the bytes. */
  public byte[] toBytes() {
    return Arrays.copyOfRange(array, offset, offset + length);
  }

  /** Copies the bytes to {@code target} at {@code at}. */
  public void copyTo(byte[] target, int at) {
    System.arraycopy(array, offset, target, at, length);
  }

  /** Compares this name with a range of bytes, as {@link #compareTo} does. */
  public int compareTo(byte[] other, int from, int count) {
    return Arrays.compareUnsigned(array, offset, offset + length, other, from, from + count);
  }

  /** Returns whether the name starts with these ASCII characters. */
  public boolean startsWith(String ascii) {
    if (length < ascii.length()) {
      return false;
    }
    for (int i = 0; i < ascii.length(); i++) {
      if (array[offset + i] != ascii.charAt(i)) {
        return false;
      }
    }
    return true;
  }

  /** Returns whether the name is exactly these ASCII characters. */
  public boolean is(String ascii) {
    return length == ascii.length() && startsWith(ascii);
  }

  @Override
  public int compareTo(FileName other) {
    return Arrays.compareUnsigned(
        array, offset, offset + length, other.array, other.offset, other.offset + other.length);
  }

  @Override
  public boolean equals(Object other) {
    return other instanceof FileName name
        && Arrays.equals(
            array, offset, offset + length, name.array, name.offset, name.offset + name.length);
  }

  @Override
  public int hashCode() {
    int h = hash;
    if (h == 0) {
      for (int i = 0; i < length; i++) {
        h = 31 * h + array[offset + i];
      }
      hash = h;
    }
    return h;
  }

  /** Returns the name for printing: UTF-8 where it is, each byte of what is no text as \xNN. */
  @Override
  public String toString() {
    CharsetDecoder decoder =
        StandardCharsets.UTF_8
            .newDecoder()
            .onMalformedInput(CodingErrorAction.REPORT)
            .onUnmappableCharacter(CodingErrorAction.REPORT);
    StringBuilder out = new StringBuilder(length);
    try {
      CharBuffer text = decoder.decode(ByteBuffer.wrap(array, offset, length));
      text.chars().forEach(c -> append(out, (char) c, Character.isISOControl(c)));
    } catch (CharacterCodingException e) {
      // Not UTF-8: printed byte by byte.
      for (int i = offset; i < offset + length; i++) {
        int b = array[i] & 0xff;
        append(out, (char) b, b < 0x20 || b >= 0x7f);
      }
    }
    return out.toString();
  }

  private static void append(StringBuilder out, char c, boolean escape) {
    if (escape) {
      out.append(String.format("\\x%02x", (int) c));
    } else {
      out.append(c);
    }
  }
}
