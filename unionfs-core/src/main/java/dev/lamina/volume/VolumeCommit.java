package dev.lamina.volume;

import dev.lamina.archive.LayerChange;
import dev.lamina.fs.FileKind;
import dev.lamina.fs.FsException;
import dev.lamina.linux.LinuxException;
import dev.lamina.store.StateTransaction;
import dev.lamina.store.Store;
import dev.lamina.store.StoreException;
import dev.lamina.store.StoreWriter;
import dev.lamina.store.VolumeId;
import dev.lamina.store.VolumeRecord;
import dev.lamina.tree.Tree;
import dev.lamina.tree.TreePath;
import dev.lamina.tree.TreeView;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.function.Supplier;

/**
 * One commit of a volume on its way: what it changed becomes blobs of the store, changes of a layer
 * and a tree; whoever runs it then names the outcome in one transaction of {@link #writer}, in
 * which the volume either becomes one that inherits what was committed ({@link #inherit}) or goes
 * ({@link #remove}).
 *
 * <p>A volume that is not open is held meanwhile, so nobody can open it. Of one that is open a fork
 * is committed, which goes again with this: so nobody who writes to it is kept waiting.
 *
 * <p>The order is docs/CRASH-SAFETY.md's: data, records, what names them, and the volume's data
 * files last. Not thread-safe.
 */
public final class VolumeCommit implements AutoCloseable {
  private static final System.Logger LOG = System.getLogger(VolumeCommit.class.getName());

  private final Store store;
  private final Volumes volumes;
  private final VolumeId source;
  private final boolean isFork;
  private final VolumeRecord record;
  private final StoreWriter writer;
  private final RocksDelta delta;
  private final DataFiles files;
  private final VolumeView view;
  private final CommittedFiles committed;

  /** Directories in new places that are as they were, by path. */
  private final Map<TreePath, UnchangedDirectories.Unchanged> moved = new HashMap<>();

  private boolean removed;

  /** Opened already, with what it was opened for. */
  private VolumeCommit(
      Store store,
      Volumes volumes,
      Source source,
      VolumeRecord record,
      StoreWriter writer,
      RocksDelta delta,
      DataFiles files,
      VolumeView view) {
    this.store = store;
    this.volumes = volumes;
    this.source = source.id;
    this.isFork = source.isFork;
    this.record = record;
    this.writer = writer;
    this.delta = delta;
    this.files = files;
    this.view = view;
    this.committed =
        new CommittedFiles(
            files,
            store.layout().volumeData(source.id),
            source.isFork || source.use == Use.SHARE,
            writer,
            store.options().inlineLimit(),
            store.options().steps()::after);
  }

  /** What becomes of a volume that is not open. */
  private enum Use {
    /** Its files may become the store's. */
    SHARE,
    /** Nothing of it changes: its files are copied. */
    ONLY_READ
  }

  /** What is committed: a volume that is held, or a fork of one. */
  private record Source(VolumeId id, boolean isFork, Use use) {}

  /**
   * Begins to commit a volume, be it open or not.
   *
   * @throws VolumeException where there is no such volume, or it is being removed or committed
   */
  public static VolumeCommit begin(Store store, Volumes volumes, VolumeId id) {
    return begin(store, volumes, id, Use.SHARE);
  }

  /**
   * Begins a commit that is to come to nothing: the volume, be it open or not, stays exactly as it
   * is, its data files and their times included. {@link #inherit} and {@link #remove} are not
   * called.
   *
   * @throws VolumeException as {@link #begin}
   */
  public static VolumeCommit beginToExport(Store store, Volumes volumes, VolumeId id) {
    return begin(store, volumes, id, Use.ONLY_READ);
  }

  private static VolumeCommit begin(Store store, Volumes volumes, VolumeId id, Use use) {
    Optional<VolumeFileSystem> open = volumes.opened(id);
    if (open.isEmpty()) {
      return beginUnused(store, volumes, id, use);
    }
    VolumeId fork = VolumeFork.temporary(store, volumes, id, open.get());
    return began(
        store,
        volumes,
        new Source(fork, true, use),
        () -> store.state().volume(fork).orElseThrow());
  }

  /**
   * Begins to commit a volume that nobody has open.
   *
   * @throws VolumeException where there is no such volume, or somebody has it
   */
  public static VolumeCommit beginUnused(Store store, Volumes volumes, VolumeId id) {
    return beginUnused(store, volumes, id, Use.SHARE);
  }

  private static VolumeCommit beginUnused(Store store, Volumes volumes, VolumeId id, Use use) {
    volumes.hold(id, "being committed");
    return began(store, volumes, new Source(id, false, use), () -> requireWhole(volumes, id));
  }

  private static VolumeRecord requireWhole(Volumes volumes, VolumeId id) {
    VolumeRecord record = volumes.require(id);
    volumes.lost(id).requireAllWhole();
    return record;
  }

  private static VolumeCommit began(
      Store store, Volumes volumes, Source source, Supplier<VolumeRecord> record) {
    boolean began = false;
    try {
      VolumeCommit commit = open(store, volumes, source, record.get());
      began = true;
      return commit;
    } finally {
      if (!began) {
        end(volumes, source.id, source.isFork);
      }
    }
  }

  private static VolumeCommit open(
      Store store, Volumes volumes, Source source, VolumeRecord record) {
    Path directory = store.layout().volume(source.id);
    DataFiles.makeDirectories(directory);
    DataFiles files = new DataFiles(directory);
    RocksDelta delta = RocksDelta.of(store.state().database(), source.id.number());
    boolean opened = false;
    try {
      Base base = new Base(TreeView.open(store.directories(), record.baseTree()));
      VolumeView view = VolumeView.read(base, delta);
      StoreWriter writer = store.begin("commit of volume " + source.id);
      VolumeCommit commit =
          new VolumeCommit(store, volumes, source, record, writer, delta, files, view);
      opened = true;
      return commit;
    } finally {
      if (!opened) {
        delta.close();
        files.close();
      }
    }
  }

  /** Returns the session that keeps everything of the commit until this is closed. */
  public StoreWriter writer() {
    return writer;
  }

  /** Returns the record of the volume that is committed. */
  public VolumeRecord volume() {
    return record;
  }

  /** Returns what the volume is built on. */
  public TreeView base() {
    return view.base().tree();
  }

  /**
   * Returns what the volume changed, as a layer says it, by path. The contents of changed files are
   * in the store then. Called once.
   *
   * @throws VolumeException where something is so deep that no layer can hold it
   */
  public List<LayerChange> changes() {
    ChangeFinder finder = new ChangeFinder(view, committed);
    List<LayerChange> changes = new ArrayList<>();
    for (FoundChange found : finder.find()) {
      changes.add(
          switch (found) {
            case FoundChange.Put(TreePath path, long inode, FileKind _) ->
                new LayerChange.Put(path, finder.entry(inode));
            case FoundChange.Link(TreePath path, TreePath first) ->
                new LayerChange.Link(path, first);
            case FoundChange.Whiteout(TreePath path) -> new LayerChange.Whiteout(path);
            case FoundChange.Opaque(TreePath path) -> new LayerChange.Opaque(path);
          });
    }
    moved.putAll(finder.moved());
    return changes;
  }

  /**
   * Returns the tree that changes make of the base; its records are in the session.
   *
   * @param changes those that {@link #changes} returned, in that order; some may be left out
   */
  public Tree tree(List<LayerChange> changes) {
    return CommittedTree.make(base(), changes, moved, writer);
  }

  /**
   * Lets the volume inherit what was committed from its transaction on: its data files go at {@link
   * #settle}. Of a fork nothing is changed, for it goes.
   */
  public void inherit(StateTransaction transaction) {
    if (isFork) {
      return;
    }
    DeltaBatch rows = delta.rows(transaction.batch());
    committed.committed().forEach((inode, file) -> inherit(inode, file, rows));
  }

  private void inherit(long inode, CommittedFiles.Committed file, DeltaBatch rows) {
    InodeRecord old = Objects.requireNonNull(view.record(inode));
    Content content =
        file.blob().isPresent()
            ? new Content.Inherited(file.blob().get(), file.size())
            : Content.NoData.INSTANCE;
    Times times = old.times();
    if (file.times().isPresent()) {
      CommittedFiles.FileTimes own = file.times().get();
      times =
          new Times(
              times.access(),
              own.modified(),
              Math.max(times.change(), own.changed()),
              times.birth());
    }
    rows.putInode(inode, new InodeRow.Live(old.withContent(content).withTimes(times)));
  }

  /** Removes the volume in this transaction; what it has goes at {@link #settle}. */
  public void remove(StateTransaction transaction) {
    volumes.markRemoved(transaction, source);
    removed = true;
  }

  /**
   * Takes away what the transaction made superfluous. Called when it is on disk. What this cannot
   * do now the next opening does.
   */
  public void settle() {
    try {
      if (removed) {
        volumes.finishRemoval(source);
      } else if (!isFork) {
        for (long inode : committed.committed().keySet()) {
          files.remove(inode);
          store.options().steps().after(VolumeSteps.DATA_FILE_REMOVED);
        }
      }
    } catch (LinuxException | StoreException | FsException e) {
      LOG.log(System.Logger.Level.WARNING, "data of volume " + source + " stays for now", e);
    }
  }

  /** Ends the session and lets go of the volume; what has not been named goes. */
  @Override
  public void close() {
    try {
      writer.close();
    } finally {
      try {
        files.close();
        delta.close();
      } finally {
        end(volumes, source, isFork);
      }
    }
  }

  /** Lets go of a volume; a fork is removed first, by the next opening where that fails now. */
  static void end(Volumes volumes, VolumeId source, boolean isFork) {
    try {
      if (isFork) {
        volumes.finishRemoval(source);
      }
    } catch (LinuxException | StoreException | FsException e) {
      LOG.log(System.Logger.Level.WARNING, "fork " + source + " stays for now", e);
    } finally {
      volumes.letGo(source);
    }
  }
}
