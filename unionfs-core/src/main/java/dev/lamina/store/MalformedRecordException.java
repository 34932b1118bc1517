package dev.lamina.store;

import java.io.Serial;

/** Bytes that are no record of the kind that was expected; the message says why. */
public final class MalformedRecordException extends RuntimeException {
  @Serial private static final long serialVersionUID = 1L;

  /** Makes an exception with the reason. */
  public MalformedRecordException(String reason) {
    super(reason);
  }

  /** Makes an exception with the reason, and what was found first. */
  public MalformedRecordException(String reason, MalformedRecordException cause) {
    super(reason, cause);
  }
}
