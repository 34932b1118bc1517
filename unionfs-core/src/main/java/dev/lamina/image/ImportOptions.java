package dev.lamina.image;

import dev.lamina.archive.Limits;
import java.util.Optional;

/**
 * How an image is imported.
 *
 * @param platform which image of an index is wanted; this machine's where none is named
 * @param keepCompressed whether layers are kept as distributed too
 * @param limits what the archive may cost
 * @param parallel how many layers are read at once
 */
public record ImportOptions(
    Optional<PlatformChoice> platform, boolean keepCompressed, Limits limits, int parallel) {
  /** Checks the number of layers. */
  public ImportOptions {
    if (parallel < 1) {
      throw new IllegalArgumentException("at least one layer is read at a time");
    }
  }

  /** Returns the options that hold where none are given. */
  public static ImportOptions defaults() {
    int processors = Runtime.getRuntime().availableProcessors();
    return new ImportOptions(
        Optional.empty(), false, Limits.defaults(), Math.clamp(processors, 1, 4));
  }

  /** Returns these options for another platform. */
  public ImportOptions withPlatform(PlatformChoice choice) {
    return new ImportOptions(Optional.of(choice), keepCompressed, limits, parallel);
  }

  /** Returns these options, keeping the layers as distributed or not. */
  public ImportOptions withKeepCompressed(boolean keep) {
    return new ImportOptions(platform, keep, limits, parallel);
  }

  /** Returns these options with other limits. */
  public ImportOptions withLimits(Limits other) {
    return new ImportOptions(platform, keepCompressed, other, parallel);
  }
}
