package dev.lamina.volume;

import dev.lamina.linux.Fd;
import dev.lamina.linux.FileOpen;
import org.jspecify.annotations.Nullable;

/** One open file. */
final class Handle {
  final Node node;
  final int flags;

  /** A descriptor that appends, for a handle opened with O_APPEND to write. */
  final @Nullable Fd appending;

  /** Whether a read has already seen to the access time. */
  volatile boolean accessed;

  Handle(Node node, int flags, @Nullable Fd appending) {
    this.node = node;
    this.flags = flags;
    this.appending = appending;
  }

  boolean mayWrite() {
    return mayWrite(flags);
  }

  boolean mayRead() {
    return (flags & FileOpen.O_ACCMODE) != FileOpen.O_WRONLY;
  }

  /** Whether each write is to be durable when it returns. */
  boolean isSynchronous() {
    return (flags & FileOpen.O_DSYNC) != 0;
  }

  static boolean mayWrite(int flags) {
    return (flags & FileOpen.O_ACCMODE) != FileOpen.O_RDONLY;
  }
}
