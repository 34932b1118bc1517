package dev.lamina.snapshot;

import org.jspecify.annotations.Nullable;

/** A snapshot cannot be had or changed as asked; the message says which, why and what to do. */
public final class SnapshotException extends RuntimeException {
  private static final long serialVersionUID = 1L;

  /** Why, in the words that engines' adapters need. */
  public enum Reason {
    /** There is no such snapshot. */
    NOT_FOUND,
    /** The name is taken. */
    ALREADY_EXISTS,
    /** It is in use, has children, or is of the wrong kind. */
    FAILED_PRECONDITION
  }

  private final Reason reason;

  private SnapshotException(Reason reason, String message, @Nullable Throwable cause) {
    super(message, cause);
    this.reason = reason;
  }

  static SnapshotException notFound(String what) {
    return new SnapshotException(Reason.NOT_FOUND, "There is no " + what, null);
  }

  static SnapshotException alreadyExists(String what) {
    return new SnapshotException(
        Reason.ALREADY_EXISTS,
        "There is a " + what + " already; choose another name or remove it",
        null);
  }

  static SnapshotException failedPrecondition(String message) {
    return new SnapshotException(Reason.FAILED_PRECONDITION, message, null);
  }

  static SnapshotException failedPrecondition(String message, Throwable cause) {
    return new SnapshotException(Reason.FAILED_PRECONDITION, message, cause);
  }

  /** Returns why. */
  public Reason reason() {
    return reason;
  }
}
