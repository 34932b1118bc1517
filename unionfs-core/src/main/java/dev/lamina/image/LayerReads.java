package dev.lamina.image;

import dev.lamina.archive.LayerImporter;
import dev.lamina.archive.LayerSource;
import dev.lamina.archive.ReadLayer;
import java.io.IOException;
import java.io.InterruptedIOException;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.HashMap;
import java.util.Map;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;

/**
 * Reads layers on a few threads, no more of them ahead than there are threads: what has been read
 * waits in memory for the layers below it. Closing stops what still runs and waits for it.
 */
final class LayerReads implements AutoCloseable {
  private final LayerImporter importer;
  private final Progress progress;
  private final ExecutorService threads;
  private final Map<Integer, Future<ReadLayer>> running = new HashMap<>();
  private final Deque<Waiting> waiting = new ArrayDeque<>();
  private final int parallel;

  /** A layer whose turn comes. */
  private record Waiting(LayerSource source, int index) {}

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
    waiting.add(new Waiting(source, index));
  }

  private void startNext() {
    while (running.size() < parallel && !waiting.isEmpty()) {
      Waiting next = waiting.remove();
      running.put(next.index(), threads.submit(() -> read(next.source(), next.index())));
    }
  }

  /** Reads a layer on this thread. */
  ReadLayer read(LayerSource source, int index) throws IOException {
    progress.state(index, Progress.LayerState.COPYING);
    return importer.read(source, bytes -> progress.advance(index, bytes));
  }

  /** Waits for a layer that was added; asked in their order, and once: what it holds is let go. */
  ReadLayer await(int index) throws IOException {
    startNext();
    ReadLayer layer = finished(index);
    startNext();
    return layer;
  }

  private ReadLayer finished(int index) throws IOException {
    Future<ReadLayer> future = running.get(index);
    if (future == null) {
      throw new IllegalStateException("layer " + index + " was not added");
    }
    try {
      ReadLayer layer = future.get();
      running.remove(index);
      return layer;
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

  @Override
  public void close() {
    threads.shutdownNow();
    threads.close();
  }
}
