package dev.lamina.archive;

import java.io.Serial;

/** A layer's framing takes too much memory; caught where the layer's name is known. */
final class FramingTooLargeException extends RuntimeException {
  @Serial private static final long serialVersionUID = 1L;

  private final String reason;

  FramingTooLargeException(String reason) {
    super(reason, null, false, false);
    this.reason = reason;
  }

  String reason() {
    return reason;
  }
}
