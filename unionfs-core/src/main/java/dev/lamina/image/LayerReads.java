package dev.lamina.image;

import dev.lamina.archive.LayerImporter;
import dev.lamina.archive.LayerSource;
import dev.lamina.archive.MemoryShortException;
import dev.lamina.archive.ReadLayer;
import java.io.IOException;
import java.io.InterruptedIOException;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.TreeMap;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicLong;

/**
 * Reads layers on a few threads, no more of them ahead than there are threads: what has been read
 * waits in memory for the layers below it. Closing stops what still runs and waits for it.
 *
 * <p>Which layers are in memory at a time depends on timing; whether an import fails must not.
 * Where one does not fit beside others and its turn has come, all that was read ahead is dropped;
 * from then on each layer is read alone, in its turn.
 */
final class LayerReads implements AutoCloseable {
  private static final System.Logger LOG = System.getLogger(LayerReads.class.getName());

  private final LayerImporter importer;
  private final Progress progress;
  private final ExecutorService threads;
  private final TreeMap<Integer, Running> running = new TreeMap<>();
  private final Deque<Waiting> waiting = new ArrayDeque<>();
  private final int parallel;

  /** No layer is read before its turn any more. */
  private boolean alone;

  /**
   * A layer whose turn comes.
   *
   * @param told how many of its bytes were told to the progress: those that are read again are not
   */
  private record Waiting(LayerSource source, int index, AtomicLong told) {}

  /** A layer that is read. */
  private record Running(Waiting what, Future<ReadLayer> future) {}

  LayerReads(LayerImporter importer, int parallel, Progress progress) {
    this.importer = importer;
    this.progress = progress;
    this.parallel = parallel;
    this.threads =
        Executors.newFixedThreadPool(
            parallel, Thread.ofPlatform().name("import-", 0).daemon().factory());
  }

  /** Lets a layer be read when its turn comes; {@code index}, ascending, is its place. */
  void add(LayerSource source, int index) {
    waiting.add(new Waiting(source, index, new AtomicLong()));
  }

  private void startNext() {
    while (!alone && running.size() < parallel && !waiting.isEmpty()) {
      Waiting next = waiting.remove();
      running.put(next.index(), new Running(next, threads.submit(() -> read(next))));
    }
  }

  /** Reads a layer on this thread. */
  ReadLayer read(LayerSource source, int index) throws IOException {
    return read(new Waiting(source, index, new AtomicLong()));
  }

  private ReadLayer read(Waiting layer) throws IOException {
    progress.state(layer.index(), Progress.LayerState.COPYING);
    AtomicLong read = new AtomicLong();
    return importer.read(
        layer.source(),
        bytes -> {
          long all = read.addAndGet(bytes);
          long before = layer.told().getAndAccumulate(all, Math::max);
          if (all > before) {
            progress.advance(layer.index(), all - before);
          }
        });
  }

  /**
   * Waits for a layer that was added; asked in their order, once, and when those below are applied:
   * what it holds is let go.
   */
  ReadLayer await(int index) throws IOException {
    startNext();
    ReadLayer layer;
    try {
      layer = alone ? next(index) : finished(index);
    } catch (MemoryShortException e) {
      if (alone) {
        throw e;
      }
      alone = true;
      dropAll();
      layer = next(index);
    }
    startNext();
    return layer;
  }

  private ReadLayer next(int index) throws IOException {
    Waiting next = waiting.peek();
    if (next == null || next.index() != index) {
      throw new IllegalStateException("layer " + index + " was not added");
    }
    waiting.remove();
    return read(next);
  }

  private ReadLayer finished(int index) throws IOException {
    Running layer = running.get(index);
    if (layer == null) {
      throw new IllegalStateException("layer " + index + " was not added");
    }
    ReadLayer read = get(layer.future());
    running.remove(index);
    return read;
  }

  private static ReadLayer get(Future<ReadLayer> future) throws IOException {
    try {
      return future.get();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new InterruptedIOException("the import was interrupted");
    } catch (ExecutionException e) {
      switch (e.getCause()) {
        case IOException io -> throw io;
        case RuntimeException runtime -> throw runtime;
        case Error error -> throw error;
        case null, default -> throw new IOException(e);
      }
    }
  }

  /**
   * Waits for what runs and puts it back to be read again. It is not interrupted: layers may share
   * the channel of one archive, and an interrupt closes that.
   */
  private void dropAll() throws IOException {
    for (Running layer : running.descendingMap().values()) {
      try {
        get(layer.future()).applied().run();
      } catch (InterruptedIOException e) {
        throw e;
      } catch (IOException e) {
        // Whatever is wrong with it is found again when its turn comes.
        LOG.log(System.Logger.Level.DEBUG, "a layer will be read again", e);
      }
      progress.state(layer.what().index(), Progress.LayerState.WAITING);
      waiting.addFirst(layer.what());
    }
    running.clear();
  }

  @Override
  public void close() {
    threads.shutdownNow();
    threads.close();
  }
}
