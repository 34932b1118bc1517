package dev.lamina.archive;

import java.io.IOException;
import java.util.Optional;

/**
 * An archive that cannot be read, or a tree that cannot be written as one. The message names the
 * archive, the entry where there is one, and the reason; it is meant for the user as it is.
 */
public sealed class ArchiveException extends IOException permits MemoryShortException {
  private static final long serialVersionUID = 1L;

  /** Says that an archive as a whole is bad. */
  public ArchiveException(String archive, String reason) {
    super(archive + ": " + reason);
  }

  /** Says that an archive as a whole is bad because of what another layer of code met. */
  public ArchiveException(String archive, String reason, Throwable cause) {
    super(archive + ": " + reason, cause);
  }

  /** Says that one entry is bad. */
  public ArchiveException(String archive, Optional<String> entry, String reason) {
    super(archive + ": " + entry.map(name -> "entry \"" + name + "\": ").orElse("") + reason);
  }
}
