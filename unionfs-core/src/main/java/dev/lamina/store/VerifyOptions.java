package dev.lamina.store;

import java.util.Optional;
import java.util.function.LongConsumer;

/**
 * How thorough a verification is.
 *
 * @param deep whether the objects' bytes are read; else their sizes alone are looked at
 * @param layers where it is there, each layer's tar is made again with it, what nothing needs is
 *     checked too, and so is every block of the databases' files
 * @param progress told the number of bytes checked so far, now and then, from any thread
 */
public record VerifyOptions(boolean deep, Optional<LayerCheck> layers, LongConsumer progress) {
  /** Checks everything that something needs, and tells nobody. */
  public static VerifyOptions everything() {
    return new VerifyOptions(true, Optional.empty(), bytes -> {});
  }

  /** Checks all that there is, and tells nobody. */
  public static VerifyOptions thorough(LayerCheck layers) {
    return new VerifyOptions(true, Optional.of(layers), bytes -> {});
  }

  /** Returns these options with somebody who is told. */
  public VerifyOptions withProgress(LongConsumer told) {
    return new VerifyOptions(deep, layers, told);
  }
}
