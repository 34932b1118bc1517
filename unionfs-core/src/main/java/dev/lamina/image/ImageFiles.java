package dev.lamina.image;

import dev.lamina.archive.ArchiveException;
import java.io.IOException;
import java.io.InputStream;
import java.util.Optional;
import java.util.OptionalLong;

/** The files of an image that is being read: a directory's or a tar's. Thread-safe. */
interface ImageFiles extends AutoCloseable {
  /** Returns what messages call it. */
  String name();

  /** Returns the size of a file; empty where there is none. */
  OptionalLong size(String path) throws IOException;

  /** Opens a file. */
  InputStream open(String path) throws IOException;

  @Override
  void close() throws IOException;

  /** Reads a small file whole. */
  default byte[] read(String path) throws IOException {
    OptionalLong size = size(path);
    if (size.isEmpty()) {
      throw new ArchiveException(name(), Optional.of(path), "is not there");
    }
    if (size.getAsLong() > Json.MOST_BYTES) {
      throw new ArchiveException(
          name(), Optional.of(path), "has " + size.getAsLong() + " bytes, too many to be real");
    }
    try (InputStream in = open(path)) {
      return in.readNBytes(Json.MOST_BYTES);
    }
  }
}
