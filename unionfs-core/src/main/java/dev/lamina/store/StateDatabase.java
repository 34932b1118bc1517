package dev.lamina.store;

import java.nio.file.Path;
import java.util.Optional;
import org.rocksdb.Cache;
import org.rocksdb.ColumnFamilyHandle;
import org.rocksdb.ReadOptions;
import org.rocksdb.RocksDB;
import org.rocksdb.RocksDBException;
import org.rocksdb.WriteBatch;
import org.rocksdb.WriteOptions;

/**
 * The database {@code state} as it is: for the package {@code volume}, whose rows change at every
 * operation of a mounted file system. Everybody else uses {@link State}. Thread-safe; used by
 * nobody any more when the store is closed.
 */
public final class StateDatabase implements AutoCloseable {
  private static final System.Logger LOG = System.getLogger(StateDatabase.class.getName());

  private final Database database;
  private final WriteOptions unsynced = new WriteOptions();
  private final WriteOptions synced = new WriteOptions().setSync(true);

  private StateDatabase(Database database) {
    this.database = database;
  }

  static StateDatabase open(Path directory, StoreOptions options, Cache cache) {
    return new StateDatabase(
        Database.open(directory, StateFamily.values(), options, cache, Database.Kind.LOGGED));
  }

  /** Returns the database, for iterators, snapshots and reads into the caller's buffers. */
  public RocksDB rocks() {
    return database.rocks();
  }

  /** Returns a family's handle, which the store closes. */
  public ColumnFamilyHandle family(StateFamily family) {
    return database.family(family);
  }

  /**
   * Writes a batch: one entry of the log, so all of it or nothing.
   *
   * @param sync whether it is on disk when this returns, with all batches before it; else it
   *     outlives this process, but not a power cut
   */
  public void write(WriteBatch batch, boolean sync) {
    try {
      database.rocks().write(sync ? synced : unsynced, batch);
    } catch (RocksDBException e) {
      throw StoreException.of("Cannot write to " + database.directory(), e);
    }
  }

  /** Brings all batches written so far to disk. */
  public void syncWal() {
    try {
      database.rocks().syncWal();
    } catch (RocksDBException e) {
      throw StoreException.of("Cannot bring the log of " + database.directory() + " to disk", e);
    }
  }

  /** Returns a row's value as it is now. */
  public Optional<byte[]> get(StateFamily family, byte[] key) {
    return get(family(family), database.reading(), key);
  }

  Optional<byte[]> get(StateFamily family, byte[] key, ReadOptions options) {
    return get(family(family), options, key);
  }

  private Optional<byte[]> get(ColumnFamilyHandle family, ReadOptions options, byte[] key) {
    try {
      return Optional.ofNullable(database.rocks().get(family, options, key));
    } catch (RocksDBException e) {
      throw StoreException.of("Cannot read " + database.directory(), e);
    }
  }

  void scan(StateFamily family, byte[] prefix, Database.RowVisitor visitor) {
    database.scan(family(family), database.scanning(), prefix, visitor);
  }

  void scan(StateFamily family, byte[] prefix, ReadOptions options, Database.RowVisitor visitor) {
    database.scan(family(family), options, prefix, visitor);
  }

  /** What belongs to no family: the next volume's number. */
  ColumnFamilyHandle general() {
    return database.general();
  }

  Optional<byte[]> getGeneral(byte[] key) {
    return get(general(), database.reading(), key);
  }

  /** Checks every block of the files; see {@link Database#checkFiles}. */
  void checkFiles(Database.FileSink sink) {
    database.checkFiles(sink);
  }

  long fileBytes() {
    return database.fileBytes();
  }

  /**
   * Closes it, without a log left: a bit that flips in a log ends it there for the next opening, as
   * a power cut does, and one that flips in a file of rows is found.
   */
  @Override
  public void close() {
    try (database) {
      try {
        database.flush();
      } catch (RocksDBException e) {
        // Everything is in the log, which the next opening reads.
        LOG.log(System.Logger.Level.WARNING, "cannot end the log of " + database.directory(), e);
      }
      synced.close();
      unsynced.close();
    }
  }
}
