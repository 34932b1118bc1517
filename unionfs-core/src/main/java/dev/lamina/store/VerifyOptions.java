package dev.lamina.store;

import java.util.function.LongConsumer;

/**
 * How thorough a verification is.
 *
 * @param deep whether the objects' bytes are read; else their sizes alone are looked at
 * @param progress told the number of bytes checked so far, now and then, from any thread
 */
public record VerifyOptions(boolean deep, LongConsumer progress) {
  /** Checks everything and tells nobody. */
  public static VerifyOptions everything() {
    return new VerifyOptions(true, bytes -> {});
  }
}
