package dev.lamina.snapshot;

import static dev.lamina.snapshot.SnapshotException.alreadyExists;
import static dev.lamina.snapshot.SnapshotException.failedPrecondition;
import static dev.lamina.snapshot.SnapshotException.notFound;

import com.google.errorprone.annotations.CanIgnoreReturnValue;
import dev.lamina.fs.FileSystem;
import dev.lamina.store.SnapshotContent;
import dev.lamina.store.SnapshotKey;
import dev.lamina.store.SnapshotKind;
import dev.lamina.store.SnapshotRecord;
import dev.lamina.store.StateTransaction;
import dev.lamina.store.StateView;
import dev.lamina.store.Store;
import dev.lamina.store.StoreWriter;
import dev.lamina.store.VolumeId;
import dev.lamina.tree.Digest;
import dev.lamina.tree.Tree;
import dev.lamina.tree.TreeEditor;
import dev.lamina.tree.TreeView;
import dev.lamina.volume.VolumeCommit;
import dev.lamina.volume.VolumeException;
import dev.lamina.volume.VolumeUsage;
import dev.lamina.volume.Volumes;
import java.time.Instant;
import java.time.InstantSource;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.concurrent.TimeUnit;

/**
 * The snapshots of a store.
 *
 * <h2>Words</h2>
 *
 * A snapshot has a <em>key</em>: an engine's namespace and a name. It is <em>active</em> (a
 * volume), <em>committed</em> (a tree, which others may be made from) or a <em>view</em> (a tree to
 * look at, or a volume as it was: {@link VolumeSnapshots}). Its <em>parent</em> is the committed
 * snapshot of the same namespace it was made from; one without starts from nothing.
 *
 * <h2>A life</h2>
 *
 * {@code prepare(a, none)} makes a volume; its user mounts it, fills it and unmounts it. {@code
 * commit(base, a)} makes a tree of it under a name, and {@code a} is gone. {@code prepare(b, base)}
 * makes a volume on top; {@code view(v, base)} shows the tree. {@code remove(base)} is refused as
 * long as {@code b} or {@code v} are there, {@code remove(b)} while it is mounted.
 *
 * <p>Each operation is one synced batch: after a crash it has happened or it has not. Thread-safe.
 */
public final class Snapshots {
  private final Store store;
  private final Volumes volumes;
  private final InstantSource clock;
  private final SnapshotHolders holders = new SnapshotHolders();
  private final SnapshotRemovals removals;

  /** Makes it for a store and its volumes. */
  public Snapshots(Store store, Volumes volumes, InstantSource clock) {
    this.store = store;
    this.volumes = volumes;
    this.clock = clock;
    this.removals = new SnapshotRemovals(store, volumes);
  }

  /**
   * Makes a volume on top of a committed snapshot, or of nothing.
   *
   * @param parent name in the same namespace
   * @throws SnapshotException where the key is taken, or the parent is not there or not committed
   */
  public VolumeId prepare(
      SnapshotKey key, Optional<String> parent, SortedMap<String, String> labels) {
    try (StoreWriter writer = store.begin("prepare " + key)) {
      Digest empty = emptyTree(writer);
      return writer.commit(
          transaction -> {
            requireFree(transaction, key);
            Digest tree = parentTree(transaction, key, parent).orElse(empty);
            VolumeId volume =
                volumes.create(transaction, tree, List.of(), Optional.empty(), parent.orElse(""));
            put(
                transaction,
                key,
                SnapshotKind.ACTIVE,
                parent,
                new SnapshotContent.OfVolume(volume),
                labels);
            return volume;
          });
    }
  }

  /**
   * Names a volume that this transaction makes.
   *
   * @throws SnapshotException where the key is taken
   */
  public void adopt(StateTransaction transaction, SnapshotKey key, VolumeId volume) {
    requireFree(transaction, key);
    SnapshotRecord _ =
        put(
            transaction,
            key,
            SnapshotKind.ACTIVE,
            Optional.empty(),
            new SnapshotContent.OfVolume(volume),
            new TreeMap<>());
  }

  /**
   * Makes a view of a committed snapshot, or of nothing.
   *
   * @return the tree to show
   * @throws SnapshotException as {@link #prepare}
   */
  public Digest view(SnapshotKey key, Optional<String> parent, SortedMap<String, String> labels) {
    try (StoreWriter writer = store.begin("view " + key)) {
      Digest empty = emptyTree(writer);
      return writer.commit(
          transaction -> {
            requireFree(transaction, key);
            Digest tree = parentTree(transaction, key, parent).orElse(empty);
            put(
                transaction,
                key,
                SnapshotKind.VIEW,
                parent,
                new SnapshotContent.OfTree(tree),
                labels);
            return tree;
          });
    }
  }

  /**
   * Opens a snapshot: the volume of an active one, to read and write; what another one shows, to
   * read. Until the file system is closed the snapshot can't be removed.
   *
   * @param holder who wants it, for whoever is refused meanwhile: "mounted on /mnt"
   * @throws SnapshotException where it is not there, or active and somebody has it
   */
  public FileSystem open(SnapshotKey key, String holder) {
    SnapshotRecord record = stat(key);
    return switch (record.content()) {
      case SnapshotContent.OfVolume(VolumeId id) ->
          openVolume(key, id, record.kind() == SnapshotKind.ACTIVE, holder);
      case SnapshotContent.OfTree tree -> openTree(key, tree, holder);
    };
  }

  private FileSystem openVolume(SnapshotKey key, VolumeId id, boolean isActive, String holder) {
    try {
      return isActive ? volumes.open(id, holder) : volumes.openReadOnly(id, holder);
    } catch (VolumeException e) {
      throw failedPrecondition("Snapshot " + key + " cannot be opened: " + e.getMessage(), e);
    }
  }

  private FileSystem openTree(SnapshotKey key, SnapshotContent.OfTree tree, String holder) {
    SnapshotHolders.Look look =
        holders.look(key, holder, () -> SnapshotRemovals.requireContent(store.state(), key, tree));
    boolean opened = false;
    try {
      FileSystem fileSystem = volumes.openTree(tree.tree(), look::close);
      opened = true;
      return fileSystem;
    } finally {
      if (!opened) {
        look.close();
      }
    }
  }

  /**
   * Makes a committed snapshot of an active one, which is gone then. What of the tree the volume
   * did not change is shared with the parent's.
   *
   * @param name the new snapshot, in the same namespace
   * @param active the volume's
   * @throws SnapshotException where {@code name} is taken, or {@code active} is not there, not
   *     active, in use or the parent of what was saved of it
   */
  public SnapshotRecord commit(
      SnapshotKey name, SnapshotKey active, SortedMap<String, String> labels) {
    if (!name.namespace().equals(active.namespace())) {
      throw new IllegalArgumentException(name + " and " + active + " are of two namespaces");
    }
    requireFree(store.state(), name);
    VolumeId id = activeVolume(store.state(), active);
    try (VolumeCommit commit = begin(active, id)) {
      Tree tree = commit.tree(commit.changes());
      SnapshotRecord record =
          commit
              .writer()
              .commit(transaction -> commit(transaction, commit, tree, name, active, labels));
      commit.settle();
      return record;
    }
  }

  private VolumeCommit begin(SnapshotKey active, VolumeId id) {
    try {
      return VolumeCommit.beginUnused(store, volumes, id);
    } catch (VolumeException e) {
      throw failedPrecondition("Snapshot " + active + " cannot be committed: " + e.getMessage(), e);
    }
  }

  private SnapshotRecord commit(
      StateTransaction transaction,
      VolumeCommit commit,
      Tree tree,
      SnapshotKey name,
      SnapshotKey active,
      SortedMap<String, String> labels) {
    requireFree(transaction, name);
    SnapshotRecord before = require(transaction, active);
    SnapshotRemovals.requireChildless(transaction, active, Set.of());
    SnapshotRecord record =
        put(
            transaction,
            name,
            SnapshotKind.COMMITTED,
            before.parent(),
            new SnapshotContent.OfTree(tree.digest()),
            labels);
    transaction.removeSnapshot(active);
    commit.remove(transaction);
    return record;
  }

  private static VolumeId activeVolume(StateView state, SnapshotKey key) {
    SnapshotRecord record = require(state, key);
    if (record.kind() == SnapshotKind.ACTIVE
        && record.content() instanceof SnapshotContent.OfVolume(VolumeId id)) {
      return id;
    }
    throw failedPrecondition("Snapshot " + key + " is not active, so there is nothing to commit");
  }

  /**
   * Removes a snapshot; a volume with everything in it.
   *
   * @throws SnapshotException where it is not there, is in use or has children
   */
  public void remove(SnapshotKey key) {
    switch (stat(key).content()) {
      case SnapshotContent.OfVolume volume -> removals.remove(key, volume);
      case SnapshotContent.OfTree tree -> removals.remove(key, tree, holders);
    }
  }

  /**
   * Removes volumes' names and marks the volumes as removed, together with what else the
   * transaction does. The caller has claimed the volumes, and then calls {@link
   * Volumes#finishRemoval}.
   *
   * @throws SnapshotException where a name is another's by now, or has children that stay
   */
  public void removeVolumes(StateTransaction transaction, Map<SnapshotKey, VolumeId> named) {
    named.forEach(
        (key, id) ->
            removals.remove(transaction, key, new SnapshotContent.OfVolume(id), named.keySet()));
  }

  /**
   * Returns what is known of a snapshot.
   *
   * @throws SnapshotException where it is not there
   */
  public SnapshotRecord stat(SnapshotKey key) {
    return require(store.state(), key);
  }

  /** Returns a namespace's snapshots, by name. */
  public SortedMap<SnapshotKey, SnapshotRecord> list(String namespace) {
    return store.state().snapshots(namespace);
  }

  /**
   * Replaces a snapshot's labels.
   *
   * @throws SnapshotException where it is not there
   */
  public SnapshotRecord label(SnapshotKey key, SortedMap<String, String> labels) {
    return store
        .state()
        .transact(
            transaction -> {
              SnapshotRecord old = require(transaction, key);
              SnapshotRecord record =
                  new SnapshotRecord(
                      old.kind(), old.parent(), old.content(), old.created(), now(), labels);
              transaction.putSnapshot(key, record);
              return record;
            });
  }

  /**
   * Returns what a snapshot takes by itself.
   *
   * @throws SnapshotException where it is not there
   */
  public Usage usage(SnapshotKey key) {
    SnapshotRecord record = stat(key);
    return switch (record.content()) {
      case SnapshotContent.OfVolume(VolumeId id) -> {
        VolumeUsage usage = volumes.usage(id);
        yield new Usage(usage.bytes(), usage.inodes());
      }
      case SnapshotContent.OfTree(Digest tree) -> treeUsage(key, record, tree);
    };
  }

  private Usage treeUsage(SnapshotKey key, SnapshotRecord record, Digest tree) {
    if (record.kind() == SnapshotKind.VIEW) {
      return new Usage(0, 0);
    }
    TreeView after = TreeView.open(store.directories(), tree);
    if (record.parent().isEmpty()) {
      return TreeUsage.whole(after);
    }
    SnapshotRecord parent = stat(new SnapshotKey(key.namespace(), record.parent().get()));
    TreeView before = TreeView.open(store.directories(), committedTree(parent).orElseThrow());
    return TreeUsage.added(before, after);
  }

  private Optional<Digest> parentTree(StateView state, SnapshotKey key, Optional<String> parent) {
    return parent.map(
        name -> {
          SnapshotKey above = new SnapshotKey(key.namespace(), name);
          return committedTree(require(state, above))
              .orElseThrow(
                  () ->
                      failedPrecondition(
                          "Snapshot "
                              + above
                              + " is not committed, so nothing can be made from it"));
        });
  }

  private static Optional<Digest> committedTree(SnapshotRecord record) {
    return record.kind() == SnapshotKind.COMMITTED
            && record.content() instanceof SnapshotContent.OfTree(Digest tree)
        ? Optional.of(tree)
        : Optional.empty();
  }

  static SnapshotRecord require(StateView state, SnapshotKey key) {
    return state.snapshot(key).orElseThrow(() -> notFound("snapshot " + key));
  }

  void requireFree(SnapshotKey key) {
    requireFree(store.state(), key);
  }

  static void requireFree(StateView state, SnapshotKey key) {
    if (state.snapshot(key).isPresent()) {
      throw alreadyExists("snapshot " + key);
    }
  }

  private Digest emptyTree(StoreWriter writer) {
    Tree tree = TreeEditor.create(store.directories()).finish(writer);
    return tree.digest();
  }

  /** Gives a snapshot other content; it was made when it was made. */
  void replace(StateTransaction transaction, SnapshotKey key, SnapshotContent content) {
    SnapshotRecord old = require(transaction, key);
    transaction.putSnapshot(
        key,
        new SnapshotRecord(old.kind(), old.parent(), content, old.created(), now(), old.labels()));
  }

  @CanIgnoreReturnValue
  SnapshotRecord put(
      StateTransaction transaction,
      SnapshotKey key,
      SnapshotKind kind,
      Optional<String> parent,
      SnapshotContent content,
      SortedMap<String, String> labels) {
    long now = now();
    SnapshotRecord record = new SnapshotRecord(kind, parent, content, now, now, labels);
    transaction.putSnapshot(key, record);
    return record;
  }

  private long now() {
    Instant instant = clock.instant();
    return TimeUnit.SECONDS.toNanos(instant.getEpochSecond()) + instant.getNano();
  }
}
