package dev.lamina.volume;

import java.util.concurrent.atomic.AtomicLongArray;
import java.util.concurrent.atomic.AtomicReferenceArray;

/**
 * A set of inode numbers of the base. The base numbers its inodes densely, so one bit an inode
 * tells exactly, without asking the database, which of them the delta has a record of. Pages are
 * made when their first bit is set: an unchanged mount of a large image costs nothing. Thread-safe.
 */
final class InodeBits {
  private static final int PAGE_BITS = 15;
  private static final int WORDS = 1 << (PAGE_BITS - 6);

  private final AtomicReferenceArray<AtomicLongArray> pages;

  /** Makes a set for the numbers 0 to {@code largest}. */
  InodeBits(long largest) {
    this.pages = new AtomicReferenceArray<>(Math.toIntExact((largest >>> PAGE_BITS) + 1));
  }

  boolean contains(long inode) {
    AtomicLongArray page = pages.get((int) (inode >>> PAGE_BITS));
    return page != null && (page.get(word(inode)) & (1L << (inode & 63))) != 0;
  }

  void add(long inode) {
    page((int) (inode >>> PAGE_BITS))
        .accumulateAndGet(word(inode), 1L << (inode & 63), (old, bit) -> old | bit);
  }

  private AtomicLongArray page(int index) {
    AtomicLongArray page = pages.get(index);
    if (page == null) {
      AtomicLongArray made = new AtomicLongArray(WORDS);
      AtomicLongArray other = pages.compareAndExchange(index, null, made);
      page = other == null ? made : other;
    }
    return page;
  }

  private static int word(long inode) {
    return (int) (inode >>> 6) & (WORDS - 1);
  }
}
