package dev.lamina.image;

import dev.lamina.archive.Compression;
import dev.lamina.archive.DigestingOutput;
import dev.lamina.archive.LayerExporter;
import dev.lamina.store.ImageLayer;
import dev.lamina.store.LayerRecord;
import dev.lamina.store.Store;
import dev.lamina.tree.Digest;
import java.io.BufferedOutputStream;
import java.io.FilterOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.InterruptedIOException;
import java.io.OutputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.function.LongConsumer;

/**
 * Makes the bytes of layers as they are to go out: the kept ones where they are right, else the
 * tar, written by a few threads, with the help of others that compress, into files of the target's
 * scratch directory.
 */
final class LayerExports implements AutoCloseable {
  private final Store store;
  private final LayerExporter exporter;
  private final Progress progress;
  private final Path scratch;
  private final ExecutorService threads;
  private final ExecutorService compressors;
  private final int ahead;

  LayerExports(Store store, Progress progress, Path scratch, ExportOptions options) {
    this.store = store;
    this.exporter = new LayerExporter(store);
    this.progress = progress;
    this.scratch = scratch;
    this.threads =
        Executors.newFixedThreadPool(
            options.parallel(), Thread.ofPlatform().name("export-", 0).daemon().factory());
    this.compressors =
        Executors.newFixedThreadPool(
            options.compressors(), Thread.ofPlatform().name("compress-", 0).daemon().factory());
    // As many again wait to be written, so that no thread waits for the disk.
    this.ahead = 2 * options.compressors();
  }

  /** Makes all layers of an image; in its order. */
  List<ExportedLayer> all(
      List<ImageLayer> layers,
      List<Digest> diffIds,
      List<LayerRecord> records,
      Optional<Compression> wanted)
      throws IOException {
    List<Future<ExportedLayer>> futures = new ArrayList<>();
    for (int i = 0; i < layers.size(); i++) {
      int index = i;
      futures.add(
          threads.submit(
              () -> one(index, layers.get(index), diffIds.get(index), records.get(index), wanted)));
    }
    List<ExportedLayer> made = new ArrayList<>();
    for (Future<ExportedLayer> future : futures) {
      made.add(get(future));
    }
    return made;
  }

  private static ExportedLayer get(Future<ExportedLayer> future) throws IOException {
    try {
      return future.get();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new InterruptedIOException("the export was interrupted");
    } catch (ExecutionException e) {
      switch (e.getCause()) {
        case IOException io -> throw io;
        case RuntimeException runtime -> throw runtime;
        case Error error -> throw error;
        case null, default -> throw new IOException(e);
      }
    }
  }

  private ExportedLayer one(
      int index, ImageLayer layer, Digest diffId, LayerRecord record, Optional<Compression> wanted)
      throws IOException {
    Compression came = MediaTypes.compression(layer.mediaType());
    boolean asItCame = came != Compression.NONE && (layer.kept() || came.isWritten());
    Compression out = wanted.orElse(asItCame ? came : Compression.GZIP);
    if (layer.kept() && out == came) {
      return new ExportedLayer(
          descriptor(layer.mediaType(), layer.digest(), layer.size(), layer.annotations()),
          (target, path) -> target.write(path, layer.size(), stream -> kept(layer, index, stream)));
    }
    if (out == Compression.NONE) {
      boolean same = came == Compression.NONE && layer.digest().equals(diffId);
      return new ExportedLayer(
          descriptor(
              same ? layer.mediaType() : MediaTypes.ociLayer(out),
              diffId,
              record.tarBytes(),
              same ? layer.annotations() : remade(layer.annotations())),
          (target, path) ->
              target.write(path, record.tarBytes(), stream -> tar(diffId, record, index, stream)));
    }
    return compressed(index, layer, diffId, record, out);
  }

  private ExportedLayer compressed(
      int index, ImageLayer layer, Digest diffId, LayerRecord record, Compression compression)
      throws IOException {
    Path file = Files.createTempFile(scratch, "layer", null);
    Digest digest;
    try {
      DigestingOutput digesting =
          new DigestingOutput(new BufferedOutputStream(Files.newOutputStream(file), 1 << 16));
      try (OutputStream out = compression.compress(digesting, compressors, ahead)) {
        tar(diffId, record, index, out);
      }
      digest = digesting.digest();
    } catch (IOException | RuntimeException e) {
      Files.deleteIfExists(file);
      throw e;
    }
    return new ExportedLayer(
        descriptor(
            MediaTypes.ociLayer(compression),
            digest,
            Files.size(file),
            remade(layer.annotations())),
        (target, path) -> target.take(path, file));
  }

  private void tar(Digest diffId, LayerRecord record, int index, OutputStream out)
      throws IOException {
    progress.state(index, Progress.LayerState.COPYING);
    // Not closed: it closes nothing of its own, and the stream below is the caller's.
    exporter.write(
        diffId, record.framing(), new Counting(out, bytes -> progress.advance(index, bytes)));
    progress.state(index, Progress.LayerState.DONE);
  }

  private void kept(ImageLayer layer, int index, OutputStream out) throws IOException {
    progress.state(index, Progress.LayerState.COPYING);
    try (InputStream in = store.content(layer.digest(), layer.size())) {
      in.transferTo(new Counting(out, bytes -> progress.advance(index, bytes)));
    }
    progress.state(index, Progress.LayerState.DONE);
  }

  private static Descriptor descriptor(
      String type, Digest digest, long size, SortedMap<String, String> annotations) {
    return new Descriptor(type, digest, size, annotations, Optional.empty());
  }

  /** Annotations that describe the very bytes of a layer do not hold for others. */
  private static SortedMap<String, String> remade(SortedMap<String, String> annotations) {
    SortedMap<String, String> kept = new TreeMap<>(annotations);
    kept.keySet()
        .removeIf(
            key ->
                key.startsWith("io.github.containers.zstd-chunked.")
                    || key.startsWith("io.containers.zstd-chunked.")
                    || key.startsWith("io.containers.estargz.")
                    || key.startsWith("containerd.io/snapshot/stargz/"));
    return kept;
  }

  /** Tells how much is written. */
  private static final class Counting extends FilterOutputStream {
    private final LongConsumer counter;

    Counting(OutputStream out, LongConsumer counter) {
      super(out);
      this.counter = counter;
    }

    @Override
    public void write(byte[] bytes, int offset, int length) throws IOException {
      out.write(bytes, offset, length);
      counter.accept(length);
    }
  }

  @Override
  public void close() {
    threads.shutdownNow();
    threads.close();
    // Now nobody gives it work; what it has is short.
    compressors.close();
  }
}
