package dev.lamina.archive;

import dev.lamina.tree.Digest;
import java.io.IOException;
import java.io.InputStream;

/** Where the contents of files come from when a tar is written. */
@FunctionalInterface
public interface ContentSource {
  /**
   * Opens the content of a blob.
   *
   * @throws IOException where it cannot be read
   */
  InputStream open(Digest digest, long size) throws IOException;
}
