package dev.lamina.tree;

import com.github.benmanes.caffeine.cache.Cache;
import com.github.benmanes.caffeine.cache.Caffeine;
import org.jspecify.annotations.Nullable;

/**
 * Decoded directories by digest, kept in memory up to a bound in bytes and shared by all trees.
 * Every record is checked against its digest and its format when it is loaded. Thread-safe; no lock
 * is held over a load, so two threads may decode the same record.
 */
public final class Directories {
  private final RecordSource source;
  private final Cache<Digest, Directory> cache;

  /**
   * Makes an empty cache.
   *
   * @param source where records come from
   * @param maxBytes about how much memory decoded directories may take
   */
  public Directories(RecordSource source, long maxBytes) {
    this.source = source;
    this.cache =
        Caffeine.newBuilder()
            .maximumWeight(maxBytes)
            .weigher((Digest digest, Directory directory) -> weight(directory))
            .build();
  }

  private static int weight(Directory directory) {
    return switch (directory) {
      case FlatDirectory flat -> flat.weight();
      case PagedDirectory paged -> paged.weight();
    };
  }

  /**
   * Returns the directory whose record has this name.
   *
   * @throws DamagedException where the record is absent, damaged or no directory
   */
  public Directory get(Digest digest) {
    Directory cached = cached(digest);
    if (cached instanceof FlatDirectory flat && flat.isPage()) {
      throw new DamagedException(digest, "it is a page where a directory belongs");
    }
    if (cached != null) {
      return cached;
    }
    RecordReader in = RecordReader.of(digest, source.record(digest));
    Directory directory = decode(in, in.type(), this);
    cache.put(digest, directory);
    return directory;
  }

  /**
   * Returns a directory that is said to have so many names in its subtree, itself included.
   *
   * @throws DamagedException where it has not, too
   */
  Directory get(Digest digest, long count) {
    Directory directory = get(digest);
    if (directory.positions() + 1 != count) {
      throw new DamagedException(
          digest,
          "its parent counts " + count + " names below it, it has " + (directory.positions() + 1));
    }
    return directory;
  }

  static Directory decode(RecordReader in, RecordType type, Directories directories) {
    return switch (type) {
      case DIRECTORY -> FlatDirectory.directory(in);
      case PAGE_LIST -> new PagedDirectory(in, directories);
      case PAGE, TREE, LINK_TABLE ->
          throw in.damaged("it is a " + type + " record where a directory belongs");
    };
  }

  FlatDirectory page(Digest digest) {
    if (cached(digest) instanceof FlatDirectory flat && flat.isPage()) {
      return flat;
    }
    RecordReader in = RecordReader.of(digest, source.record(digest));
    in.require(RecordType.PAGE);
    FlatDirectory page = FlatDirectory.page(in);
    cache.put(digest, page);
    return page;
  }

  private @Nullable Directory cached(Digest digest) {
    return cache.getIfPresent(digest);
  }

  /** Returns where records come from. */
  public RecordSource source() {
    return source;
  }
}
