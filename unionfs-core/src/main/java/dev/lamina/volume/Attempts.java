package dev.lamina.volume;

import org.jspecify.annotations.Nullable;

/**
 * Several things that are each done whatever became of those before. The first failure is thrown
 * when all are done, with the others as suppressed. Not thread-safe.
 */
final class Attempts {
  private @Nullable Throwable first;

  /** Does a thing, or keeps its failure. */
  void attempt(Runnable action) {
    try {
      action.run();
    } catch (RuntimeException | Error e) {
      failed(e);
    }
  }

  private void failed(Throwable failure) {
    if (first == null) {
      first = failure;
    } else if (!first.equals(failure)) {
      first.addSuppressed(failure);
    }
  }

  /** Throws what failed first, if anything did. */
  void end() {
    switch (first) {
      case null -> {}
      case RuntimeException exception -> throw exception;
      case Error error -> throw error;
      default -> throw new IllegalStateException(first);
    }
  }
}
