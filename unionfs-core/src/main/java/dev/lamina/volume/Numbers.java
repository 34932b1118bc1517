package dev.lamina.volume;

import com.google.errorprone.annotations.concurrent.GuardedBy;
import java.util.function.BiConsumer;

/**
 * Gives out inode and sequence numbers, each once in a volume's life. They come from blocks whose
 * end, the high-water mark, is written to the volume's record before the first number of a block is
 * given out: after a crash the rest of a block is skipped. The mark is written to the same log as
 * what uses the numbers, and before it, so it need not be synced. Thread-safe; its lock is a leaf
 * but for the database's own.
 */
final class Numbers {
  /** So many numbers are reserved at a time. */
  static final int BLOCK = 4096;

  private final BiConsumer<Long, Long> marks;

  @GuardedBy("this")
  private long nextInode;

  @GuardedBy("this")
  private long inodeMark;

  @GuardedBy("this")
  private long nextSequence;

  @GuardedBy("this")
  private long sequenceMark;

  /**
   * Goes on at the marks.
   *
   * @param inodeMark inode numbers from here on are unused
   * @param sequenceMark sequence numbers from here on are unused
   * @param marks writes new marks (inode, sequence)
   */
  Numbers(long inodeMark, long sequenceMark, BiConsumer<Long, Long> marks) {
    this.marks = marks;
    this.inodeMark = inodeMark;
    this.nextInode = inodeMark;
    this.sequenceMark = sequenceMark;
    this.nextSequence = sequenceMark;
  }

  synchronized long inode() {
    if (nextInode >= inodeMark) {
      marks.accept(inodeMark + BLOCK, sequenceMark);
      inodeMark += BLOCK;
    }
    return nextInode++;
  }

  synchronized long sequence() {
    if (nextSequence >= sequenceMark) {
      marks.accept(inodeMark, sequenceMark + BLOCK);
      sequenceMark += BLOCK;
    }
    return nextSequence++;
  }
}
