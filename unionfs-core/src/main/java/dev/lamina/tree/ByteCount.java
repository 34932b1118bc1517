package dev.lamina.tree;

import java.math.BigInteger;

/**
 * A sum of sizes of files, exact: a layer may name sizes whose sum is beyond 64 bits, and must not
 * get a small one for it.
 */
final class ByteCount {
  private BigInteger carried = BigInteger.ZERO;
  private long bytes;

  /** Adds {@code times} times {@code size}; both may be negative. */
  void add(long size, long times) {
    long product = size * times;
    long sum = bytes + product;
    boolean exact =
        Math.multiplyHigh(size, times) == product >> 63 && ((bytes ^ sum) & (product ^ sum)) >= 0;
    if (exact) {
      bytes = sum;
    } else {
      carried = carried.add(BigInteger.valueOf(size).multiply(BigInteger.valueOf(times)));
    }
  }

  BigInteger value() {
    return carried.add(BigInteger.valueOf(bytes));
  }
}
