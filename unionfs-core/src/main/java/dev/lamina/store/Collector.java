package dev.lamina.store;

import dev.lamina.tree.DamagedException;
import dev.lamina.tree.Digest;
import java.util.ArrayList;
import java.util.List;
import org.rocksdb.WriteBatch;

/**
 * One collection: marks what the roots reach, then sweeps away the rest, beside imports and mounts.
 * docs/CRASH-SAFETY.md has the order and why it holds.
 */
final class Collector {
  private final StoreParts store;
  private final List<RootSource> sources;
  private final Roots.Kept kept = new Roots.Kept();

  private List<Root> roots = List.of();
  private long layers;
  private long contents;
  private long records;
  private long blobs;
  private long framings;
  private long objects;
  private long bytes;

  Collector(StoreParts store, List<RootSource> sources) {
    this.store = store;
    this.sources = sources;
  }

  Collection collect() {
    store.pins().begin();
    try (StateSnapshot moment = takeRoots()) {
      Marker marker = new Marker(store, moment, Marker.Visitor.NONE);
      roots.forEach(root -> mark(marker, root));
      markVolumes(moment, marker);
      store.step(Steps.MARKED);
      sweepState();
      store.step(Steps.STATE_SWEPT);
      List<Digest> released = sweepRows(marker);
      store.step(Steps.ROWS_SWEPT);
      store.rows().flush();
      store.step(Steps.SWEEP_FLUSHED);
      for (Digest object : released) {
        Cancellation.check();
        unlink(object);
        store.step(Steps.OBJECT_UNLINKED);
      }
      sweepStrays(marker);
      store.step(Steps.STRAYS_UNLINKED);
    } finally {
      store.roots().end();
      store.pins().end();
    }
    return new Collection(layers, contents, records, blobs, framings, objects, bytes);
  }

  /** The moment: nobody is making a root; from here on, who makes one tells us. */
  private StateSnapshot takeRoots() {
    try (Hold _ = store.roots().exclude()) {
      StateSnapshot moment = store.state().snapshot();
      boolean taken = false;
      try {
        roots = Root.all(moment, store.roots().used());
        for (Root root : roots) {
          kept.layers().addAll(root.layers());
          kept.contents().addAll(root.contents());
        }
        store.roots().begin(kept);
        taken = true;
      } finally {
        if (!taken) {
          moment.close();
        }
      }
      return moment;
    }
  }

  /** What cannot be read may name anything, so then nothing at all is swept. */
  private static void mark(Marker marker, Root root) {
    try {
      marker.mark(root);
    } catch (DamagedException e) {
      throw new StoreException(
          "Nothing was collected, since it cannot be known what "
              + root.name()
              + " needs: "
              + e.digest()
              + ": "
              + e.reason()
              + ". Run verify, and import again or remove what it names");
    }
  }

  private void markVolumes(StateSnapshot moment, Marker marker) {
    if (sources.isEmpty() && !moment.volumes().isEmpty()) {
      throw new IllegalStateException("there are volumes, and nobody who knows their blobs");
    }
    for (RootSource source : sources) {
      source.blobs(moment, new VolumeMarks(marker));
    }
  }

  /** Marks what volumes need; where that cannot be known nothing at all is swept. */
  private record VolumeMarks(Marker marker) implements RootSource.BlobSink {
    @Override
    public void blob(VolumeId volume, long inode, Digest digest, long size) {
      marker.blob(digest, size);
    }

    @Override
    public void damaged(VolumeId volume, long inode, MalformedRecordException failure) {
      throw new StoreException(
          "Nothing was collected, since it cannot be known what volume "
              + volume
              + " needs: its record of inode "
              + inode
              + " is damaged: "
              + failure.getMessage()
              + ". Mount the volume, copy what it still has elsewhere, and remove it");
    }
  }

  private void sweepState() {
    try (Hold _ = store.roots().exclude();
        WriteBatch batch = new WriteBatch()) {
      StateTransaction changes = new StateTransaction(store.database(), store.roots(), batch);
      store
          .state()
          .scan(
              StateFamily.LAYERS,
              new byte[0],
              (key, value) -> {
                if (!kept.layers().contains(LayerKey.ofKey(key))) {
                  changes.delete(StateFamily.LAYERS, key);
                  layers++;
                }
                return true;
              });
      store
          .state()
          .scan(
              StateFamily.CONTENTS,
              new byte[0],
              (key, value) -> {
                if (!kept.contents().contains(RowKeys.digest(key))) {
                  changes.delete(StateFamily.CONTENTS, key);
                  contents++;
                  bytes += value.length;
                }
                return true;
              });
      if (batch.count() > 0) {
        store.database().write(batch, true);
      }
    }
    // In any case: a volume's row that let go of a blob may not be on disk yet, and must not come
    // back after a power cut to name what is deleted now.
    store.database().syncWal();
  }

  private List<Digest> sweepRows(Marker marker) {
    records = sweep(RowFamily.RECORDS, marker, (digest, value) -> {});
    framings = sweep(RowFamily.FRAMINGS, marker, (digest, value) -> {});
    List<Digest> released = new ArrayList<>();
    blobs =
        sweep(
            RowFamily.BLOBS,
            marker,
            (digest, value) -> {
              if (value.length == 0 || value[0] != BlobRow.INLINE) {
                released.add(digest);
              }
            });
    return released;
  }

  /** Takes a row that has been deleted. */
  @FunctionalInterface
  private interface Deleted {
    void row(Digest digest, byte[] value);
  }

  private long sweep(RowFamily family, Marker marker, Deleted deleted) {
    long[] count = {0};
    store
        .rows()
        .scan(
            family,
            (key, value) -> {
              Cancellation.check();
              Digest digest = RowKeys.digest(key);
              if (!marker.isMarked(digest) && deleteUnlessPinned(family, digest)) {
                count[0]++;
                bytes += value.length;
                deleted.row(digest, value);
              }
              return true;
            });
    return count[0];
  }

  private boolean deleteUnlessPinned(RowFamily family, Digest digest) {
    try (Hold _ = store.pins().stripe(digest).lock()) {
      if (store.pins().isPinned(digest)) {
        return false;
      }
      store.rows().delete(family, digest);
      return true;
    }
  }

  private void sweepStrays(Marker marker) {
    for (int shard = 0; shard < StoreLayout.SHARDS; shard++) {
      Cancellation.check();
      store
          .objects()
          .shard(
              shard,
              object -> {
                if (!marker.isMarked(object)) {
                  unlink(object);
                }
              });
    }
  }

  private void unlink(Digest object) {
    long freed = store.blobs().unlinkIfStray(object);
    if (freed >= 0) {
      objects++;
      bytes += freed;
    }
  }
}
