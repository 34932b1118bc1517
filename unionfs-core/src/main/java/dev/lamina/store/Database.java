package dev.lamina.store;

import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Deque;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.rocksdb.AbstractNativeReference;
import org.rocksdb.BlockBasedTableConfig;
import org.rocksdb.BloomFilter;
import org.rocksdb.Cache;
import org.rocksdb.ColumnFamilyDescriptor;
import org.rocksdb.ColumnFamilyHandle;
import org.rocksdb.ColumnFamilyOptions;
import org.rocksdb.CompressionType;
import org.rocksdb.DBOptions;
import org.rocksdb.FlushOptions;
import org.rocksdb.InfoLogLevel;
import org.rocksdb.LiveFileMetaData;
import org.rocksdb.Options;
import org.rocksdb.ReadOptions;
import org.rocksdb.RocksDB;
import org.rocksdb.RocksDBException;
import org.rocksdb.RocksIterator;
import org.rocksdb.SstFileReader;
import org.rocksdb.WALRecoveryMode;

/**
 * One open RocksDB with its families, in the order they were named. Native things are closed in the
 * reverse order of their making; RocksDB wants options and filters to outlive the database.
 * Thread-safe, but whoever closes it must know that nobody uses it any more.
 */
final class Database implements AutoCloseable {
  private static final int BLOOM_BITS = 10;
  private static final int MAX_OPEN_FILES = 256;
  private static final long LOG_BYTES = 1 << 20;
  private static final long WAL_BYTES = 64L << 20;

  private final Path directory;
  private final Deque<AbstractNativeReference> closing;
  private final RocksDB rocks;
  private final ColumnFamilyHandle general;
  private final List<ColumnFamilyHandle> families;
  private final Map<String, ColumnFamilyHandle> named = new HashMap<>();
  private final ReadOptions scanning;
  private final ReadOptions reading;

  private Database(
      Path directory,
      RocksDB rocks,
      List<String> names,
      List<ColumnFamilyHandle> handles,
      ReadOptions scanning,
      ReadOptions reading,
      Deque<AbstractNativeReference> closing) {
    this.directory = directory;
    this.rocks = rocks;
    this.general = handles.getFirst();
    this.families = List.copyOf(handles.subList(1, handles.size()));
    for (int i = 0; i < names.size(); i++) {
      named.put(names.get(i), families.get(i));
    }
    this.scanning = scanning;
    this.reading = reading;
    this.closing = closing;
  }

  /** The two kinds, and how they differ. */
  enum Kind {
    /** Written without a log; the families reach the disk together, when flushed. */
    UNLOGGED,
    /** With a log, of which a power cut may take the end. */
    LOGGED;

    private DBOptions configure(DBOptions options) {
      return switch (this) {
        case UNLOGGED -> options.setAtomicFlush(true);
        case LOGGED ->
            options
                .setWalRecoveryMode(WALRecoveryMode.PointInTimeRecovery)
                .setMaxTotalWalSize(WAL_BYTES);
      };
    }
  }

  static Database open(
      Path directory, Family[] parts, StoreOptions options, Cache cache, Kind kind) {
    List<String> names = Arrays.stream(parts).map(Family::title).toList();
    Deque<AbstractNativeReference> closing = new ArrayDeque<>();
    try {
      BloomFilter filter = keep(closing, new BloomFilter(BLOOM_BITS, false));
      List<ColumnFamilyDescriptor> descriptors = new ArrayList<>();
      descriptors.add(descriptor("default", closing, filter, options, cache));
      for (String name : names) {
        descriptors.add(descriptor(name, closing, filter, options, cache));
      }
      DBOptions database = keep(closing, kind.configure(common(options)));
      ReadOptions scanning = keep(closing, new ReadOptions().setFillCache(false));
      ReadOptions reading = keep(closing, new ReadOptions());
      List<ColumnFamilyHandle> handles = new ArrayList<>();
      RocksDB rocks =
          keep(closing, RocksDB.open(database, directory.toString(), descriptors, handles));
      handles.forEach(closing::push);
      return new Database(directory, rocks, names, handles, scanning, reading, closing);
    } catch (RocksDBException e) {
      closeAll(closing);
      throw StoreException.of("Cannot open the database " + directory, e);
    }
  }

  private static DBOptions common(StoreOptions options) {
    return new DBOptions()
        .setCreateIfMissing(true)
        .setCreateMissingColumnFamilies(true)
        .setDbWriteBufferSize(options.writeBufferBytes())
        .setMaxOpenFiles(MAX_OPEN_FILES)
        .setMaxBackgroundJobs(2)
        .setInfoLogLevel(InfoLogLevel.WARN_LEVEL)
        .setMaxLogFileSize(LOG_BYTES)
        .setKeepLogFileNum(2);
  }

  private static ColumnFamilyDescriptor descriptor(
      String name,
      Deque<AbstractNativeReference> closing,
      BloomFilter filter,
      StoreOptions options,
      Cache cache) {
    BlockBasedTableConfig table =
        new BlockBasedTableConfig()
            .setBlockCache(cache)
            .setFilterPolicy(filter)
            .setBlockSize(8 << 10)
            .setCacheIndexAndFilterBlocks(true)
            .setPinL0FilterAndIndexBlocksInCache(true);
    ColumnFamilyOptions family =
        keep(closing, new ColumnFamilyOptions())
            .setTableFormatConfig(table)
            .setDisableAutoCompactions(!options.compacts())
            .setWriteBufferSize(options.writeBufferBytes() / 2)
            .setCompressionType(CompressionType.LZ4_COMPRESSION)
            .setBottommostCompressionType(CompressionType.ZSTD_COMPRESSION);
    return new ColumnFamilyDescriptor(name.getBytes(StandardCharsets.UTF_8), family);
  }

  private static <T extends AbstractNativeReference> T keep(
      Deque<AbstractNativeReference> closing, T reference) {
    closing.push(reference);
    return reference;
  }

  RocksDB rocks() {
    return rocks;
  }

  ColumnFamilyHandle family(Family part) {
    ColumnFamilyHandle family = named.get(part.title());
    if (family == null) {
      throw new IllegalArgumentException("no family " + part.title() + " in " + directory);
    }
    return family;
  }

  List<ColumnFamilyHandle> families() {
    return families;
  }

  /** Options for a walk over a whole family, which leaves the cache to others. */
  ReadOptions scanning() {
    return scanning;
  }

  /** Options for reading one row. */
  ReadOptions reading() {
    return reading;
  }

  /** Takes one row; returning false ends the scan. */
  @FunctionalInterface
  interface RowVisitor {
    boolean row(byte[] key, byte[] value);
  }

  /** Goes through the rows whose keys start with a prefix, in the keys' order. */
  void scan(ColumnFamilyHandle family, ReadOptions options, byte[] prefix, RowVisitor visitor) {
    try (RocksIterator rows = rocks.newIterator(family, options)) {
      rows.seek(prefix);
      while (rows.isValid()) {
        byte[] key = rows.key();
        if (!startsWith(key, prefix) || !visitor.row(key, rows.value())) {
          break;
        }
        rows.next();
      }
      rows.status();
    } catch (RocksDBException e) {
      throw StoreException.of("Cannot read the database " + directory, e);
    }
  }

  private static boolean startsWith(byte[] key, byte[] prefix) {
    return key.length >= prefix.length
        && Arrays.equals(key, 0, prefix.length, prefix, 0, prefix.length);
  }

  /** Brings what the log alone holds into files that have checksums of their own. */
  void flush() throws RocksDBException {
    try (FlushOptions flushing = new FlushOptions().setWaitForFlush(true)) {
      rocks.flush(flushing, families);
    }
  }

  /** Takes what is wrong with a file of the rows. */
  @FunctionalInterface
  interface FileSink {
    void damaged(String file, String family, String reason);
  }

  /**
   * Checks every block of every file of the rows against its checksum; the rows that are still in
   * memory are brought to disk before. Meanwhile no file is removed.
   */
  void checkFiles(FileSink sink) {
    try (Options options = new Options()) {
      flush();
      rocks.disableFileDeletions();
      try {
        for (LiveFileMetaData file : rocks.getLiveFilesMetaData()) {
          String path = file.path() + file.fileName();
          try (SstFileReader reader = new SstFileReader(options)) {
            reader.open(path);
            reader.verifyChecksum();
          } catch (RocksDBException e) {
            String family = new String(file.columnFamilyName(), StandardCharsets.UTF_8);
            sink.damaged(path, family, String.valueOf(e.getMessage()));
          }
        }
      } finally {
        rocks.enableFileDeletions();
      }
    } catch (RocksDBException e) {
      throw StoreException.of("Cannot check the files of the database " + directory, e);
    }
  }

  /** Bytes of the files that hold the rows. */
  long fileBytes() {
    try {
      long sum = 0;
      for (ColumnFamilyHandle family : families) {
        sum += rocks.getLongProperty(family, "rocksdb.total-sst-files-size");
      }
      return sum;
    } catch (RocksDBException e) {
      throw StoreException.of("Cannot read the database " + directory, e);
    }
  }

  Path directory() {
    return directory;
  }

  /** The family without a name, which every database has. */
  ColumnFamilyHandle general() {
    return general;
  }

  @Override
  public void close() {
    closeAll(closing);
  }

  private static void closeAll(Deque<AbstractNativeReference> closing) {
    while (!closing.isEmpty()) {
      closing.pop().close();
    }
  }
}
