package dev.lamina.fuse.semantics;

import java.io.IOException;
import java.nio.file.Path;

/** A merged view of layers that is mounted, with a writable layer on top. */
interface Union extends AutoCloseable {
  /** The root of the view. */
  Path path();

  /** Unmounts it and mounts it again over the same layers and the same writable layer. */
  void remount() throws IOException;

  /** How many regular files the writable layer has the data of. */
  int ownFiles() throws IOException;

  /** Whether the layers below it hold what they held when it was mounted first, byte for byte. */
  boolean areLayersIntact() throws IOException;

  /** Unmounts it. */
  @Override
  void close() throws IOException;
}
