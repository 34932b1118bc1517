package dev.lamina.volume;

/**
 * The numbers of a listing's entries, which are its cookies: 1 is {@code .}, 2 is {@code ..}, a
 * name of the base has its index + 3, and a name that is only in the delta a sequence number above
 * 2^62. A number never changes while its name exists, so a listing needs no state and survives
 * everything.
 */
final class Slots {
  /** {@code .} */
  static final long SELF = 1;

  /** {@code ..} */
  static final long PARENT = 2;

  /** Sequence numbers are above this. */
  static final long SEQUENCE_BASE = 1L << 62;

  private static final long BASE_OFFSET = 3;

  private Slots() {}

  static long ofBase(int index) {
    return index + BASE_OFFSET;
  }

  /** Returns the base's first index whose slot is above a cookie. */
  static int baseIndexAfter(long cookie) {
    return Math.toIntExact(Math.max(cookie + 1 - BASE_OFFSET, 0));
  }

  static boolean isSequence(long slot) {
    return slot > SEQUENCE_BASE;
  }
}
