package dev.lamina.fuse;

import dev.lamina.linux.Errno;

/** Mounting or unmounting failed. The message is for the user: what, where, and what to do. */
public final class MountException extends RuntimeException {
  private static final long serialVersionUID = 1L;

  private final Errno errno;

  /** Makes an exception without a cause worth telling. */
  public MountException(Errno errno, String message) {
    super(message);
    this.errno = errno;
  }

  /** Makes an exception with the failure behind it. */
  public MountException(Errno errno, String message, Throwable cause) {
    super(message, cause);
    this.errno = errno;
  }

  /** The error number behind it: EBUSY where something still uses the mount. */
  public Errno errno() {
    return errno;
  }
}
