package dev.lamina.volume;

import com.google.common.collect.Lists;
import dev.lamina.fs.FsException;
import dev.lamina.linux.Errno;
import dev.lamina.linux.Fd;
import dev.lamina.linux.FileAttributes;
import dev.lamina.linux.FileIo;
import dev.lamina.linux.FileOpen;
import dev.lamina.linux.FileStatus;
import dev.lamina.linux.LinuxException;
import dev.lamina.store.Hold;
import dev.lamina.store.StateDatabase;
import dev.lamina.store.StateSnapshot;
import dev.lamina.store.Store;
import dev.lamina.store.VolumeId;
import dev.lamina.store.VolumeRecord;
import dev.lamina.store.VolumeState;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.function.Consumer;

/**
 * Copies an open volume: its names and inodes as of one moment, each changed file as of its own
 * clone. Each operation on the volume is one batch of the database, so a snapshot of that has whole
 * operations and nobody need wait for it; and as long as the files are cloned none of them is
 * deleted. What is unlinked but open is not copied.
 */
final class VolumeFork {
  private static final int ROWS_AT_ONCE = 1_000;
  private static final int FILES_AT_ONCE = 256;

  /** How often a file is copied anew because it was written to meanwhile. */
  private static final int ATTEMPTS = 3;

  private final Store store;
  private final VolumeId source;
  private final VolumeId fork;

  /** Rows on their way to the fork. */
  private final List<Consumer<DeltaBatch>> rows = new ArrayList<>();

  /** Inodes whose data is to be cloned. */
  private final List<Long> own = new ArrayList<>();

  private VolumeFork(Store store, VolumeId source, VolumeId fork) {
    this.store = store;
    this.source = source;
    this.fork = fork;
  }

  /**
   * Makes a fork that no list shows and that the next opening of the store removes, if nobody does
   * before. It is held; who asked for it removes it and lets go.
   *
   * @param open the volume's file system
   * @throws VolumeException where the volume is gone
   */
  static VolumeId temporary(Store store, Volumes volumes, VolumeId source, VolumeFileSystem open) {
    return make(store, volumes, source, open, false);
  }

  /** As {@link #temporary}, of a fork that is to be named: its data is on disk then. */
  static VolumeId kept(Store store, Volumes volumes, VolumeId source, VolumeFileSystem open) {
    return make(store, volumes, source, open, true);
  }

  private static VolumeId make(
      Store store, Volumes volumes, VolumeId source, VolumeFileSystem open, boolean isKept) {
    Syncer syncer = open.union().syncer();
    // What is committed will be on disk; what it is a copy of is not to be behind it.
    syncer.syncAll();
    try (Syncer.Hold _ = syncer.hold()) {
      VolumeFork copy = record(store, volumes, source);
      boolean done = false;
      try {
        step(store, VolumeSteps.FORK_ROWS_COPIED);
        copy.cloneData(isKept);
        step(store, VolumeSteps.FORK_DATA_CLONED);
        done = true;
        return copy.fork;
      } finally {
        if (!done) {
          VolumeCommit.end(volumes, copy.fork, true);
        }
      }
    }
  }

  private static void step(Store store, String step) {
    store.options().steps().after(step);
  }

  /**
   * Copies the rows. No collection takes its roots meanwhile: what the volume names at this moment
   * and lets go of in the next one, the fork names when it looks.
   */
  private static VolumeFork record(Store store, Volumes volumes, VolumeId source) {
    try (Hold _ = store.state().hold();
        StateSnapshot at = store.state().snapshot()) {
      // One that is being removed may have lost some of its rows already.
      VolumeRecord record =
          at.volume(source)
              .filter(found -> found.state() == VolumeState.ACTIVE)
              .orElseThrow(() -> new VolumeException("There is no volume " + source));
      VolumeId fork =
          store
              .state()
              .transact(
                  transaction -> {
                    VolumeId id = transaction.newVolumeId();
                    transaction.putVolume(id, record.withState(VolumeState.REMOVED));
                    return id;
                  });
      volumes.hold(fork, "being made");
      VolumeFork copy = new VolumeFork(store, source, fork);
      boolean done = false;
      try {
        step(store, VolumeSteps.FORK_RECORDED);
        copy.copyRows(at);
        done = true;
        return copy;
      } finally {
        if (!done) {
          VolumeCommit.end(volumes, fork, true);
        }
      }
    }
  }

  private void copyRows(StateSnapshot at) {
    StateDatabase database = store.state().database();
    try (Delta from = RocksDelta.at(database, source.number(), at.readOptions());
        Delta to = RocksDelta.of(database, fork.number())) {
      Set<Long> orphans = new HashSet<>();
      from.orphans(orphans::add);
      from.inodes(
          (inode, row) -> {
            if (!orphans.contains(inode)) {
              add(to, batch -> batch.putInode(inode, row));
              if (row instanceof InodeRow.Live live && live.record().hasOwnData()) {
                own.add(inode);
              }
            }
          });
      from.allNames(
          (directory, name, row) -> {
            add(to, batch -> batch.putName(directory, name, row));
            if (Slots.isSequence(row.slot())) {
              add(to, batch -> batch.putSequence(directory, row.slot(), name));
            }
          });
      write(to);
    }
  }

  private void add(Delta to, Consumer<DeltaBatch> row) {
    rows.add(row);
    if (rows.size() == ROWS_AT_ONCE) {
      write(to);
    }
  }

  private void write(Delta to) {
    to.write(batch -> rows.forEach(row -> row.accept(batch)));
    rows.clear();
  }

  private void cloneData(boolean isKept) {
    Path target = store.layout().volume(fork);
    DataFiles.makeDirectories(target);
    try (DataFiles from = new DataFiles(store.layout().volume(source));
        DataFiles to = new DataFiles(target)) {
      for (long inode : own) {
        clone(inode, from, to);
      }
      if (isKept) {
        sync(to);
      }
    }
  }

  private void sync(DataFiles files) {
    for (List<Long> some : Lists.partition(own, FILES_AT_ONCE)) {
      files.sync(
          some,
          failure -> {
            throw new VolumeException(
                "The copy of volume " + source + " could not be written to disk", failure.cause());
          });
    }
    files.syncDirectory();
    DataFiles.syncDirectories(store.layout().volume(fork));
  }

  private void clone(long inode, DataFiles from, DataFiles to) {
    try (Fd file = from.open(inode, FileOpen.O_RDONLY);
        Fd copy = to.create(inode)) {
      for (int left = ATTEMPTS; !tryClone(file.value(), copy.value(), left == 0); left--) {
        FileIo.ftruncate(copy.value(), 0);
      }
    } catch (LinuxException e) {
      if (e.errno() == Errno.ENOENT) {
        throw new VolumeException(
            "Volume " + source + " was unmounted while it was being copied; try again", e);
      }
      throw e;
    }
  }

  /**
   * Copies a file's data.
   *
   * @param isLast whether a copy is taken although the file was written to meanwhile
   * @return false where it was written to, so that the copy may be of no moment
   */
  private static boolean tryClone(int file, int copy, boolean isLast) {
    FileStatus before = new FileStatus();
    FileStatus after = new FileStatus();
    FileAttributes.fstat(file, before);
    try {
      CopyUp.cloneOrCopy(file, copy, before.size());
      FileAttributes.fstat(file, after);
    } catch (FsException e) {
      FileAttributes.fstat(file, after);
      if (isLast || isSame(before, after)) {
        throw e;
      }
      return false;
    }
    if (!isSame(before, after) && !isLast) {
      return false;
    }
    if (after.size() < before.size()) {
      // Cut meanwhile: the copy has no tail that the file never had.
      FileIo.ftruncate(copy, after.size());
    }
    FileAttributes.futimens(copy, before.accessTime(), before.modifyTime());
    return true;
  }

  private static boolean isSame(FileStatus before, FileStatus after) {
    return before.size() == after.size() && before.modifyTime() == after.modifyTime();
  }
}
