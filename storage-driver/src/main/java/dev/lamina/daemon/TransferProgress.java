package dev.lamina.daemon;

import com.google.errorprone.annotations.concurrent.GuardedBy;
import dev.lamina.control.Conversation;
import dev.lamina.control.Reply;
import dev.lamina.image.Progress;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.function.LongSupplier;

/** Tells a client how an import or export gets on, a few times a second. Thread-safe. */
final class TransferProgress implements Progress {
  private static final long PERIOD_NANOS = 150_000_000L;

  private final Conversation conversation;
  private final LongSupplier nanoTime;

  @GuardedBy("this")
  private final List<Layer> layers = new ArrayList<>();

  @GuardedBy("this")
  private long bytes;

  TransferProgress(Conversation conversation, LongSupplier nanoTime) {
    this.conversation = conversation;
    this.nanoTime = nanoTime;
  }

  private static final class Layer {
    private final long total;
    private long done;
    private long told;
    private LayerState state = LayerState.WAITING;

    private Layer(long total) {
      this.total = total;
    }
  }

  @Override
  public synchronized void begin(List<Long> layerBytes) {
    layerBytes.forEach(size -> layers.add(new Layer(Math.max(size, 0))));
  }

  @Override
  public synchronized void advance(int layer, long more) {
    Layer state = layers.get(layer);
    state.done += more;
    bytes += more;
    long now = nanoTime.getAsLong();
    if (now - state.told >= PERIOD_NANOS) {
      state.told = now;
      tell(layer);
    }
  }

  @Override
  public synchronized void state(int layer, LayerState state) {
    layers.get(layer).state = state;
    tell(layer);
  }

  @Override
  public void warn(String message) {
    conversation.warn(message);
  }

  /** Returns how many bytes of layers went through. */
  synchronized long bytes() {
    return bytes;
  }

  @GuardedBy("this")
  private void tell(int layer) {
    Layer state = layers.get(layer);
    conversation.progress(
        new Reply.Progress(
            "layer " + (layer + 1) + "/" + layers.size(),
            state.state.name().toLowerCase(Locale.ROOT),
            state.done,
            state.total,
            state.state == LayerState.DONE || state.state == LayerState.PRESENT));
  }
}
