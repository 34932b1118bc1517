package dev.lamina.store;

import dev.lamina.linux.Fd;
import dev.lamina.linux.LinuxException;
import dev.lamina.tree.DamagedException;
import dev.lamina.tree.Digest;
import java.io.ByteArrayInputStream;
import java.io.InputStream;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicLong;
import java.util.stream.Stream;

/**
 * Blobs: a row and, for a large one, an object. A row never vouches for an object, whose file must
 * be there with its size; and an object without a row is not trusted but replaced, unless this
 * process wrote it. Thread-safe.
 */
final class Blobs {
  private final RowDatabase rows;
  private final ObjectFiles objects;
  private final Pins pins;

  /** Objects this process wrote whole that have no row yet; each guarded by its stripe. */
  private final Map<Digest, Published> published = new ConcurrentHashMap<>();

  /** Objects whose data did not reach the disk, until they are replaced; guarded likewise. */
  private final Set<Digest> lost = ConcurrentHashMap.newKeySet();

  private final AtomicLong condemned = new AtomicLong();

  /** One for each directory of objects, held while it is synced, so that all see a failure. */
  private final List<Object> shards =
      Stream.generate(Object::new).limit(StoreLayout.SHARDS).toList();

  Blobs(RowDatabase rows, ObjectFiles objects, Pins pins) {
    this.rows = rows;
    this.objects = objects;
    this.pins = pins;
  }

  /**
   * A blob as it lies in the store; an inline one is checked.
   *
   * @throws DamagedException where it is absent, has another size or other bytes
   */
  Blob blob(Digest digest, long size) {
    return switch (row(digest, size)) {
      case BlobRow.Inline(byte[] bytes) -> {
        if (!Digest.sha256(bytes).equals(digest)) {
          throw new DamagedException(digest, "the bytes in the database have another digest");
        }
        yield new Blob.Inline(digest, bytes);
      }
      case BlobRow.AsObject object -> {
        if (objects.size(digest).orElse(-1) != size) {
          objects.open(digest, size).close(); // says what is wrong with it
        }
        yield new Blob.ObjectFile(digest, size, objects.path(digest));
      }
      case BlobRow.Condemned condemned ->
          throw new DamagedException(digest, "a verification found its object damaged");
    };
  }

  private BlobRow row(Digest digest, long size) {
    byte[] value =
        rows.get(RowFamily.BLOBS, digest)
            .orElseThrow(() -> new DamagedException(digest, "the blob is missing"));
    BlobRow row;
    try {
      row = BlobRow.decode(value);
    } catch (MalformedRecordException e) {
      throw new DamagedException(digest, "the blob's row is damaged: " + e.getMessage());
    }
    if (row.size() != size) {
      throw new DamagedException(
          digest, "the blob has " + row.size() + " bytes where " + size + " were expected");
    }
    return row;
  }

  /**
   * Opens a blob that is an object.
   *
   * @throws DamagedException where it is absent or has another size
   * @throws IllegalArgumentException where it is inline
   */
  Fd openObject(Digest digest, long size) {
    requireObject(digest, size);
    return objects.open(digest, size);
  }

  /** Opens an object that was just looked at, by {@link ObjectFiles#openGuarded}. */
  Optional<Fd> openGuardedObject(Blob.ObjectFile object) {
    return objects.openGuarded(object.digest(), object.size());
  }

  /** How often an object that was good was found not to be. */
  long condemned() {
    return condemned.get();
  }

  private void requireObject(Digest digest, long size) {
    switch (row(digest, size)) {
      case BlobRow.AsObject object -> {}
      case BlobRow.Inline inline ->
          throw new IllegalArgumentException("blob " + digest + " is inline");
      case BlobRow.Condemned condemned ->
          throw new DamagedException(digest, "a verification found its object damaged");
    }
  }

  InputStream content(Digest digest, long size) {
    return switch (blob(digest, size)) {
      case Blob.Inline inline -> new ByteArrayInputStream(inline.bytes());
      case Blob.ObjectFile object -> new ObjectStream(objects.open(digest, size), size);
    };
  }

  /** Whether a blob is there, whole as far as can be seen without reading an object. */
  boolean isThere(Digest digest, long size) {
    Optional<BlobRow> row = rowIfSound(digest);
    if (row.isEmpty() || row.get().size() != size) {
      return false;
    }
    return switch (row.get()) {
      case BlobRow.Inline(byte[] bytes) -> Digest.sha256(bytes).equals(digest);
      // The row of a file that was lost says nothing about the one that is replacing it.
      case BlobRow.AsObject object ->
          !published.containsKey(digest) && objects.size(digest).orElse(-1) == size;
      case BlobRow.Condemned condemned -> false;
    };
  }

  /** A blob's row; what is damaged counts as absent, for it is about to be replaced. */
  private Optional<BlobRow> rowIfSound(Digest digest) {
    try {
      return rows.get(RowFamily.BLOBS, digest).map(BlobRow::decode);
    } catch (DamagedException | MalformedRecordException e) {
      return Optional.empty();
    }
  }

  /**
   * Puts a pinned blob's bytes in the database unless they are there.
   *
   * @return whether they were not
   */
  boolean putInline(Digest digest, byte[] bytes) {
    if (isThere(digest, bytes.length)) {
      return false;
    }
    rows.put(RowFamily.BLOBS, digest, new BlobRow.Inline(bytes).encode());
    return true;
  }

  /**
   * Makes a temporary file the object of a pinned blob, unless there is one. The stripe is held
   * over looks and rename, so that nobody's row is put for a file that has just been replaced.
   *
   * @return what is to be synced, and its row put, by the caller; empty where that is done
   */
  Optional<Published> publish(byte[] temporary, Digest digest, long size) {
    try (Hold _ = pins.stripe(digest).lock()) {
      if (isThere(digest, size)) {
        objects.removeTemporary(temporary);
        return Optional.empty();
      }
      Published known = published.get(digest);
      if (known != null && !known.isLost() && objects.size(digest).orElse(-1) == size) {
        objects.removeTemporary(temporary);
        return Optional.of(known);
      }
      replace(temporary, digest);
      if (known != null) {
        known.lose();
      }
      Published file = new Published(digest, size);
      published.put(digest, file);
      return Optional.of(file);
    }
  }

  private void replace(byte[] temporary, Digest digest) {
    try {
      objects.publish(temporary, digest);
    } catch (LinuxException e) {
      lost.add(digest);
      objects.removeTemporary(temporary);
      throw e;
    }
  }

  /**
   * Brings an object's data to disk. Where that fails the file goes, for everybody: who relies on
   * it fails too, and who writes the blob again writes a new file.
   */
  void sync(Published file) {
    try {
      file.sync(objects);
    } catch (LinuxException e) {
      drop(file, e);
      throw e;
    }
  }

  /** Brings the names in one directory to disk; where that fails, as {@link #sync}. */
  void syncShard(int shard) {
    synchronized (shards.get(shard)) {
      try {
        objects.syncShard(shard);
      } catch (LinuxException e) {
        for (Published file : List.copyOf(published.values())) {
          if (StoreLayout.shardOf(file.digest()) == shard) {
            drop(file, e);
          }
        }
        throw e;
      }
    }
  }

  private void drop(Published file, LinuxException cause) {
    Digest digest = file.digest();
    try (Hold _ = pins.stripe(digest).lock()) {
      file.lose();
      if (!published.remove(digest, file)) {
        return; // it has its row, or has been replaced
      }
      lost.add(digest);
      if (rowIfSound(digest).orElse(null) instanceof BlobRow.AsObject(long size)) {
        rows.put(RowFamily.BLOBS, digest, new BlobRow.Condemned(size).encode());
        condemned.incrementAndGet();
      }
      objects.unlink(digest);
    } catch (LinuxException e) {
      cause.addSuppressed(e); // it stays without a row, and such a file is not trusted
    }
  }

  /**
   * Whether a file with this content could not be brought to disk. The kernel takes the pages of
   * that file for clean, so a further name of it, or a clone, is no better: only a copy is.
   */
  boolean mustCopy(Digest digest) {
    return lost.contains(digest);
  }

  /**
   * The object of a blob is on disk, and so is its name: now it gets its row.
   *
   * @throws StoreException where another session found that it is not
   */
  void putObject(Published file) {
    Digest digest = file.digest();
    try (Hold _ = pins.stripe(digest).lock()) {
      if (file.isNamed()) {
        return;
      }
      file.requireUsable();
      rows.put(RowFamily.BLOBS, digest, new BlobRow.AsObject(file.size()).encode());
      file.name();
      published.remove(digest, file);
      lost.remove(digest);
    }
  }

  /**
   * A verification found an object damaged: until it is replaced, nobody shall read it. One that
   * was replaced since stays.
   *
   * @param size the size that it should have
   * @param inode of the file that was found to have other bytes; 0 where none was read
   */
  void condemn(Digest digest, long size, long inode) {
    try (Hold _ = pins.stripe(digest).lock()) {
      if (rowIfSound(digest).orElse(null) instanceof BlobRow.AsObject(long recorded)
          && (recorded != size || !objects.isAnother(digest, size, inode))) {
        rows.put(RowFamily.BLOBS, digest, new BlobRow.Condemned(recorded).encode());
        condemned.incrementAndGet();
      }
    }
  }

  /**
   * Unlinks an object that has no row and that nobody has pinned.
   *
   * @return the disk space it took in bytes, or -1 where it stays
   */
  long unlinkIfStray(Digest digest) {
    try (Hold _ = pins.stripe(digest).lock()) {
      if (pins.isPinned(digest) || rows.get(RowFamily.BLOBS, digest).isPresent()) {
        return -1;
      }
      Published file = published.remove(digest);
      if (file != null) {
        file.lose();
      }
      return objects.unlink(digest);
    }
  }
}
