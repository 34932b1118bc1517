package dev.lamina.store;

import dev.lamina.tree.Digest;
import java.nio.charset.StandardCharsets;
import java.util.HashSet;
import java.util.Optional;
import java.util.Set;
import org.rocksdb.RocksDBException;
import org.rocksdb.WriteBatch;

/**
 * Changes of {@code state} that become visible, and are on disk, together when the function that
 * got this returns; none of them if it throws. What is read is {@code state} without them. Not
 * thread-safe.
 */
public final class StateTransaction implements StateView {
  private static final byte[] NEXT_VOLUME = "next volume".getBytes(StandardCharsets.US_ASCII);

  private final StateDatabase database;
  private final Roots roots;
  private final WriteBatch batch;
  private final Set<LayerKey> layersPut = new HashSet<>();
  private long nextVolume;

  StateTransaction(StateDatabase database, Roots roots, WriteBatch batch) {
    this.database = database;
    this.roots = roots;
    this.batch = batch;
  }

  /**
   * Names an image; one that had the name loses it. All its layers are there, or have been put in
   * this transaction.
   *
   * @throws StoreException where one of them is not
   */
  public void putImage(String name, ImageRecord image) {
    for (LayerKey key : LayerKey.chain(image.diffIds())) {
      if (!layersPut.contains(key) && get(StateFamily.LAYERS, key.key()).isEmpty()) {
        throw new StoreException("Image " + name + " needs layer " + key + ", which is not there");
      }
    }
    put(StateFamily.IMAGES, RowKeys.of(name), image.encode());
  }

  /**
   * Names a layer. Its tree, framing and blobs are on disk, and pinned by the session whose {@link
   * StoreWriter#commit} runs this; what else the transaction puts names the layer, for otherwise
   * the next collection deletes it.
   */
  public void putLayer(LayerKey key, LayerRecord layer) {
    roots.layerPut(key);
    layersPut.add(key);
    put(StateFamily.LAYERS, key.key(), layer.encode());
  }

  /** Takes the name away from its image. */
  public void removeImage(String name) {
    delete(StateFamily.IMAGES, RowKeys.of(name));
  }

  /** Keeps a manifest, index or config, byte for byte; its digest. */
  public Digest putContent(byte[] content) {
    Digest digest = Digest.sha256(content);
    roots.contentPut(digest);
    put(StateFamily.CONTENTS, digest.toBytes(), content);
    return digest;
  }

  /** Names a snapshot. */
  public void putSnapshot(SnapshotKey key, SnapshotRecord snapshot) {
    put(StateFamily.SNAPSHOTS, key.key(), snapshot.encode());
  }

  /** Takes a snapshot's name away. */
  public void removeSnapshot(SnapshotKey key) {
    delete(StateFamily.SNAPSHOTS, key.key());
  }

  /** Puts a lease. */
  public void putLease(String name, LeaseRecord lease) {
    put(StateFamily.LEASES, RowKeys.of(name), lease.encode());
  }

  /** Drops a lease. */
  public void removeLease(String name) {
    delete(StateFamily.LEASES, RowKeys.of(name));
  }

  /** Puts a volume's record. */
  public void putVolume(VolumeId id, VolumeRecord volume) {
    put(StateFamily.VOLUMES, id.key(), volume.encode());
  }

  /** Removes a volume's record; its other rows and its files are gone already. */
  public void removeVolume(VolumeId id) {
    delete(StateFamily.VOLUMES, id.key());
  }

  /** Returns a number for a new volume, which no volume of this store has had. */
  public VolumeId newVolumeId() {
    if (nextVolume == 0) {
      nextVolume = database.getGeneral(NEXT_VOLUME).map(StateTransaction::number).orElse(1L);
    }
    VolumeId id = new VolumeId(nextVolume++);
    try {
      batch.put(database.general(), NEXT_VOLUME, new VolumeId(nextVolume).key());
    } catch (RocksDBException e) {
      throw StoreException.of("Cannot collect changes", e);
    }
    return id;
  }

  private static long number(byte[] value) {
    return VolumeId.ofKey(value).number();
  }

  /** Registers that a tree, whose root was read here, is in use, whatever becomes of the rest. */
  public Use use(Digest tree) {
    return roots.use(tree);
  }

  /** Returns the batch, for rows of a volume; they are in the same write. */
  public WriteBatch batch() {
    return batch;
  }

  @Override
  public Optional<byte[]> get(StateFamily family, byte[] key) {
    return database.get(family, key);
  }

  @Override
  public void scan(StateFamily family, byte[] prefix, RowVisitor visitor) {
    database.scan(family, prefix, visitor::row);
  }

  void delete(StateFamily family, byte[] key) {
    try {
      batch.delete(database.family(family), key);
    } catch (RocksDBException e) {
      throw StoreException.of("Cannot collect changes", e);
    }
  }

  private void put(StateFamily family, byte[] key, byte[] value) {
    try {
      batch.put(database.family(family), key, value);
    } catch (RocksDBException e) {
      throw StoreException.of("Cannot collect changes", e);
    }
  }
}
