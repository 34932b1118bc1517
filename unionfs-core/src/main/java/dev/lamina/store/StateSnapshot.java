package dev.lamina.store;

import java.util.Optional;
import org.rocksdb.ReadOptions;
import org.rocksdb.Snapshot;

/** All of {@code state} as it was at one moment. Thread-safe; closed before the store is. */
public final class StateSnapshot implements StateView, AutoCloseable {
  private final StateDatabase database;
  private final Snapshot moment;
  private final ReadOptions options;

  StateSnapshot(StateDatabase database) {
    this.database = database;
    this.moment = database.rocks().getSnapshot();
    this.options = new ReadOptions().setSnapshot(moment).setFillCache(false);
  }

  /** Returns options with which reads and iterators of the database see this moment. */
  public ReadOptions readOptions() {
    return options;
  }

  @Override
  public Optional<byte[]> get(StateFamily family, byte[] key) {
    return database.get(family, key, options);
  }

  @Override
  public void scan(StateFamily family, byte[] prefix, RowVisitor visitor) {
    database.scan(family, prefix, options, visitor::row);
  }

  @Override
  public void close() {
    options.close();
    database.rocks().releaseSnapshot(moment);
    moment.close();
  }
}
