package dev.lamina.store;

import java.io.File;
import java.io.IOException;
import java.io.InputStream;
import java.net.URL;
import java.net.URLConnection;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.util.List;
import java.util.concurrent.atomic.AtomicBoolean;
import org.rocksdb.RocksDB;
import org.rocksdb.util.Environment;

/**
 * Loads RocksDB's native library: from {@code java.library.path} where a distribution has put it,
 * else from a copy that is kept beside the store. RocksDB's own loader would unpack 17 MB into the
 * directory for temporary files at each start, and leave them there when the process is killed.
 */
final class RocksLibrary {
  /** Whether this process has it: a library is loaded once, whatever the number of stores. */
  private static final AtomicBoolean LOADED = new AtomicBoolean();

  private RocksLibrary() {}

  /** Loads it once for the process; again does nothing. */
  static synchronized void load(Path cache) {
    if (!LOADED.get()) {
      loadFirst(cache);
      LOADED.set(true);
    }
  }

  private static void loadFirst(Path cache) {
    String file = Environment.getJniLibraryFileName("rocksdb");
    for (String directory :
        System.getProperty("java.library.path", "").split(File.pathSeparator, -1)) {
      if (!directory.isEmpty() && Files.isRegularFile(Path.of(directory, file))) {
        RocksDB.loadLibrary(); // looks there first
        return;
      }
    }
    try {
      RocksDB.loadLibrary(List.of(unpacked(cache, file).toString()));
    } catch (IOException e) {
      throw StoreException.of("Cannot unpack RocksDB's native library into " + cache, e);
    }
  }

  /**
   * The directory with the copy, made where it is missing: under another name until it is whole.
   */
  private static Path unpacked(Path cache, String file) throws IOException {
    URL resource = RocksDB.class.getResource("/" + file);
    if (resource == null) {
      throw new StoreException(
          "This build has no RocksDB library for this machine ("
              + file
              + "); put one on java.library.path");
    }
    URLConnection connection = resource.openConnection();
    // A cached connection would keep the jar open for as long as the process runs.
    connection.setUseCaches(false);
    long length = connection.getContentLengthLong();
    Path directory = cache.resolve("rocksdb-" + length);
    // Given a directory, RocksDB looks for a file with this odd name.
    Path library = directory.resolve(Environment.getJniLibraryFileName("rocksdbjni"));
    try (InputStream in = connection.getInputStream()) {
      if (!Files.isRegularFile(library) || Files.size(library) != length) {
        Files.createDirectories(directory);
        Path partial = Files.createTempFile(directory, "partial", ".so");
        Files.copy(in, partial, StandardCopyOption.REPLACE_EXISTING);
        try (FileChannel channel = FileChannel.open(partial, StandardOpenOption.WRITE)) {
          channel.force(true);
        }
        Files.move(partial, library, StandardCopyOption.ATOMIC_MOVE);
      }
    }
    return directory;
  }
}
