package dev.lamina.volume;

import com.google.errorprone.annotations.concurrent.GuardedBy;
import dev.lamina.fs.FsException;
import dev.lamina.linux.Errno;
import dev.lamina.store.StateDatabase;
import dev.lamina.store.StateFamily;
import dev.lamina.store.StateTransaction;
import dev.lamina.store.Store;
import dev.lamina.store.Use;
import dev.lamina.store.VolumeId;
import dev.lamina.store.VolumeRecord;
import dev.lamina.store.VolumeState;
import dev.lamina.tree.Digest;
import dev.lamina.tree.Tree;
import dev.lamina.tree.TreeView;
import java.nio.file.Path;
import java.time.InstantSource;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.SortedMap;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;
import org.rocksdb.RocksDBException;
import org.rocksdb.WriteBatch;

/**
 * The volumes of a store: makes, opens, lists and removes them, and opens images as they are. One
 * process at a time has the store, so who has a volume open is known here. Thread-safe.
 */
public final class Volumes implements AutoCloseable {
  private static final System.Logger LOG = System.getLogger(Volumes.class.getName());

  private final Store store;
  private final VolumeOptions options;
  private final InstantSource clock;
  private final VolumeRemovals removals;

  /** Who has which volume, in words for whoever is refused: "mounted on /mnt". */
  @GuardedBy("holders")
  private final Map<VolumeId, String> holders = new TreeMap<>();

  @GuardedBy("holders")
  private final Map<VolumeId, VolumeFileSystem> open = new TreeMap<>();

  /** What could not be written of a volume's data since the process began: kept when it closes. */
  @GuardedBy("holders")
  private final Map<VolumeId, LostData> lost = new TreeMap<>();

  private Volumes(Store store, VolumeOptions options, InstantSource clock) {
    this.store = store;
    this.options = options;
    this.clock = clock;
    this.removals = new VolumeRemovals(store);
  }

  /**
   * Takes charge of a store's volumes, once a store: tells its collector what they hold, and goes
   * on removing those whose removal was cut short.
   */
  public static Volumes of(Store store, VolumeOptions options, InstantSource clock) {
    store.register(new VolumeRoots(store.state().database()));
    Volumes volumes = new Volumes(store, options, clock);
    volumes.removals.resume();
    return volumes;
  }

  /**
   * Makes a volume.
   *
   * @param transaction one in which the tree was found reachable
   * @param tree digest of the base's tree record
   * @param diffIds the diffIDs of the image it is made from, the lowest first; none of a tree
   * @param config digest of that image's config
   * @param origin the image's name, for people
   */
  public VolumeId create(
      StateTransaction transaction,
      Digest tree,
      List<Digest> diffIds,
      Optional<Digest> config,
      String origin) {
    long positions = Tree.load(store, tree).positions();
    VolumeId id = transaction.newVolumeId();
    transaction.putVolume(
        id,
        new VolumeRecord(
            tree,
            positions,
            diffIds,
            config,
            origin,
            VolumeState.ACTIVE,
            0,
            positions + 1,
            Slots.SEQUENCE_BASE + 1,
            now()));
    return id;
  }

  private long now() {
    return Times.of(clock.instant());
  }

  /**
   * Opens a volume to read and write; closing the file system lets go of it.
   *
   * @param holder who wants it, for whoever is refused meanwhile: "mounted on /mnt"
   * @throws VolumeException where there is no such volume or somebody has it open
   */
  public VolumeFileSystem open(VolumeId id, String holder) {
    return open(id, holder, true);
  }

  /**
   * As {@link #open}, but to read: nothing changes in the volume, access times included, whatever
   * is asked (EROFS). Only what a dead daemon left is tidied up.
   */
  public VolumeFileSystem openReadOnly(VolumeId id, String holder) {
    return open(id, holder, false);
  }

  private VolumeFileSystem open(VolumeId id, String holder, boolean isWritable) {
    hold(id, holder);
    boolean opened = false;
    try {
      VolumeRecord record = require(id);
      VolumeFileSystem fileSystem = open(id, record, isWritable);
      synchronized (holders) {
        open.put(id, fileSystem);
      }
      opened = true;
      return fileSystem;
    } finally {
      if (!opened) {
        letGo(id);
      }
    }
  }

  private VolumeFileSystem open(VolumeId id, VolumeRecord record, boolean isWritable) {
    Path directory = store.layout().volume(id);
    DataFiles.makeDirectories(directory);
    StateDatabase database = store.state().database();
    Use use = store.use(record.baseTree());
    Delta delta = RocksDelta.of(database, id.number());
    DataFiles files = new DataFiles(directory);
    LostData lost = lost(id);
    boolean opened = false;
    try {
      Syncer syncer =
          new Syncer(
              delta,
              new DirtyFiles(files, lost),
              options.syncPeriod(),
              files::remove,
              this::step,
              "volume " + id);
      Numbers numbers =
          new Numbers(
              record.inodeMark(),
              record.sequenceMark(),
              (inode, sequence) -> putMarks(database, id, record.withMarks(inode, sequence)));
      Union union =
          new Union(
              new Base(TreeView.open(store.directories(), record.baseTree())),
              delta,
              Optional.of(files),
              new StoreContents(store),
              numbers,
              syncer,
              clock,
              this::step,
              isWritable);
      VolumeParts parts = Opening.open(union, options.hasSelinux());
      if (!lost.isEmpty()) {
        lost.retain(files.all());
      }
      syncer.start();
      opened = true;
      return new VolumeFileSystem(union, parts, () -> close(id, use));
    } finally {
      if (!opened) {
        files.close();
        delta.close();
        use.close();
      }
    }
  }

  private void close(VolumeId id, Use use) {
    use.close();
    letGo(id);
  }

  /**
   * Makes a volume that has what another has at this moment. Nobody who writes to that is kept
   * waiting: its names and attributes are as of one moment, each changed file as of its own copy,
   * which shares its blocks where the file system below can.
   *
   * @param naming names it, in the synced transaction that makes it whole
   * @throws VolumeException where there is no such volume, or it is closed but somebody has it
   */
  public VolumeId fork(VolumeId source, Naming naming) {
    return fork(source, source, naming);
  }

  /**
   * As {@link #fork(VolumeId, Naming)}, in place of another volume: no number that this has given
   * to an inode is given again.
   *
   * @param successorOf what the fork takes the place of
   */
  public VolumeId fork(VolumeId source, VolumeId successorOf, Naming naming) {
    VolumeId fork = copied(source);
    boolean isNamed = false;
    try {
      VolumeId named =
          store
              .state()
              .transact(
                  transaction -> {
                    VolumeRecord record = transaction.volume(fork).orElseThrow();
                    VolumeRecord other = require(successorOf);
                    transaction.putVolume(
                        fork,
                        record
                            .activeSince(now())
                            .withMarks(
                                Math.max(record.inodeMark(), other.inodeMark()),
                                Math.max(record.sequenceMark(), other.sequenceMark())));
                    naming.name(transaction, fork);
                    return fork;
                  });
      isNamed = true;
      return named;
    } finally {
      VolumeCommit.end(this, fork, !isNamed);
    }
  }

  private VolumeId copied(VolumeId source) {
    Optional<VolumeFileSystem> opened = opened(source);
    if (opened.isPresent()) {
      return VolumeFork.kept(store, this, source, opened.get());
    }
    // Opening takes out what a dead daemon left.
    @Nullable VolumeId fork = null;
    boolean isClosed = false;
    try {
      try (VolumeFileSystem closed = open(source, "being forked")) {
        fork = VolumeFork.kept(store, this, source, closed);
      }
      isClosed = true;
      return fork;
    } finally {
      if (!isClosed && fork != null) {
        VolumeCommit.end(this, fork, true);
      }
    }
  }

  /** Gives a new volume its name. */
  @FunctionalInterface
  public interface Naming {
    /** Does it in the transaction in which the volume becomes one; what it throws undoes both. */
    void name(StateTransaction transaction, VolumeId volume);
  }

  private void step(String step) {
    store.options().steps().after(step);
  }

  private static void putMarks(StateDatabase database, VolumeId id, VolumeRecord record) {
    try (WriteBatch batch = new WriteBatch()) {
      batch.put(database.family(StateFamily.VOLUMES), id.key(), record.encode());
      database.write(batch, false);
    } catch (RocksDBException e) {
      throw FsException.of(Errno.EIO, "the record of volume " + id + " cannot be written", e);
    }
  }

  /**
   * Opens a tree as it is, read-only. The caller holds a root of it, or is inside a transaction
   * that found one.
   */
  public VolumeFileSystem openTree(Digest tree) {
    return openTree(tree, () -> {});
  }

  /**
   * As {@link #openTree(Digest)}.
   *
   * @param claim closed with the file system, when the tree is used no longer
   */
  public VolumeFileSystem openTree(Digest tree, Claim claim) {
    Use use = store.use(tree);
    boolean opened = false;
    try {
      Delta delta = new EmptyDelta();
      Union union =
          new Union(
              new Base(TreeView.open(store.directories(), tree)),
              delta,
              Optional.empty(),
              new StoreContents(store),
              new Numbers(1, 1, (inode, sequence) -> refuse()),
              new Syncer(
                  delta,
                  new DirtyFiles(new NoDataFiles(), new LostData("no volume")),
                  options.syncPeriod(),
                  inode -> refuse(),
                  step -> {},
                  "none"),
              clock,
              step -> {},
              false);
      VolumeFileSystem fileSystem =
          new VolumeFileSystem(
              union, Opening.open(union, options.hasSelinux()), () -> close(use, claim));
      opened = true;
      return fileSystem;
    } finally {
      if (!opened) {
        use.close();
      }
    }
  }

  private static void close(Use use, Claim claim) {
    use.close();
    claim.close();
  }

  private static void refuse() {
    throw FsException.of(Errno.EROFS);
  }

  /** Returns all volumes that are not being removed. */
  public SortedMap<VolumeId, VolumeRecord> list() {
    SortedMap<VolumeId, VolumeRecord> active = new TreeMap<>(store.state().volumes());
    active.values().removeIf(record -> record.state() == VolumeState.REMOVED);
    return active;
  }

  /** Returns who has a volume open, if anybody. */
  public Optional<String> holder(VolumeId id) {
    synchronized (holders) {
      return Optional.ofNullable(holders.get(id));
    }
  }

  /** Returns whether anybody has any volume: then the store must not be closed. */
  public boolean areHeld() {
    synchronized (holders) {
      return !holders.isEmpty();
    }
  }

  /** Returns a volume's file system where it is open. */
  Optional<VolumeFileSystem> opened(VolumeId id) {
    synchronized (holders) {
      return Optional.ofNullable(open.get(id));
    }
  }

  /**
   * Returns what a volume uses; of an open one as of now.
   *
   * @throws VolumeException where there is no such volume
   */
  public VolumeUsage usage(VolumeId id) {
    require(id);
    return VolumeUsage.of(store, id);
  }

  /**
   * Removes a volume and everything in it.
   *
   * @throws VolumeException where there is no such volume or somebody has it open
   */
  public void remove(VolumeId id) {
    hold(id, "being removed");
    try {
      require(id);
      removals.mark(id);
      finishRemoval(id);
    } finally {
      letGo(id);
    }
  }

  /**
   * Marks a volume as removed, together with what else the transaction does; {@link #finishRemoval}
   * then does it, at the latest when the store is opened again.
   *
   * @throws VolumeException where there is no such volume
   */
  public void markRemoved(StateTransaction transaction, VolumeId id) {
    removals.mark(transaction, id);
  }

  /** Removes rows, data and record of a volume that is marked as removed and not open. */
  public void finishRemoval(VolumeId id) {
    removals.finish(id);
    synchronized (holders) {
      lost.remove(id);
    }
  }

  /** Returns a volume's record: a {@link VolumeException} where there is no such volume. */
  VolumeRecord require(VolumeId id) {
    return store
        .state()
        .volume(id)
        .filter(record -> record.state() == VolumeState.ACTIVE)
        .orElseThrow(
            () -> new VolumeException("There is no volume " + id + "; 'volumes' lists them"));
  }

  /**
   * Keeps a volume for its holder alone, who does not open it, until the claim is closed.
   *
   * @param holder who wants it, for whoever is refused meanwhile: "being removed"
   * @throws VolumeException where somebody has it
   */
  public Claim claim(VolumeId id, String holder) {
    hold(id, holder);
    return () -> letGo(id);
  }

  /** A volume that nobody else gets. */
  @FunctionalInterface
  public interface Claim extends AutoCloseable {
    @Override
    void close();
  }

  /** Takes a volume for its holder alone; refused where somebody has it. */
  void hold(VolumeId id, String holder) {
    synchronized (holders) {
      String other = holders.putIfAbsent(id, holder);
      if (other != null) {
        throw new VolumeException("Volume " + id + " is in use: " + other);
      }
    }
  }

  /** Returns what could not be written of a volume's data. */
  LostData lost(VolumeId id) {
    synchronized (holders) {
      return lost.computeIfAbsent(id, key -> new LostData("volume " + key));
    }
  }

  /** Gives a volume back. */
  void letGo(VolumeId id) {
    synchronized (holders) {
      holders.remove(id);
      open.remove(id);
      LostData kept = lost.get(id);
      if (kept != null && kept.isEmpty()) {
        lost.remove(id);
      }
    }
  }

  /** Says which volumes are still open; whoever opened them closes them first. */
  @Override
  public void close() {
    synchronized (holders) {
      holders.forEach(
          (id, holder) ->
              LOG.log(System.Logger.Level.WARNING, "volume " + id + " is still open: " + holder));
    }
  }
}
