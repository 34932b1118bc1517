package dev.lamina.store;

import dev.lamina.tree.DamagedException;
import dev.lamina.tree.Digest;
import java.nio.file.Path;
import java.util.Optional;
import org.rocksdb.Cache;
import org.rocksdb.FlushOptions;
import org.rocksdb.RocksDBException;
import org.rocksdb.Status;
import org.rocksdb.WriteOptions;

/**
 * The database {@code store}: what is named by digest. It has no log: what is put is on disk only
 * after {@link #flush}. Thread-safe.
 */
final class RowDatabase implements AutoCloseable {
  private static final byte[] ALL = {};

  private final Database database;
  private final WriteOptions unlogged = new WriteOptions().setDisableWAL(true);
  private final FlushOptions flushing = new FlushOptions().setWaitForFlush(true);

  private RowDatabase(Database database) {
    this.database = database;
  }

  static RowDatabase open(Path directory, StoreOptions options, Cache cache) {
    return new RowDatabase(
        Database.open(directory, RowFamily.values(), options, cache, Database.Kind.UNLOGGED));
  }

  /**
   * A row's value.
   *
   * @throws DamagedException where the database itself finds that its file is damaged there
   */
  Optional<byte[]> get(RowFamily family, Digest digest) {
    try {
      return Optional.ofNullable(database.rocks().get(database.family(family), digest.toBytes()));
    } catch (RocksDBException e) {
      Status status = e.getStatus();
      if (status != null && status.getCode() == Status.Code.Corruption) {
        throw new DamagedException(digest, "the database file is damaged: " + e.getMessage());
      }
      throw StoreException.of("Cannot read " + database.directory(), e);
    }
  }

  void put(RowFamily family, Digest digest, byte[] value) {
    try {
      database.rocks().put(database.family(family), unlogged, digest.toBytes(), value);
    } catch (RocksDBException e) {
      throw StoreException.of("Cannot write to " + database.directory(), e);
    }
  }

  void delete(RowFamily family, Digest digest) {
    try {
      database.rocks().delete(database.family(family), unlogged, digest.toBytes());
    } catch (RocksDBException e) {
      throw StoreException.of("Cannot write to " + database.directory(), e);
    }
  }

  /** Goes through a family as it is at the beginning of the walk. */
  void scan(RowFamily family, Database.RowVisitor visitor) {
    database.scan(database.family(family), database.scanning(), ALL, visitor);
  }

  /** Brings all rows put so far to disk, those of all families at once. */
  void flush() {
    try {
      database.rocks().flush(flushing, database.families());
    } catch (RocksDBException e) {
      throw StoreException.of("Cannot bring " + database.directory() + " to disk", e);
    }
  }

  /** Checks every block of the files; see {@link Database#checkFiles}. */
  void checkFiles(Database.FileSink sink) {
    database.checkFiles(sink);
  }

  long fileBytes() {
    return database.fileBytes();
  }

  @Override
  public void close() {
    try (database) {
      flushing.close();
      unlogged.close();
    }
  }
}
