package dev.lamina.testing.fs;

import dev.lamina.fs.FileSystem;
import java.io.IOException;
import java.util.Map;

/** A file system that {@link RandomOperations} tries. */
public interface RandomSubject {
  /** Returns a new file system, not yet attached, that holds what {@code lower} says. */
  FileSystem create(LowerTree lower) throws IOException;

  /** Closes a file system and returns it mounted anew, not yet attached. */
  FileSystem remount(FileSystem fileSystem) throws IOException;

  /**
   * Closes a file system, commits it and returns a new one over what was committed, not yet
   * attached. Asked only where {@link #commits}.
   */
  default FileSystem commit(FileSystem fileSystem) throws IOException {
    throw new UnsupportedOperationException("this subject does not commit");
  }

  /** Closes a file system for good. */
  default void dispose(FileSystem fileSystem) throws IOException {
    fileSystem.close();
  }

  /** Whether {@link #commit} may be asked. Then nothing is made that a layer cannot carry. */
  default boolean commits() {
    return false;
  }

  /** Returns what the subject cannot do, with the reasons: it is not tried. */
  default Map<Capability, String> lacking() {
    return Map.of();
  }
}
