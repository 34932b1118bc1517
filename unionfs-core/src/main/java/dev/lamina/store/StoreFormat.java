package dev.lamina.store;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/**
 * The file that says which format a store has. It is written when all else is there, so a directory
 * without it is one whose making was cut off, an empty one, or none of ours.
 */
final class StoreFormat {
  /** The format this program reads and writes. */
  static final int VERSION = 1;

  private static final Pattern LINE = Pattern.compile("lamina store (\\d{1,9})\n");
  private static final String PARTIAL = "format.new";
  private static final Set<String> OURS =
      Set.of("lock", "store", "state", "objects", "tmp", "volumes", "lib", PARTIAL);

  private StoreFormat() {}

  /**
   * Whether there is a store. False means that one may be made here.
   *
   * @throws StoreException where there is one of another version, or something else
   */
  static boolean check(StoreLayout layout) {
    try {
      if (Files.exists(layout.format())) {
        checkVersion(layout.root(), Files.readString(layout.format(), StandardCharsets.US_ASCII));
        return true;
      }
      try (Stream<Path> entries = Files.list(layout.root())) {
        entries
            .map(entry -> entry.getFileName().toString())
            .filter(name -> !OURS.contains(name) && !name.equals("lost+found"))
            .findAny()
            .ifPresent(
                name -> {
                  throw new StoreException(
                      layout.root()
                          + " is no store, and not empty (there is "
                          + name
                          + "); choose another directory");
                });
      }
      return false;
    } catch (IOException e) {
      throw StoreException.of("Cannot read the store " + layout.root(), e);
    }
  }

  private static void checkVersion(Path root, String text) {
    Matcher line = LINE.matcher(text);
    if (!line.matches()) {
      throw new StoreException("The file " + root.resolve("format") + " is damaged");
    }
    int version = Integer.parseInt(line.group(1));
    if (version > VERSION) {
      throw new StoreException(
          "The store "
              + root
              + " was made by a newer Lamina (format "
              + version
              + ", this one knows "
              + VERSION
              + "); use that one, or another store");
    }
    if (version < VERSION) {
      throw new StoreException("The store " + root + " has the unknown format " + version);
    }
  }

  /** Declares the store made; all of it is on disk. */
  static void write(StoreLayout layout) {
    Path partial = layout.root().resolve(PARTIAL);
    byte[] line = ("lamina store " + VERSION + "\n").getBytes(StandardCharsets.US_ASCII);
    try {
      try (FileChannel file =
          FileChannel.open(
              partial,
              StandardOpenOption.CREATE,
              StandardOpenOption.TRUNCATE_EXISTING,
              StandardOpenOption.WRITE)) {
        ByteBuffer rest = ByteBuffer.wrap(line);
        while (rest.hasRemaining()) {
          file.write(rest);
        }
        file.force(true);
      }
      Files.move(partial, layout.format(), StandardCopyOption.ATOMIC_MOVE);
      syncDirectory(layout.root());
    } catch (IOException e) {
      throw StoreException.of("Cannot make the store " + layout.root(), e);
    }
  }

  static void syncDirectory(Path directory) throws IOException {
    try (FileChannel channel = FileChannel.open(directory, StandardOpenOption.READ)) {
      channel.force(true);
    }
  }
}
