package dev.lamina.image;

import dev.lamina.tree.Digest;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.file.Path;

/**
 * Where the files of an image are written: a directory or a tar. For one thread. Closed without
 * {@link #finish}, nothing of what was written to a directory or a regular file stays; after it,
 * all of it is on disk.
 */
interface FileTarget extends AutoCloseable {
  /** Writes bytes of a file of a known size. */
  @FunctionalInterface
  interface Content {
    void writeTo(OutputStream out) throws IOException;
  }

  /** Returns whether a file with this content is there already and need not be written. */
  boolean has(String path, Digest digest, long size) throws IOException;

  /** Writes a file. */
  void write(String path, long size, Content content) throws IOException;

  /** Takes over a file that was made in {@link #scratch}. */
  void take(String path, Path file) throws IOException;

  /** Returns a directory for files that are to be taken over. */
  Path scratch();

  /** Makes what was written the result. */
  void finish() throws IOException;

  @Override
  void close() throws IOException;

  /** Writes a small file. */
  default void write(String path, byte[] bytes) throws IOException {
    write(path, bytes.length, out -> out.write(bytes));
  }
}
