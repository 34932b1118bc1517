package dev.lamina.store;

import dev.lamina.linux.Fd;
import dev.lamina.tree.DamagedException;
import dev.lamina.tree.Digest;
import java.io.ByteArrayInputStream;
import java.io.InputStream;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;

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
  private final Set<Digest> published = ConcurrentHashMap.newKeySet();

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
    return switch (row(digest, size)) {
      case BlobRow.AsObject object -> objects.open(digest, size);
      case BlobRow.Inline inline ->
          throw new IllegalArgumentException("blob " + digest + " is inline");
      case BlobRow.Condemned condemned ->
          throw new DamagedException(digest, "a verification found its object damaged");
    };
  }

  InputStream content(Digest digest, long size) {
    return switch (blob(digest, size)) {
      case Blob.Inline inline -> new ByteArrayInputStream(inline.bytes());
      case Blob.ObjectFile object -> new ObjectStream(objects.open(digest, size));
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
      case BlobRow.AsObject object -> objects.size(digest).orElse(-1) == size;
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
   * @return whether the object is to be synced, and its row put, by the caller
   */
  boolean publish(byte[] temporary, Digest digest, long size) {
    try (Hold _ = pins.stripe(digest).lock()) {
      if (isThere(digest, size)) {
        objects.removeTemporary(temporary);
        return false;
      }
      if (published.contains(digest) && objects.size(digest).orElse(-1) == size) {
        objects.removeTemporary(temporary);
        return true;
      }
      objects.publish(temporary, digest);
      published.add(digest);
      return true;
    }
  }

  /** The object of a blob is on disk, and so is its name: now it gets its row. */
  void putObject(Digest digest, long size) {
    try (Hold _ = pins.stripe(digest).lock()) {
      rows.put(RowFamily.BLOBS, digest, new BlobRow.AsObject(size).encode());
      published.remove(digest);
    }
  }

  /** An object could not be brought to disk: from now on its file proves nothing. */
  void distrust(Digest digest) {
    try (Hold _ = pins.stripe(digest).lock()) {
      published.remove(digest);
    }
  }

  /** A verification found an object damaged: until it is replaced, nobody shall read it. */
  void condemn(Digest digest) {
    try (Hold _ = pins.stripe(digest).lock()) {
      if (rowIfSound(digest).orElse(null) instanceof BlobRow.AsObject(long size)) {
        rows.put(RowFamily.BLOBS, digest, new BlobRow.Condemned(size).encode());
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
      published.remove(digest);
      return objects.unlink(digest);
    }
  }
}
