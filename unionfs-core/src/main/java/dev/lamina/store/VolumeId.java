package dev.lamina.store;

import java.nio.ByteBuffer;

/**
 * A volume's number: at least 1, never used again in its store.
 *
 * @param number the number
 */
public record VolumeId(long number) implements Comparable<VolumeId> {
  /** Checks the range. */
  public VolumeId {
    if (number < 1) {
      throw new IllegalArgumentException("no volume's number: " + number);
    }
  }

  /** Returns the key of the volume's row, and the start of all its rows' keys: 8 bytes. */
  public byte[] key() {
    return ByteBuffer.allocate(Long.BYTES).putLong(number).array();
  }

  /** Returns the volume that the first 8 bytes of a key name. */
  public static VolumeId ofKey(byte[] key) {
    if (key.length < Long.BYTES) {
      throw new MalformedRecordException("a volume's key of " + key.length + " bytes");
    }
    long number = ByteBuffer.wrap(key).getLong();
    if (number < 1) {
      throw new MalformedRecordException("volume number " + number);
    }
    return new VolumeId(number);
  }

  @Override
  public int compareTo(VolumeId other) {
    return Long.compare(number, other.number);
  }

  @Override
  public String toString() {
    return Long.toString(number);
  }
}
