package dev.lamina.store;

import dev.lamina.linux.LinuxException;
import dev.lamina.tree.Digest;
import java.util.BitSet;
import java.util.Collections;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicInteger;

/** A session's objects that are published and neither on disk nor named by a row. Thread-safe. */
final class PendingObjects {
  private final StoreParts store;
  private final ConcurrentHashMap<Digest, Published> files = new ConcurrentHashMap<>();

  PendingObjects(StoreParts store) {
    this.store = store;
  }

  void add(Published file) {
    files.put(file.digest(), file);
  }

  /**
   * Brings them to disk, many at a time, then their names, then puts their rows.
   *
   * @throws StoreException where one of them is not on disk; a blob that is written again may be
   *     tried again
   */
  void settle() {
    List<Published> batch = List.copyOf(files.values());
    try {
      each(batch, store.blobs()::sync);
      store.step(Steps.OBJECTS_SYNCED);
      BitSet shards = new BitSet(StoreLayout.SHARDS);
      batch.forEach(file -> shards.set(StoreLayout.shardOf(file.digest())));
      each(shards.stream().boxed().toList(), store.blobs()::syncShard);
      store.step(Steps.SHARDS_SYNCED);
    } catch (LinuxException e) {
      throw StoreException.of("Cannot bring blobs to disk", e);
    }
    for (Published file : batch) {
      store.blobs().putObject(file);
      files.remove(file.digest(), file);
    }
    store.step(Steps.ROWS_PUT);
  }

  /** One piece of work. */
  @FunctionalInterface
  private interface Work<T> {
    void on(T item);
  }

  private <T> void each(List<T> items, Work<T> work) {
    int threads = Math.min(store.options().syncThreads(), items.size());
    if (threads <= 1) {
      items.forEach(work::on);
      return;
    }
    AtomicInteger next = new AtomicInteger();
    Callable<Boolean> worker =
        () -> {
          for (int i = next.getAndIncrement(); i < items.size(); i = next.getAndIncrement()) {
            work.on(items.get(i));
          }
          return true;
        };
    try (ExecutorService pool = Executors.newFixedThreadPool(threads)) {
      List<Future<Boolean>> running = pool.invokeAll(Collections.nCopies(threads, worker));
      for (Future<Boolean> one : running) {
        one.get();
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new StoreException("Interrupted while blobs were brought to disk");
    } catch (ExecutionException e) {
      if (e.getCause() instanceof RuntimeException cause) {
        throw cause;
      }
      throw new IllegalStateException(e.getCause());
    }
  }
}
