package dev.lamina.fuse.semantics;

import dev.lamina.testing.fs.LowerTree;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;

/** What makes unions of layers. */
interface UnionProgram {
  /** Its name, as a column of the document has it. */
  String name();

  /** Its version, and how it was asked to mount. */
  String version();

  /** Why it cannot be asked on this machine; empty where it can. */
  Optional<String> missing();

  /**
   * Mounts a union.
   *
   * @param directory an empty one, for all that it needs
   * @param layers the lowest first. In those above it a character device 0:0 stands for a whiteout
   *     and {@code trusted.overlay.opaque} makes a directory opaque
   */
  Union mount(Path directory, List<LowerTree> layers) throws IOException;

  /** As {@link #mount}, with nothing outside of the directory, which may be a small file system. */
  default Union mountApart(Path directory, List<LowerTree> layers) throws IOException {
    return mount(directory, layers);
  }
}
