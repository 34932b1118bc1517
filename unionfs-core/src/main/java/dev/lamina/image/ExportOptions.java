package dev.lamina.image;

import dev.lamina.archive.Compression;
import java.util.Optional;

/**
 * How an image is exported.
 *
 * @param compression of the layers; where none is named, each as it came, and gzip for those that
 *     came as plain tars, were made here, or came in a compression that is only read and were not
 *     kept
 * @param parallel how many layers are compressed at once
 */
public record ExportOptions(Optional<Compression> compression, int parallel) {
  /** Checks the number of layers, and that the compression can be written. */
  public ExportOptions {
    if (compression.isPresent() && !compression.get().isWritten()) {
      throw new IllegalArgumentException("layers are not written as " + compression.get());
    }
    if (parallel < 1) {
      throw new IllegalArgumentException("at least one layer is written at a time");
    }
  }

  /** Returns the options that hold where none are given. */
  public static ExportOptions defaults() {
    int processors = Runtime.getRuntime().availableProcessors();
    return new ExportOptions(Optional.empty(), Math.clamp(processors, 1, 4));
  }

  /** Returns these options with a compression. */
  public ExportOptions withCompression(Compression wanted) {
    return new ExportOptions(Optional.of(wanted), parallel);
  }
}
