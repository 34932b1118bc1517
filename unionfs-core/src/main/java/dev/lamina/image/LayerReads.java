package dev.lamina.image;

import dev.lamina.archive.LayerImporter;
import dev.lamina.archive.LayerSource;
import dev.lamina.archive.ReadLayer;
import java.io.IOException;
import java.io.InterruptedIOException;
import java.util.HashMap;
import java.util.Map;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;

/** Reads layers on a few threads. Closing stops what still runs and waits for it. */
final class LayerReads implements AutoCloseable {
  private final LayerImporter importer;
  private final Progress progress;
  private final ExecutorService threads;
  private final Map<Integer, Future<ReadLayer>> running = new HashMap<>();

  LayerReads(LayerImporter importer, int parallel, Progress progress) {
    this.importer = importer;
    this.progress = progress;
    this.threads =
        Executors.newFixedThreadPool(
            parallel, Thread.ofPlatform().name("import-", 0).daemon().factory());
  }

  /** Begins to read a layer; {@code index} is its place in the image. */
  void start(LayerSource source, int index) {
    running.put(index, threads.submit(() -> read(source, index)));
  }

  /** Reads a layer on this thread. */
  ReadLayer read(LayerSource source, int index) throws IOException {
    progress.state(index, Progress.LayerState.COPYING);
    return importer.read(source, bytes -> progress.advance(index, bytes));
  }

  /** Waits for a layer that was started. Asked once: what it holds is let go. */
  ReadLayer await(int index) throws IOException {
    Future<ReadLayer> future = running.remove(index);
    if (future == null) {
      throw new IllegalStateException("layer " + index + " was not started");
    }
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

  @Override
  public void close() {
    threads.shutdownNow();
    threads.close();
  }
}
