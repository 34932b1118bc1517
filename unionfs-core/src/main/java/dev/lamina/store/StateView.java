package dev.lamina.store;

import dev.lamina.tree.DamagedException;
import dev.lamina.tree.Digest;
import java.util.Collections;
import java.util.Optional;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.function.Function;

/**
 * Reads what is known by name. A row that cannot be read as what it should be ends the call with a
 * {@link StoreException} that names it.
 */
public sealed interface StateView permits State, StateSnapshot, StateTransaction {
  /** Takes one row; returning false ends the scan. */
  @FunctionalInterface
  interface RowVisitor {
    /** Takes a row, whose arrays are the visitor's own. */
    boolean row(byte[] key, byte[] value);
  }

  /** Returns a row's value. */
  Optional<byte[]> get(StateFamily family, byte[] key);

  /** Goes through the rows whose keys start with a prefix, in the order of the keys' bytes. */
  void scan(StateFamily family, byte[] prefix, RowVisitor visitor);

  /** Returns what is known of a layer. */
  default Optional<LayerRecord> layer(LayerKey key) {
    byte[] bytes = key.key();
    return get(StateFamily.LAYERS, bytes)
        .map(value -> read(StateFamily.LAYERS, bytes, value, LayerRecord::decode));
  }

  /** Returns all layers. */
  default SortedMap<LayerKey, LayerRecord> layers() {
    return all(StateFamily.LAYERS, new byte[0], LayerKey::ofKey, LayerRecord::decode);
  }

  /** Returns the image of this name. */
  default Optional<ImageRecord> image(String name) {
    byte[] bytes = RowKeys.of(name);
    return get(StateFamily.IMAGES, bytes)
        .map(value -> read(StateFamily.IMAGES, bytes, value, ImageRecord::decode));
  }

  /** Returns all images by name. */
  default SortedMap<String, ImageRecord> images() {
    return all(StateFamily.IMAGES, new byte[0], RowKeys::text, ImageRecord::decode);
  }

  /**
   * Returns the exact bytes of a manifest, an index or a config.
   *
   * @throws DamagedException where they have another digest
   */
  default Optional<byte[]> content(Digest digest) {
    Optional<byte[]> bytes = get(StateFamily.CONTENTS, digest.toBytes());
    if (bytes.isPresent() && !Digest.sha256(bytes.get()).equals(digest)) {
      throw new DamagedException(digest, "a manifest or config with other bytes");
    }
    return bytes;
  }

  /** Returns the snapshot of this name. */
  default Optional<SnapshotRecord> snapshot(SnapshotKey key) {
    byte[] bytes = key.key();
    return get(StateFamily.SNAPSHOTS, bytes)
        .map(value -> read(StateFamily.SNAPSHOTS, bytes, value, SnapshotRecord::decode));
  }

  /** Returns all snapshots of a namespace. */
  default SortedMap<SnapshotKey, SnapshotRecord> snapshots(String namespace) {
    return all(
        StateFamily.SNAPSHOTS,
        SnapshotKey.prefix(namespace),
        SnapshotKey::ofKey,
        SnapshotRecord::decode);
  }

  /** Returns all snapshots of all namespaces. */
  default SortedMap<SnapshotKey, SnapshotRecord> snapshots() {
    return all(StateFamily.SNAPSHOTS, new byte[0], SnapshotKey::ofKey, SnapshotRecord::decode);
  }

  /** Returns all leases by name. */
  default SortedMap<String, LeaseRecord> leases() {
    return all(StateFamily.LEASES, new byte[0], RowKeys::text, LeaseRecord::decode);
  }

  /** Returns what is known of a volume. */
  default Optional<VolumeRecord> volume(VolumeId id) {
    byte[] bytes = id.key();
    return get(StateFamily.VOLUMES, bytes)
        .map(value -> read(StateFamily.VOLUMES, bytes, value, VolumeRecord::decode));
  }

  /** Returns all volumes. */
  default SortedMap<VolumeId, VolumeRecord> volumes() {
    return all(StateFamily.VOLUMES, new byte[0], VolumeId::ofKey, VolumeRecord::decode);
  }

  private <K, V> SortedMap<K, V> all(
      StateFamily family,
      byte[] prefix,
      Function<byte[], K> keyReader,
      Function<byte[], V> valueReader) {
    TreeMap<K, V> rows = new TreeMap<>();
    scan(
        family,
        prefix,
        (key, value) -> {
          rows.put(read(family, key, key, keyReader), read(family, key, value, valueReader));
          return true;
        });
    return Collections.unmodifiableSortedMap(rows);
  }

  private static <T> T read(
      StateFamily family, byte[] key, byte[] value, Function<byte[], T> reader) {
    try {
      return reader.apply(value);
    } catch (MalformedRecordException e) {
      throw new StoreException(RowNames.describe(family, key) + " is damaged: " + e.getMessage());
    }
  }
}
