package dev.lamina.image;

import dev.lamina.archive.Compression;
import java.util.Optional;

/**
 * How an image is exported.
 *
 * @param compression of the layers; where none is named, each as it came, and gzip for those that
 *     came as plain tars, were made here, or came in a compression that is only read and were not
 *     kept
 * @param parallel how many layers are written at once
 * @param compressors how many threads compress them, all layers together; what is written does not
 *     depend on it
 */
public record ExportOptions(Optional<Compression> compression, int parallel, int compressors) {
  // Reading and digesting what they write takes a thread by itself, which more would outrun.
  private static final int MOST_COMPRESSORS = 16;

  /** Checks the number of layers and threads, and that the compression can be written. */
  public ExportOptions {
    if (compression.isPresent() && !compression.get().isWritten()) {
      throw new IllegalArgumentException("layers are not written as " + compression.get());
    }
    if (parallel < 1 || compressors < 1) {
      throw new IllegalArgumentException("at least one layer is written at a time, by one thread");
    }
  }

  /** Returns the options that hold where none are given. */
  public static ExportOptions defaults() {
    int processors = Runtime.getRuntime().availableProcessors();
    return new ExportOptions(
        Optional.empty(),
        Math.clamp(processors, 1, 4),
        Math.clamp(processors, 1, MOST_COMPRESSORS));
  }

  /** Returns these options with a compression. */
  public ExportOptions withCompression(Compression wanted) {
    return new ExportOptions(Optional.of(wanted), parallel, compressors);
  }

  /** Returns these options with another number of threads that compress. */
  public ExportOptions withCompressors(int threads) {
    return new ExportOptions(compression, parallel, threads);
  }
}
