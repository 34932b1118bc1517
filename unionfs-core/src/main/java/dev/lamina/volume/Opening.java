package dev.lamina.volume;

import dev.lamina.linux.Fd;
import java.util.HashSet;
import java.util.Set;

/**
 * Brings a volume that nobody uses into the state its records say, whatever ended its last use:
 * first inodes without a name go, then data files without a record, and a record's lost data file
 * is made anew, empty. Reads the records of the delta once.
 */
final class Opening {
  private static final System.Logger LOG = System.getLogger(Opening.class.getName());

  private final Union union;
  private final InodeBits recorded;
  private final InodeBits named;
  private final Set<Long> own = new HashSet<>();

  private Opening(Union union) {
    this.union = union;
    long positions = union.base().positions();
    this.recorded = new InodeBits(positions);
    this.named = new InodeBits(positions);
  }

  /** Does it and returns the parts that serve the volume. */
  static VolumeParts open(Union union, boolean hasSelinux) {
    Opening opening = new Opening(union);
    union.files().ifPresent(DataFiles::emptyTemporaries);
    new Orphans(union, opening.recorded).recover();
    union.delta().inodes(opening::inode);
    union.delta().directories(opening::directory);
    union.files().ifPresent(opening::reconcile);
    return new VolumeParts(union, opening.recorded, opening.named, hasSelinux);
  }

  private void inode(long inode, InodeRow row) {
    if (union.base().has(inode)) {
      recorded.add(inode);
    }
    if (row instanceof InodeRow.Live live && live.record().hasOwnData()) {
      own.add(inode);
    }
  }

  private void directory(long inode) {
    if (union.base().has(inode)) {
      named.add(inode);
    }
  }

  private void reconcile(DataFiles files) {
    Set<Long> unclaimed = new HashSet<>(files.all());
    Set<Long> lost = new HashSet<>(own);
    lost.removeAll(unclaimed);
    unclaimed.removeAll(own);
    if (!unclaimed.isEmpty()) {
      // What let go of them must be durable before they go.
      union.delta().sync();
      unclaimed.forEach(files::remove);
    }
    for (long inode : lost) {
      LOG.log(
          System.Logger.Level.WARNING,
          "the data of inode " + inode + " was lost in a power cut; the file is empty now");
      try (Fd _ = files.create(inode)) {
        files.syncDirectory();
      }
    }
    if (!unclaimed.isEmpty()) {
      union.steps().accept(VolumeSteps.DATA_FILE_REMOVED);
    }
  }
}
