package dev.lamina.fs;

import dev.lamina.linux.Errno;

/**
 * An operation's errno. An expected answer and not a failure, so it has no stack trace; where a
 * cause is worth a log line it is attached.
 */
public final class FsException extends RuntimeException {
  private static final long serialVersionUID = 1L;

  private final Errno errno;

  private FsException(Errno errno, String message, Throwable cause) {
    super(message, cause, false, false);
    this.errno = errno;
  }

  private FsException(Errno errno, String message) {
    super(message, null, false, false);
    this.errno = errno;
  }

  /** Returns an exception that says no more than its errno. */
  public static FsException of(Errno errno) {
    return new FsException(errno, errno.toString());
  }

  /** Returns an exception with a message for the log. */
  public static FsException of(Errno errno, String message) {
    return new FsException(errno, message);
  }

  /** Returns an exception with a message and a cause for the log. */
  public static FsException of(Errno errno, String message, Throwable cause) {
    return new FsException(errno, message, cause);
  }

  /** Returns the errno that the caller of the operation gets. */
  public Errno errno() {
    return errno;
  }
}
