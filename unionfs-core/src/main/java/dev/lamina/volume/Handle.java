package dev.lamina.volume;

import dev.lamina.linux.Fd;
import dev.lamina.linux.FileOpen;
import org.jspecify.annotations.Nullable;

/** One open file. */
final class Handle {
  final Node node;

  /** The open files of the node id by which it was opened. */
  final Opens opens;

  final int flags;

  /**
   * A descriptor that appends, for a handle opened with O_APPEND to write; null where the kernel
   * does that by itself.
   */
  final @Nullable Fd appending;

  /** Whether a read has already seen to the access time. */
  volatile boolean accessed;

  /**
   * The doubts that the kernel's cache is dropped for when it opens this; none where it is kept.
   */
  static final int CACHE_KEPT = -1;

  int dropsCache = CACHE_KEPT;

  /** Whether the kernel asks for all that is read and written, and caches nothing. */
  boolean isDirect;

  Handle(Node node, Opens opens, int flags, @Nullable Fd appending) {
    this.node = node;
    this.opens = opens;
    this.flags = flags;
    this.appending = appending;
  }

  /** Read for the first time, so the kernel is done with opening it. */
  void read() {
    if (dropsCache != CACHE_KEPT) {
      opens.cacheDropped(dropsCache);
    }
  }

  boolean mayWrite() {
    return mayWrite(flags);
  }

  boolean appends() {
    return appends(flags);
  }

  static boolean appends(int flags) {
    return mayWrite(flags) && (flags & FileOpen.O_APPEND) != 0;
  }

  boolean mayRead() {
    return (flags & FileOpen.O_ACCMODE) != FileOpen.O_WRONLY;
  }

  /** Whether each write is to be durable when it returns. */
  boolean isSynchronous() {
    return isSynchronous(flags);
  }

  static boolean isSynchronous(int flags) {
    return mayWrite(flags) && (flags & FileOpen.O_DSYNC) != 0;
  }

  static boolean mayWrite(int flags) {
    return (flags & FileOpen.O_ACCMODE) != FileOpen.O_RDONLY;
  }
}
