package dev.lamina.archive;

import java.io.Serial;
import java.util.Optional;

/** A layer's framing takes too much memory; caught where the layer's name is known. */
final class FramingTooLargeException extends RuntimeException {
  @Serial private static final long serialVersionUID = 1L;

  private final String reason;
  private final boolean isAlone;

  /**
   * Makes it.
   *
   * @param isAlone whether it is too large whatever else is in memory
   */
  FramingTooLargeException(String reason, boolean isAlone) {
    super(reason, null, false, false);
    this.reason = reason;
    this.isAlone = isAlone;
  }

  /** Returns what is said to the user of this layer. */
  ArchiveException of(String layer) {
    return isAlone
        ? new ArchiveException(layer, reason, this)
        : new MemoryShortException(layer, Optional.empty(), reason);
  }
}
