package dev.lamina.store;

import dev.lamina.tree.Digest;

/**
 * A set of digests in 16 bytes each: it keeps their first 128 bits alone. Should two ever agree in
 * those, something is kept that nobody needs; that is why pins and marks may use it and nothing
 * else does. Not thread-safe.
 */
final class DigestSet {
  private static final int SMALLEST = 16;

  private long[] slots = new long[2 * SMALLEST];
  private int size;
  private boolean hasZero;

  /** Adds a digest; whether it was new. */
  boolean add(Digest digest) {
    long high = digest.a();
    long low = digest.b();
    if ((high | low) == 0) {
      boolean fresh = !hasZero;
      hasZero = true;
      return fresh;
    }
    int at = find(slots, high, low);
    if (slots[at] == high && slots[at + 1] == low) {
      return false;
    }
    slots[at] = high;
    slots[at + 1] = low;
    size++;
    // Open addressing stays quick up to about two thirds.
    if (size * 3 > slots.length) {
      grow();
    }
    return true;
  }

  boolean contains(Digest digest) {
    long high = digest.a();
    long low = digest.b();
    if ((high | low) == 0) {
      return hasZero;
    }
    int at = find(slots, high, low);
    return slots[at] == high && slots[at + 1] == low;
  }

  int size() {
    return size + (hasZero ? 1 : 0);
  }

  private void grow() {
    long[] larger = new long[Math.multiplyExact(slots.length, 2)];
    for (int i = 0; i < slots.length; i += 2) {
      if ((slots[i] | slots[i + 1]) != 0) {
        int at = find(larger, slots[i], slots[i + 1]);
        larger[at] = slots[i];
        larger[at + 1] = slots[i + 1];
      }
    }
    slots = larger;
  }

  /** The slot of a digest, or the free one where it would go. Digests need no further hashing. */
  private static int find(long[] slots, long high, long low) {
    int mask = slots.length - 1;
    int at = (int) (low << 1) & mask;
    while ((slots[at] | slots[at + 1]) != 0 && (slots[at] != high || slots[at + 1] != low)) {
      at = (at + 2) & mask;
    }
    return at;
  }
}
