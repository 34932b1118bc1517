package dev.lamina.store;

import dev.lamina.linux.LinuxException;
import dev.lamina.tree.DamagedException;
import dev.lamina.tree.Digest;
import dev.lamina.tree.RecordSink;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.util.Arrays;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.LongAdder;
import java.util.function.Function;
import org.rocksdb.WriteBatch;

/**
 * A session that puts things into the store: an import, a commit. What it puts or looks for is
 * pinned until it is closed, and its layers are in its lease, so a collection leaves them alone
 * although nothing names them yet. Several threads may use one session.
 *
 * <p>The order is always data, records from the bottom up, {@link #flush}, then what names them:
 * {@link #commitLayer} and {@link #commit} flush first themselves.
 */
public final class StoreWriter implements RecordSink, AutoCloseable {
  private final StoreParts store;
  private final String lease;
  private final long created;
  private final Pins.Session pins;
  private final PendingObjects pending;
  private final AtomicBoolean open = new AtomicBoolean(true);
  private final Object flushing = new Object();
  private final Object leasing = new Object();
  private final Set<LayerKey> layers = new LinkedHashSet<>();
  private final LongAdder added = new LongAdder();
  private boolean leased;

  StoreWriter(StoreParts store, String lease) {
    this.store = store;
    this.lease = lease;
    this.created = store.now();
    this.pins = store.pins().open();
    this.pending = new PendingObjects(store);
  }

  /** Puts a record; one that is there with other bytes is damaged, and replaced. */
  @Override
  public Digest put(byte[] encoded) {
    Digest digest = Digest.sha256(encoded);
    pin(digest);
    if (!isThere(digest, encoded)) {
      store.rows().put(RowFamily.RECORDS, digest, encoded);
      added.add(encoded.length);
    }
    store.step(Steps.RECORD_PUT);
    return digest;
  }

  private boolean isThere(Digest digest, byte[] encoded) {
    try {
      return Arrays.equals(
          store.rows().get(RowFamily.RECORDS, digest).orElseGet(() -> new byte[0]), encoded);
    } catch (DamagedException e) {
      return false; // replaced, which heals it
    }
  }

  /**
   * Begins a blob.
   *
   * @param sizeHint about how long it will be in bytes; negative where that is not known
   */
  public BlobWriter blob(long sizeHint) {
    requireOpen();
    return new BlobWriter(this, store.objects(), store.options().inlineLimit(), sizeHint);
  }

  /** Puts a blob of these bytes; its digest, none of no bytes. */
  public Optional<Digest> putBytes(byte[] bytes) {
    try (BlobWriter blob = blob(bytes.length)) {
      blob.write(bytes, 0, bytes.length);
      return blob.finish();
    }
  }

  /**
   * Puts a plain file that nobody writes to any more: a small one by its bytes, a large one by a
   * link. Its digest, none of an empty one.
   */
  public Optional<Digest> putFile(Path path) {
    try {
      long size = Files.size(path);
      if (size <= store.options().inlineLimit()) {
        return putBytes(Files.readAllBytes(path));
      }
      MessageDigest hash = Hashes.sha256();
      byte[] buffer = new byte[64 << 10];
      try (InputStream in = Files.newInputStream(path)) {
        for (int count = in.read(buffer); count >= 0; count = in.read(buffer)) {
          hash.update(buffer, 0, count);
        }
      }
      Digest digest = Hashes.digest(hash);
      link(path, digest, size);
      return Optional.of(digest);
    } catch (IOException e) {
      throw StoreException.of("Cannot read " + path, e);
    }
  }

  /**
   * Makes a plain file an object, by a further link, or as a copy where a link cannot be. Nobody
   * writes to the file from now on, and it has become read-only.
   *
   * @param digest sha256 of its bytes
   * @param size their number, at least 1
   * @throws StoreException where it has another size
   */
  public void link(Path path, Digest digest, long size) {
    take(path, digest, size, store.objects()::adopt, Steps.DATA_LINKED);
  }

  /**
   * Makes an object of what a plain file holds, which stays exactly as it is: blocks are shared
   * where the file system can, else the kernel copies them. Nobody writes to the file meanwhile.
   *
   * @param digest sha256 of its bytes
   * @param size their number, at least 1
   * @throws StoreException where it has another size
   */
  public void copy(Path path, Digest digest, long size) {
    take(path, digest, size, store.objects()::cloneOrCopy, Steps.DATA_COPIED);
  }

  /** Makes a temporary file of a plain file of this size; returns its name. */
  @FunctionalInterface
  private interface Taking {
    byte[] take(byte[] path, long size);
  }

  private void take(Path path, Digest digest, long size, Taking taking, String step) {
    if (size < 1) {
      throw new IllegalArgumentException("an empty file has no blob: " + path);
    }
    if (has(digest, size)) {
      return;
    }
    byte[] temporary;
    try {
      byte[] file = PathBytes.of(path);
      temporary =
          store.blobs().mustCopy(digest)
              ? store.objects().copy(file, size)
              : taking.take(file, size);
    } catch (LinuxException e) {
      throw StoreException.of("Cannot take " + path + " into the store", e);
    }
    store.step(step);
    publish(temporary, digest, size);
  }

  /** Pins a blob, then looks whether it is there, whole. */
  public boolean has(Digest digest, long size) {
    pin(digest);
    return store.blobs().isThere(digest, size);
  }

  /** Pins a record, a blob or a framing, whether it is there or not. */
  public void pin(Digest digest) {
    requireOpen();
    store.pins().pin(pins, digest);
  }

  /** Begins a layer's framing. */
  public FramingWriter framing() {
    requireOpen();
    return new FramingWriter(this);
  }

  /**
   * Brings everything put so far to disk: objects, the directories that name them, rows.
   *
   * @throws StoreException where that fails; nothing of it may then be named
   */
  public void flush() {
    requireOpen();
    synchronized (flushing) {
      pending.settle();
      store.rows().flush();
      store.step(Steps.STORE_FLUSHED);
    }
  }

  /**
   * Looks for a layer and, where it is there and sound, holds it until this session ends. What a
   * running collection has not marked, or a verification has condemned, counts as absent.
   */
  public Optional<LayerRecord> takeLayer(LayerKey key) {
    requireOpen();
    try (Hold _ = store.roots().hold()) {
      // One that cannot be read is as good as absent: an import puts it again.
      Optional<LayerRecord> layer = DamageWalk.layer(store.state(), key);
      if (layer.isEmpty() || layer.get().condemned() || !store.roots().mayRelyOn(key)) {
        return Optional.empty();
      }
      synchronized (leasing) {
        layers.add(key);
        try (WriteBatch batch = new WriteBatch()) {
          putLease(new StateTransaction(store.database(), store.roots(), batch));
          // The lease need not outlive this process: the next one drops it.
          store.database().write(batch, false);
        }
      }
      return layer;
    }
  }

  /**
   * Flushes, then names a layer, on disk, and holds it until this session ends. Where the layer has
   * a name of its own at once, {@link #commit} puts both in one write.
   */
  public void commitLayer(LayerKey key, LayerRecord layer) {
    flush();
    try (Hold _ = store.roots().hold()) {
      synchronized (leasing) {
        layers.add(key);
        try (WriteBatch batch = new WriteBatch()) {
          StateTransaction changes = new StateTransaction(store.database(), store.roots(), batch);
          changes.putLayer(key, layer);
          putLease(changes);
          store.database().write(batch, true);
        }
      }
    }
    store.step(Steps.LAYER_NAMED);
  }

  private void putLease(StateTransaction changes) {
    changes.putLease(
        lease, new LeaseRecord(true, created, List.copyOf(layers), List.of(), List.of()));
    leased = true;
  }

  /**
   * Flushes, then runs a transaction that names what this session put: an image with its layer, a
   * volume, a snapshot. The same write drops the session's lease, for now they are named.
   */
  public <T> T commit(Function<StateTransaction, T> change) {
    flush();
    return store
        .state()
        .transact(
            changes -> {
              T result = change.apply(changes);
              synchronized (leasing) {
                if (leased) {
                  changes.removeLease(lease);
                }
              }
              return result;
            });
  }

  /**
   * Returns how many bytes of blobs, records and framings this session put that were not there: by
   * how much, before compression and holes, the store has grown through it.
   */
  public long bytesAdded() {
    return added.sum();
  }

  /** Lets go of everything. What has not been named goes with the next collection. */
  @Override
  public void close() {
    if (!open.getAndSet(false)) {
      return;
    }
    try {
      synchronized (leasing) {
        if (leased) {
          try (WriteBatch batch = new WriteBatch()) {
            new StateTransaction(store.database(), store.roots(), batch).removeLease(lease);
            store.database().write(batch, false);
          }
        }
      }
    } finally {
      store.pins().close(pins);
    }
  }

  void putInline(Digest digest, byte[] bytes) {
    pin(digest);
    if (store.blobs().putInline(digest, bytes)) {
      added.add(bytes.length);
    }
    store.step(Steps.BLOB_WRITTEN);
  }

  void publish(byte[] temporary, Digest digest, long size) {
    pin(digest);
    store.step(Steps.BLOB_WRITTEN);
    try {
      Optional<Published> file = store.blobs().publish(temporary, digest, size);
      if (file.isPresent()) {
        pending.add(file.get());
        added.add(size);
      }
    } catch (LinuxException e) {
      throw StoreException.of("Cannot put a blob among the objects", e);
    }
    store.step(Steps.OBJECT_PUBLISHED);
  }

  Digest putFraming(FramingRow framing) {
    Digest digest = framing.digest();
    pin(digest);
    // Put whether it is there or not: that costs less than finding out whether it is sound.
    byte[] encoded = framing.encode();
    store.rows().put(RowFamily.FRAMINGS, digest, encoded);
    added.add(encoded.length);
    store.step(Steps.FRAMING_PUT);
    return digest;
  }

  private void requireOpen() {
    if (!open.get()) {
      throw new IllegalStateException("the session " + lease + " is closed");
    }
  }
}
