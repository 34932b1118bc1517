package dev.lamina.volume;

import dev.lamina.fs.FileName;
import java.nio.ByteBuffer;

/**
 * The keys of the delta's rows: big-endian numbers, so that they sort, and the bytes of a name.
 *
 * <pre>
 * n  volume(8) directory inode(8) name(1..255)
 * s  volume(8) directory inode(8) sequence number(8)
 * i  volume(8) inode(8)
 * o  volume(8) inode(8)
 * u  volume(8) place(8)
 * </pre>
 */
final class DeltaKeys {
  private static final int NAME_AT = 2 * Long.BYTES;

  private final long volume;

  DeltaKeys(long volume) {
    this.volume = volume;
  }

  byte[] name(long directory, FileName name) {
    byte[] key = new byte[NAME_AT + name.length()];
    ByteBuffer.wrap(key).putLong(volume).putLong(directory);
    name.copyTo(key, NAME_AT);
    return key;
  }

  byte[] sequence(long directory, long number) {
    return ByteBuffer.allocate(3 * Long.BYTES)
        .putLong(volume)
        .putLong(directory)
        .putLong(number)
        .array();
  }

  byte[] inode(long inode) {
    return ByteBuffer.allocate(2 * Long.BYTES).putLong(volume).putLong(inode).array();
  }

  byte[] reply(int place) {
    return inode(place);
  }

  /** The key in front of everything of this volume. */
  byte[] first() {
    return ByteBuffer.allocate(Long.BYTES).putLong(volume).array();
  }

  /** The key behind everything of this volume. */
  byte[] end() {
    return ByteBuffer.allocate(Long.BYTES).putLong(volume + 1).array();
  }

  /** The directory or inode that a key is about. */
  static long inodeOf(byte[] key) {
    return ByteBuffer.wrap(key).getLong(Long.BYTES);
  }

  static long sequenceOf(byte[] key) {
    return ByteBuffer.wrap(key).getLong(NAME_AT);
  }

  static FileName nameOf(byte[] key) {
    return FileName.of(key, NAME_AT, key.length - NAME_AT);
  }
}
