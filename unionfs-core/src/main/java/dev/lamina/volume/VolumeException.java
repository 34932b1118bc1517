package dev.lamina.volume;

/** A volume cannot be had or changed as asked; the message says which, why, and what to do. */
public final class VolumeException extends RuntimeException {
  private static final long serialVersionUID = 1L;

  /** Makes one with a message for the user. */
  public VolumeException(String message) {
    super(message);
  }

  /** Makes one with a message for the user and what led to it. */
  public VolumeException(String message, Throwable cause) {
    super(message, cause);
  }
}
