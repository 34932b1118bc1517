package dev.lamina.testing.data;

import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.Arrays;
import java.util.HexFormat;

/** What a file must hold: its bytes. */
final class FileModel {
  private byte[] content;
  private int size;

  FileModel(byte[] content) {
    this.content = content.clone();
    this.size = content.length;
  }

  int size() {
    return size;
  }

  void write(int position, byte[] data) {
    grow(position + data.length);
    System.arraycopy(data, 0, content, position, data.length);
  }

  void copy(int from, int to, int length) {
    grow(to + length);
    System.arraycopy(content, from, content, to, length);
  }

  void resize(int length) {
    if (length < size) {
      Arrays.fill(content, length, size, (byte) 0);
      size = length;
    } else {
      grow(length);
    }
  }

  void zero(int position, int length) {
    int end = Math.min(position + length, size);
    if (position < end) {
      Arrays.fill(content, position, end, (byte) 0);
    }
  }

  private void grow(int length) {
    if (length > content.length) {
      content = Arrays.copyOf(content, Math.max(length, 2 * content.length));
    }
    size = Math.max(size, length);
  }

  /** How many bytes a read gets. */
  int available(int position, int length) {
    return Math.clamp(size - (long) position, 0, length);
  }

  /**
   * Compares what was read.
   *
   * @throws AssertionError saying where it differs first
   */
  void check(String how, byte[] read, int got, int position, int wanted) {
    int expected = available(position, wanted);
    if (got != expected) {
      throw new AssertionError(
          how + " at " + position + " got " + got + " of " + wanted + " bytes, not " + expected);
    }
    if (got == 0) {
      return;
    }
    int at = Arrays.mismatch(content, position, position + got, read, 0, got);
    if (at >= 0) {
      throw new AssertionError(
          "%s: byte %d is %02x, not %02x; %d of the %d bytes from %d on are wrong"
              .formatted(
                  how,
                  position + at,
                  read[at],
                  content[position + at],
                  wrong(read, got, position),
                  got,
                  position));
    }
  }

  private int wrong(byte[] read, int got, int position) {
    int wrong = 0;
    for (int i = 0; i < got; i++) {
      wrong += read[i] == content[position + i] ? 0 : 1;
    }
    return wrong;
  }

  String sha256() {
    try {
      MessageDigest digest = MessageDigest.getInstance("SHA-256");
      digest.update(content, 0, size);
      return HexFormat.of().formatHex(digest.digest());
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException(e);
    }
  }

  /** Whether a range is all zeros. */
  boolean isZero(int position, int length) {
    for (int i = position; i < position + length; i++) {
      if (content[i] != 0) {
        return false;
      }
    }
    return true;
  }
}
