package dev.lamina.store;

import dev.lamina.tree.DamagedException;
import dev.lamina.tree.Digest;
import dev.lamina.tree.Records;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.function.Function;

/**
 * One verification. First everything that the roots reach is checked, once; then, if something is
 * damaged, the roots are walked with paths to say whom it touches, and what is damaged is
 * condemned, so that importing it again replaces it. A thorough one also makes each layer's tar
 * again, which finds a record that is whole and yet names the wrong thing, and checks what nothing
 * needs and the files that hold the rows.
 */
final class Verifier {
  private final StoreParts store;
  private final StateSnapshot state;
  private final VerifyOptions options;
  private final Faults faults = new Faults();
  private final BlobCheck blobs;
  private final DigestSet records = new DigestSet();
  private final DigestSet framings = new DigestSet();
  private final Set<LayerKey> layers = new HashSet<>();

  Verifier(StoreParts store, StateSnapshot state, VerifyOptions options) {
    this.store = store;
    this.state = state;
    this.options = options;
    this.blobs = new BlobCheck(store.blobs(), options, faults);
  }

  /** A blob that a volume's inode names. */
  private record VolumeBlob(VolumeId volume, long inode, Digest digest) {}

  /** Has what volumes need checked, and notes who needs it. */
  private final class VolumeSink implements RootSource.BlobSink {
    private final List<VolumeBlob> needed;

    VolumeSink(List<VolumeBlob> needed) {
      this.needed = needed;
    }

    @Override
    public void blob(VolumeId volume, long inode, Digest digest, long size) {
      blobs.add(digest, size);
      needed.add(new VolumeBlob(volume, inode, digest));
    }

    @Override
    public void damaged(VolumeId volume, long inode, MalformedRecordException failure) {
      faults.add(
          new Damage(
              Damage.Kind.STATE,
              Optional.empty(),
              "volume "
                  + volume
                  + ", inode "
                  + inode
                  + ": the record is damaged: "
                  + failure.getMessage(),
              List.of(new Damage.Touched("volume " + volume, "inode " + inode))));
    }
  }

  Verification verify(List<RootSource> sources) {
    List<Root> roots = readableRoots();
    roots.forEach(this::check);
    List<VolumeBlob> volumeBlobs = new ArrayList<>();
    for (RootSource source : sources) {
      try {
        source.blobs(state, new VolumeSink(volumeBlobs));
      } catch (StoreException e) {
        addUnreadable("the records of the volumes' inodes", e);
      }
    }
    if (options.layers().isPresent()) {
      new Unneeded(store, faults, records, framings, blobs).check();
    }
    blobs.run();
    DamageWalk walk = new DamageWalk(store, state, faults);
    if (!faults.isEmpty()) {
      roots.forEach(walk::visit);
      volumeBlobs.forEach(
          blob -> faults.touch(blob.digest(), "volume " + blob.volume(), "inode " + blob.inode()));
    }
    if (options.layers().isPresent()) {
      makeAgain(options.layers().get(), walk, roots);
      orUnreadable("the files of the store's rows", () -> store.rows().checkFiles(this::addFile));
      orUnreadable("the files of the state", () -> store.database().checkFiles(this::addFile));
    }
    if (!faults.isEmpty()) {
      orUnreadable("the marks of what is damaged", () -> walk.condemn(layers));
    }
    return new Verification(
        layers.size(), records.size(), blobs.count(), blobs.bytes(), faults.damages());
  }

  /** Makes the tars of the layers that look sound. */
  private void makeAgain(LayerCheck check, DamageWalk walk, List<Root> roots) {
    for (LayerKey key : layers) {
      Optional<LayerRecord> layer = DamageWalk.layer(state, key);
      if (layer.isEmpty() || walk.isTouched(key)) {
        continue;
      }
      Optional<String> wrong;
      try {
        wrong = check.wrong(key, layer.get());
      } catch (StoreException e) {
        wrong = Optional.of(String.valueOf(e.getMessage()));
      }
      if (wrong.isPresent()) {
        faults.add(
            Damage.Kind.LAYER,
            key.chainId(),
            "layer " + key + " does not make the tar that came in: " + wrong.get());
        walk.touch(key, roots);
      }
    }
  }

  /** What cannot be done is one more finding: the others are not lost with it. */
  private void orUnreadable(String what, Runnable step) {
    try {
      step.run();
    } catch (StoreException e) {
      addUnreadable(what, e);
    }
  }

  private void addFile(String file, String family, String reason) {
    faults.add(
        new Damage(
            Damage.Kind.FILE,
            Optional.empty(),
            "the database file " + file + " (rows of " + family + ") is damaged: " + reason,
            List.of()));
  }

  private void addUnreadable(String what, StoreException failure) {
    faults.add(
        new Damage(
            Damage.Kind.STATE,
            Optional.empty(),
            what + " cannot all be read: " + failure.getMessage(),
            List.of()));
  }

  /** All roots whose rows can be read; the others are damage. */
  private List<Root> readableRoots() {
    List<Root> roots = new ArrayList<>();
    readable(StateFamily.IMAGES, RowKeys::text, ImageRecord::decode)
        .forEach((name, image) -> roots.add(Root.image(name, image)));
    readable(StateFamily.SNAPSHOTS, SnapshotKey::ofKey, SnapshotRecord::decode)
        .forEach((key, snapshot) -> Root.snapshot(key, snapshot).ifPresent(roots::add));
    readable(StateFamily.VOLUMES, VolumeId::ofKey, VolumeRecord::decode)
        .forEach((id, volume) -> roots.add(Root.volume(id, volume)));
    readable(StateFamily.LEASES, RowKeys::text, LeaseRecord::decode)
        .forEach((name, lease) -> roots.addAll(Root.lease(name, lease)));
    store.roots().used().forEach(tree -> roots.add(Root.use(tree)));
    return roots;
  }

  private <K extends Comparable<K>, V> Map<K, V> readable(
      StateFamily family, Function<byte[], K> keyReader, Function<byte[], V> valueReader) {
    Map<K, V> rows = new TreeMap<>();
    try {
      state.scan(
          family,
          new byte[0],
          (key, value) -> {
            try {
              rows.put(keyReader.apply(key), valueReader.apply(value));
            } catch (MalformedRecordException e) {
              faults.add(
                  new Damage(
                      Damage.Kind.STATE,
                      Optional.empty(),
                      RowNames.describe(family, key) + " is damaged: " + e.getMessage(),
                      List.of()));
            }
            return true;
          });
    } catch (StoreException e) {
      addUnreadable("the rows of " + family.title(), e);
    }
    return rows;
  }

  private void check(Root root) {
    root.tree().ifPresent(this::checkTree);
    root.blobs().forEach(blob -> blobs.add(blob.digest(), blob.size()));
    root.contents().forEach(content -> checkContent(root, content));
    root.layers().forEach(layer -> checkLayer(root, layer));
  }

  private void checkContent(Root root, Digest digest) {
    try {
      if (state.content(digest).isEmpty()) {
        faults.add(Damage.Kind.CONTENT, digest, "a manifest or config is missing");
      }
    } catch (DamagedException e) {
      faults.add(Damage.Kind.CONTENT, digest, e.reason());
    } catch (StoreException e) {
      faults.add(Damage.Kind.CONTENT, digest, String.valueOf(e.getMessage()));
    }
    faults.touch(digest, root.name(), "manifest or config");
  }

  private void checkLayer(Root root, LayerKey key) {
    Optional<LayerRecord> layer = DamageWalk.layer(state, key);
    if (layer.isEmpty()) {
      faults.add(Damage.Kind.LAYER, key.chainId(), "layer " + key + " is missing or unreadable");
      faults.touch(key.chainId(), root.name(), "layer " + key.diffId());
    } else if (layers.add(key)) {
      checkTree(layer.get().tree());
      checkFraming(layer.get().framing());
    }
  }

  private void checkFraming(Digest digest) {
    if (!framings.add(digest)) {
      return;
    }
    try {
      Framing framing = store.framing(digest);
      framing.blobs().forEach(blob -> blobs.add(blob.digest(), blob.size()));
      framing.readThrough();
    } catch (DamagedException e) {
      faults.add(Damage.Kind.FRAMING, digest, e.reason());
    }
  }

  private void checkTree(Digest tree) {
    Deque<Digest> open = new ArrayDeque<>();
    open.push(tree);
    while (!open.isEmpty()) {
      Digest digest = open.pop();
      if (records.add(digest)) {
        checkRecord(digest, open);
      }
    }
  }

  private void checkRecord(Digest digest, Deque<Digest> open) {
    try {
      Records.References names = Records.references(digest, store.record(digest));
      names.records().forEach(open::push);
      names.blobs().forEach(blob -> blobs.add(blob.digest(), blob.size()));
    } catch (DamagedException e) {
      faults.add(Damage.Kind.RECORD, digest, e.reason());
    }
  }
}
