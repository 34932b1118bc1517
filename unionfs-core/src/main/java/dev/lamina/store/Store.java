package dev.lamina.store;

import dev.lamina.linux.Fd;
import dev.lamina.linux.LinuxException;
import dev.lamina.tree.DamagedException;
import dev.lamina.tree.Digest;
import dev.lamina.tree.Directories;
import dev.lamina.tree.RecordSource;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Clock;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.locks.ReentrantLock;
import org.rocksdb.LRUCache;
import org.rocksdb.WriteBatch;

/**
 * A store: layers, images and volumes' records in one directory, for one process at a time.
 *
 * <p>Things come in through a {@link StoreWriter}, are named in {@link State}, are read here by
 * digest, and go with {@link #collect} when nothing names them any more. Thread-safe; but close it
 * when nobody uses it any more, for its databases are native memory.
 */
public final class Store implements AutoCloseable, RecordSource {
  private final StoreParts parts;
  private final Directories directories;
  private final Deque<AutoCloseable> closing;
  private final List<RootSource> sources = new CopyOnWriteArrayList<>();
  private final ReentrantLock maintenance = new ReentrantLock();
  private final AtomicLong sessions = new AtomicLong();

  private Store(StoreParts parts, Deque<AutoCloseable> closing) {
    this.parts = parts;
    this.closing = closing;
    this.directories = new Directories(this, parts.options().directoryCacheBytes());
  }

  /**
   * Opens a store; makes it where the directory is empty or not there. What a dead process left
   * half done is cleared away.
   *
   * @throws StoreException where another process has it open, a newer program made it, the
   *     directory holds something else, or the disk fails
   */
  public static Store open(Path directory, StoreOptions options, Clock clock) {
    return open(directory, options, clock, DiskSync.KERNEL);
  }

  /** As {@link #open(Path, StoreOptions, Clock)}, with a way to bring objects to disk. */
  static Store open(Path directory, StoreOptions options, Clock clock, DiskSync sync) {
    StoreLayout layout = new StoreLayout(directory);
    Deque<AutoCloseable> closing = new ArrayDeque<>();
    boolean done = false;
    try {
      Store store = open(layout, options, clock, sync, closing);
      done = true;
      return store;
    } catch (LinuxException e) {
      throw StoreException.of("Cannot open the store " + layout.root(), e);
    } catch (IOException e) {
      throw StoreException.of("Cannot open the store " + layout.root(), e);
    } finally {
      if (!done) {
        closeAll(closing);
      }
    }
  }

  private static Store open(
      StoreLayout layout,
      StoreOptions options,
      Clock clock,
      DiskSync sync,
      Deque<AutoCloseable> closing)
      throws IOException {
    makeDirectory(layout.root());
    closing.push(StoreLock.take(layout.lock(), layout.root()));
    boolean exists = StoreFormat.check(layout);
    if (exists) {
      requireDatabase(layout.rows());
      requireDatabase(layout.state());
    }
    for (Path inner :
        List.of(
            layout.rows(),
            layout.state(),
            layout.objects(),
            layout.temporaries(),
            layout.volumes(),
            layout.libraries())) {
      makeDirectory(inner);
    }
    RocksLibrary.load(layout.libraries());
    LRUCache cache = new LRUCache(options.blockCacheBytes());
    closing.push(cache);
    RowDatabase rows = RowDatabase.open(layout.rows(), options, cache);
    closing.push(rows);
    StateDatabase database = StateDatabase.open(layout.state(), options, cache);
    closing.push(database);
    ObjectFiles objects = new ObjectFiles(layout, sync);
    closing.push(objects);
    Pins pins = new Pins();
    Roots roots = new Roots();
    State state = new State(database, roots, options.steps());
    Blobs blobs = new Blobs(rows, objects, pins);
    StoreParts parts =
        new StoreParts(layout, options, clock, rows, database, state, objects, blobs, pins, roots);
    if (exists) {
      recover(parts);
    } else {
      objects.makeShards();
      rows.flush();
      database.syncWal();
      StoreFormat.write(layout);
    }
    return new Store(parts, closing);
  }

  private static void makeDirectory(Path directory) throws IOException {
    Files.createDirectories(
        directory,
        PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rwx------")));
  }

  /** An empty database in place of a lost one would let the next collection delete everything. */
  private static void requireDatabase(Path database) {
    if (!Files.isRegularFile(database.resolve("CURRENT"))) {
      throw new StoreException(
          "The store is damaged: there is no database in "
              + database
              + "; restore it, or remove"
              + " the whole store");
    }
  }

  private static void recover(StoreParts parts) {
    parts.objects().removeTemporaries();
    parts.step(Steps.TEMPORARIES_REMOVED);
    try (WriteBatch batch = new WriteBatch()) {
      StateTransaction changes = new StateTransaction(parts.database(), parts.roots(), batch);
      parts
          .state()
          .leases()
          .forEach(
              (name, lease) -> {
                if (lease.ofImport()) {
                  changes.removeLease(name);
                }
              });
      if (batch.count() > 0) {
        parts.database().write(batch, true);
      }
    }
    parts.step(Steps.LEASES_DROPPED);
  }

  /** Returns the decoded directories that all trees share. */
  public Directories directories() {
    return directories;
  }

  /** {@inheritDoc} */
  @Override
  public byte[] record(Digest digest) {
    return parts.record(digest);
  }

  /**
   * Returns a blob as it lies in the store. An inline one has been checked; of an object it is
   * known that its file is there and has the size.
   *
   * @throws DamagedException where it is missing or damaged
   */
  public Blob blob(Digest digest, long size) {
    return parts.blobs().blob(digest, size);
  }

  /**
   * Opens a blob that is an object, read-only.
   *
   * @throws DamagedException where it is missing or damaged
   * @throws IllegalArgumentException where it is inline
   */
  public Fd openObject(Digest digest, long size) {
    return parts.blobs().openObject(digest, size);
  }

  /**
   * Opens an object, which {@link #blob} has just found sound, through a mount that allows no
   * writing, whoever opens the file anew by this descriptor; empty where this process may not make
   * such a mount.
   *
   * @throws DamagedException where it is absent or has another size
   */
  public Optional<Fd> openGuardedObject(Blob.ObjectFile object) {
    return parts.blobs().openGuardedObject(object);
  }

  /**
   * How many objects have been found damaged since the store was opened: as long as it is the same,
   * an object that was opened may go on to be read.
   */
  public long condemnedObjects() {
    return parts.blobs().condemned();
  }

  /**
   * Returns a blob's bytes, whatever its form. An object's are not checked while they are read.
   *
   * @throws DamagedException where it is missing or damaged
   */
  public InputStream content(Digest digest, long size) {
    return parts.blobs().content(digest, size);
  }

  /**
   * Returns a layer's framing.
   *
   * @throws DamagedException where it is missing or damaged
   */
  public Framing framing(Digest digest) {
    return parts.framing(digest);
  }

  /**
   * Begins a session that puts things in.
   *
   * @param purpose what it is for, for people: "import debian:12"
   */
  public StoreWriter begin(String purpose) {
    return new StoreWriter(parts, sessions.incrementAndGet() + " " + purpose);
  }

  /** Returns what is known by name. */
  public State state() {
    return parts.state();
  }

  /** Returns where things are. */
  public StoreLayout layout() {
    return parts.layout();
  }

  /** Returns the options it was opened with. */
  public StoreOptions options() {
    return parts.options();
  }

  /** Registers one who knows blobs that volumes hold; before the first collection. */
  public void register(RootSource source) {
    sources.add(source);
  }

  /**
   * Keeps a tree from being collected while it is in use. The caller holds something that keeps it
   * alive, or is inside {@link State#transact} and has read there what does.
   */
  public Use use(Digest tree) {
    return parts.roots().use(tree);
  }

  /**
   * Deletes what nothing names, beside imports and mounts. Another collection, verification or
   * report of usage that is under way is waited for.
   *
   * @throws StoreException where something is damaged, so that it cannot be known what is needed;
   *     then nothing is deleted
   */
  public Collection collect() {
    maintenance.lock();
    try {
      return new Collector(parts, sources).collect();
    } finally {
      maintenance.unlock();
    }
  }

  /**
   * Checks everything that is reachable. What is found damaged is marked, so that importing it
   * again replaces it.
   */
  public Verification verify(VerifyOptions options) {
    maintenance.lock();
    try (StateSnapshot snapshot = parts.state().snapshot()) {
      return new Verifier(parts, snapshot, options).verify(sources);
    } finally {
      maintenance.unlock();
    }
  }

  /** Returns what images and volumes need, as far as their records can be read. */
  public Needs needs() {
    return Needs.of(parts.state());
  }

  /** Works out the space that is taken, by whom. */
  public StoreUsage usage() {
    maintenance.lock();
    try (StateSnapshot snapshot = parts.state().snapshot()) {
      return new UsageReport(parts, snapshot, sources).report();
    } finally {
      maintenance.unlock();
    }
  }

  /** What it consists of, for tests that damage it. */
  StoreParts parts() {
    return parts;
  }

  /** Closes it; all that came from it is unusable then. Another process may open it. */
  @Override
  public void close() {
    closeAll(closing);
  }

  private static void closeAll(Deque<AutoCloseable> closing) {
    StoreException failure = null;
    while (!closing.isEmpty()) {
      try {
        closing.pop().close();
      } catch (Exception e) {
        StoreException here = new StoreException("Cannot close the store: " + e.getMessage());
        here.addSuppressed(e);
        if (failure == null) {
          failure = here;
        } else {
          failure.addSuppressed(here);
        }
      }
    }
    if (failure != null) {
      throw failure;
    }
  }
}
