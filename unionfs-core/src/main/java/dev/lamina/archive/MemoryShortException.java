package dev.lamina.archive;

import java.io.Serial;
import java.util.Optional;

/**
 * A layer that cannot be read now: with the layers that were read and are not applied yet it takes
 * more memory than is allowed. By itself it may fit, once those have been applied or dropped.
 */
public final class MemoryShortException extends ArchiveException {
  @Serial private static final long serialVersionUID = 1L;

  MemoryShortException(String layer, Optional<String> entry, String reason) {
    super(layer, entry, reason);
  }
}
