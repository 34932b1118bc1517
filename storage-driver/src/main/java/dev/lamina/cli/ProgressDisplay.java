package dev.lamina.cli;

import com.google.errorprone.annotations.concurrent.GuardedBy;
import dev.lamina.control.Reply;
import dev.lamina.control.ReplyListener;
import java.io.PrintWriter;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.function.LongSupplier;

/**
 * Shows how far long work is: on a terminal one line for each thing that is under way, kept up to
 * date; elsewhere a plain line when a thing begins and ends. Thread-safe.
 */
final class ProgressDisplay implements ReplyListener, AutoCloseable {
  private static final long REDRAW_NANOS = 100_000_000L;
  private static final double NANOS = 1e9;
  private static final int BAR = 24;
  private static final int PERCENT = 100;

  private final PrintWriter out;
  private final boolean terminal;
  private final LongSupplier nanoTime;

  @GuardedBy("this")
  private final Map<String, Item> items = new LinkedHashMap<>();

  @GuardedBy("this")
  private int drawn;

  @GuardedBy("this")
  private long lastDrawn;

  /**
   * @param out where to show it: the error stream, so that answers stay clean
   * @param terminal whether that is one, which understands ANSI sequences
   */
  ProgressDisplay(PrintWriter out, boolean terminal, LongSupplier nanoTime) {
    this.out = out;
    this.terminal = terminal;
    this.nanoTime = nanoTime;
  }

  private record Item(Reply.Progress progress, long since) {}

  @Override
  public synchronized void progress(Reply.Progress progress) {
    long now = nanoTime.getAsLong();
    Item before = items.get(progress.item());
    items.put(progress.item(), new Item(progress, before == null ? now : before.since()));
    if (!terminal) {
      boolean news =
          before == null
              || (progress.finished() && !before.progress().finished())
              || !before.progress().step().equals(progress.step());
      if (news) {
        out.println(progress.item() + ": " + state(progress));
        out.flush();
      }
    } else if (progress.finished() || now - lastDrawn >= REDRAW_NANOS) {
      draw(now);
    }
  }

  @Override
  public synchronized void warning(String text) {
    erase();
    out.println("warning: " + text);
    out.flush();
    if (terminal) {
      draw(nanoTime.getAsLong());
    }
  }

  @GuardedBy("this")
  private void draw(long now) {
    erase();
    for (Item item : items.values()) {
      out.println(line(item, now));
      drawn++;
    }
    out.flush();
    lastDrawn = now;
  }

  @GuardedBy("this")
  private void erase() {
    if (drawn > 0) {
      out.print("\u001b[" + drawn + "A\u001b[J");
      drawn = 0;
    }
  }

  private static String line(Item item, long now) {
    Reply.Progress p = item.progress();
    if (p.finished()) {
      return p.item() + "  " + state(p);
    }
    double seconds = Math.max((now - item.since()) / NANOS, 1 / NANOS);
    String rate = p.done() == 0 ? "" : "  " + Sizes.of((long) (p.done() / seconds)) + "/s";
    return p.item() + "  " + bar(p) + "  " + state(p) + rate;
  }

  private static String bar(Reply.Progress p) {
    if (p.total() <= 0) {
      return "[" + " ".repeat(BAR) + "]";
    }
    int full = Math.clamp(BAR * p.done() / p.total(), 0, BAR);
    return "[" + "=".repeat(full) + " ".repeat(BAR - full) + "]";
  }

  private static String state(Reply.Progress p) {
    if (p.finished() || p.done() == 0) {
      return p.step();
    }
    String done = Sizes.of(p.done());
    return p.total() > 0
        ? p.step()
            + " "
            + done
            + " of "
            + Sizes.of(p.total())
            + " ("
            + Math.clamp(PERCENT * p.done() / p.total(), 0, PERCENT)
            + "%)"
        : p.step() + " " + done;
  }

  /** Draws the last state. */
  @Override
  public synchronized void close() {
    if (terminal && !items.isEmpty()) {
      draw(nanoTime.getAsLong());
    }
  }
}
