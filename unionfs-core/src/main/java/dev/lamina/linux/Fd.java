package dev.lamina.linux;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;

/**
 * Owns one file descriptor and closes it once. All descriptors made by this package are
 * close-on-exec. Closing may be asked from any thread and more than once; but whoever closes must
 * know that no other thread is about to use {@link #value}, since the kernel gives the number to
 * the next file that is opened.
 */
public final class Fd implements AutoCloseable {
  /** Stands for the current directory where a call wants a directory (AT_FDCWD). */
  public static final int CWD = -100;

  private static final int CLOSED = -1;
  private static final VarHandle VALUE = valueHandle();

  private volatile int value;

  private Fd(int value) {
    this.value = value;
  }

  /**
   * Takes ownership of a descriptor.
   *
   * @throws IllegalArgumentException if the number is negative
   */
  public static Fd own(int value) {
    if (value < 0) {
      throw new IllegalArgumentException("No file descriptor: " + value);
    }
    return new Fd(value);
  }

  /**
   * The descriptor's number.
   *
   * @throws IllegalStateException if it has been closed or given away
   */
  public int value() {
    int current = value;
    if (current == CLOSED) {
      throw new IllegalStateException("The file descriptor is closed");
    }
    return current;
  }

  /** Whether it is still owned and open. */
  public boolean isOpen() {
    return value != CLOSED;
  }

  /**
   * Gives the number away: the caller closes it from now on, with {@link Fd#own} or {@link
   * #close(int)}.
   *
   * @throws IllegalStateException if it has been closed or given away
   */
  public int release() {
    int current = (int) VALUE.getAndSet(this, CLOSED);
    if (current == CLOSED) {
      throw new IllegalStateException("The file descriptor is closed");
    }
    return current;
  }

  /** A new descriptor of the same open file, not inherited by programs this process starts. */
  public Fd duplicate() {
    return own(duplicate(value(), 0));
  }

  /**
   * Closes the descriptor; again does nothing.
   *
   * @throws LinuxException if the kernel reports an error of an earlier write, EIO, ENOSPC or
   *     EDQUOT on network file systems; the descriptor is closed all the same
   */
  @Override
  public void close() {
    int current = (int) VALUE.getAndSet(this, CLOSED);
    if (current != CLOSED) {
      close(current);
    }
  }

  /** Closes a descriptor that no {@code Fd} owns. Errors are as of {@link #close()}. */
  public static void close(int fd) {
    long result = Syscalls.once(Syscall.CLOSE, fd, 0, 0, 0, 0, 0);
    // Linux has freed the number also when a signal interrupted the close.
    if (result != -Errno.EINTR.number()) {
      Syscalls.check(result, Syscall.CLOSE, fd);
    }
  }

  /** Duplicates to the lowest free number of at least {@code lowest}. */
  static int duplicate(int fd, int lowest) {
    return Fcntl.call(fd, Fcntl.F_DUPFD_CLOEXEC, lowest);
  }

  private static VarHandle valueHandle() {
    try {
      return MethodHandles.lookup().findVarHandle(Fd.class, "value", int.class);
    } catch (ReflectiveOperationException e) {
      throw new ExceptionInInitializerError(e);
    }
  }

  @Override
  public String toString() {
    return "Fd[" + value + "]";
  }
}
