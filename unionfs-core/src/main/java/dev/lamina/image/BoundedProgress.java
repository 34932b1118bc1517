package dev.lamina.image;

import java.util.List;
import java.util.concurrent.atomic.AtomicLong;

/**
 * Passes on what happens, but of warnings the first ones and, when closed, how many more there
 * were: a layer may have millions of odd entries. Thread-safe.
 */
final class BoundedProgress implements Progress, AutoCloseable {
  static final int MOST_WARNINGS = 100;

  private final Progress to;
  private final AtomicLong warnings = new AtomicLong();

  BoundedProgress(Progress to) {
    this.to = to;
  }

  @Override
  public void begin(List<Long> layerBytes) {
    to.begin(layerBytes);
  }

  @Override
  public void advance(int layer, long bytes) {
    to.advance(layer, bytes);
  }

  @Override
  public void state(int layer, LayerState state) {
    to.state(layer, state);
  }

  @Override
  public void warn(String message) {
    if (warnings.incrementAndGet() <= MOST_WARNINGS) {
      to.warn(message);
    }
  }

  @Override
  public void close() {
    long more = warnings.getAndSet(0) - MOST_WARNINGS;
    if (more > 0) {
      to.warn("and " + more + " more warnings like these");
    }
  }
}
