package dev.lamina.tree;

import java.util.Arrays;

/**
 * Where the names of a base that a new tree keeps have gone: stretches of positions, noted in
 * ascending order.
 */
final class Renumbering {
  private long[] from = new long[16];
  private long[] span = new long[16];
  private long[] to = new long[16];
  private int size;

  /** Notes that {@code count} positions from {@code base} on are now those from {@code now} on. */
  void keep(long base, long count, long now) {
    if (count == 0) {
      return;
    }
    if (size > 0
        && from[size - 1] + span[size - 1] == base
        && to[size - 1] + span[size - 1] == now) {
      span[size - 1] += count;
      return;
    }
    if (size == from.length) {
      from = Arrays.copyOf(from, 2 * size);
      span = Arrays.copyOf(span, 2 * size);
      to = Arrays.copyOf(to, 2 * size);
    }
    from[size] = base;
    span[size] = count;
    to[size] = now;
    size++;
  }

  /** Returns where a position of the base has gone, 0 where it is no more. */
  long now(long base) {
    int found = Arrays.binarySearch(from, 0, size, base);
    int stretch = found < 0 ? -found - 2 : found;
    if (stretch < 0 || base - from[stretch] >= span[stretch]) {
      return 0;
    }
    return to[stretch] + (base - from[stretch]);
  }
}
