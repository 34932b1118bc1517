package dev.lamina.tree;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.nio.ByteOrder;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;

/**
 * A sha256, as four big-endian words, so that it is compared and hashed without an array. The order
 * is that of the bytes.
 *
 * @param a bytes 0 to 7
 * @param b bytes 8 to 15
 * @param c bytes 16 to 23
 * @param d bytes 24 to 31
 */
public record Digest(long a, long b, long c, long d) implements Comparable<Digest> {
  /** Length in bytes. */
  public static final int LENGTH = 32;

  private static final String ALGORITHM = "sha256:";
  private static final HexFormat HEX = HexFormat.of();
  private static final VarHandle WORD =
      MethodHandles.byteArrayViewVarHandle(long[].class, ByteOrder.BIG_ENDIAN);

  /**
   * Reads a digest as people and manifests write it: 64 lower-case hexadecimal digits, with or
   * without {@code sha256:} before them.
   *
   * @throws IllegalArgumentException where the text is no such digest
   */
  public static Digest parse(String text) {
    String hex = text.startsWith(ALGORITHM) ? text.substring(ALGORITHM.length()) : text;
    if (hex.length() != 2 * LENGTH || !hex.chars().allMatch(Digest::isLowerHex)) {
      throw new IllegalArgumentException(
          "not a sha256 digest (64 lower-case hexadecimal digits): " + text);
    }
    return of(HEX.parseHex(hex));
  }

  private static boolean isLowerHex(int c) {
    return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'f');
  }

  /**
   * Returns the digest that these 32 bytes are.
   *
   * @throws IllegalArgumentException where they are not 32
   */
  public static Digest of(byte[] bytes) {
    if (bytes.length != LENGTH) {
      throw new IllegalArgumentException("a sha256 has 32 bytes, not " + bytes.length);
    }
    return of(bytes, 0);
  }

  /** Returns the digest in the 32 bytes from {@code offset} on. */
  public static Digest of(byte[] bytes, int offset) {
    return new Digest(
        (long) WORD.get(bytes, offset),
        (long) WORD.get(bytes, offset + 8),
        (long) WORD.get(bytes, offset + 16),
        (long) WORD.get(bytes, offset + 24));
  }

  /** Returns the sha256 of these bytes, one after the other. */
  public static Digest sha256(byte[]... parts) {
    MessageDigest sha256 = newSha256();
    for (byte[] part : parts) {
      sha256.update(part);
    }
    return of(sha256.digest());
  }

  /** Returns the sha256 of a range of bytes. */
  public static Digest sha256(byte[] bytes, int offset, int length) {
    MessageDigest sha256 = newSha256();
    sha256.update(bytes, offset, length);
    return of(sha256.digest());
  }

  /** Returns a new sha256, for content that comes in pieces. */
  public static MessageDigest newSha256() {
    try {
      return MessageDigest.getInstance("SHA-256");
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException("every Java platform has SHA-256", e);
    }
  }

  /** Returns the 32 bytes. */
  public byte[] toBytes() {
    byte[] bytes = new byte[LENGTH];
    copyTo(bytes, 0);
    return bytes;
  }

  /** Writes the 32 bytes to {@code target} at {@code at}. */
  public void copyTo(byte[] target, int at) {
    WORD.set(target, at, a);
    WORD.set(target, at + 8, b);
    WORD.set(target, at + 16, c);
    WORD.set(target, at + 24, d);
  }

  /** Returns the 64 hexadecimal digits. */
  public String hex() {
    return HEX.formatHex(toBytes());
  }

  @Override
  public int compareTo(Digest other) {
    int order = Long.compareUnsigned(a, other.a);
    order = order != 0 ? order : Long.compareUnsigned(b, other.b);
    order = order != 0 ? order : Long.compareUnsigned(c, other.c);
    return order != 0 ? order : Long.compareUnsigned(d, other.d);
  }

  @Override
  public int hashCode() {
    // The digest of anything is uniformly distributed already.
    return (int) d;
  }

  @Override
  public boolean equals(Object other) {
    return other instanceof Digest(long a2, long b2, long c2, long d2)
        && d == d2
        && c == c2
        && b == b2
        && a == a2;
  }

  /** Returns {@code sha256:} and the 64 hexadecimal digits, as manifests have it. */
  @Override
  public String toString() {
    return ALGORITHM + hex();
  }
}
