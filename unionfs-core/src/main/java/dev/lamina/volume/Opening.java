package dev.lamina.volume;

import dev.lamina.linux.Fd;
import dev.lamina.store.MalformedRecordException;
import java.util.HashSet;
import java.util.Set;

/**
 * Brings a volume that nobody uses into the state its records say, whatever ended its last use:
 * first inodes without a name go, then data files without a record, and a record's lost data file
 * is made anew, empty. Reads the records of the delta once.
 */
final class Opening implements Delta.InodeVisitor {
  private static final System.Logger LOG = System.getLogger(Opening.class.getName());

  private final Union union;
  private final InodeBits recorded;
  private final InodeBits named;
  private final Set<Long> own = new HashSet<>();
  private final Set<Long> unreadable = new HashSet<>();

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
    union.delta().forgetReplies();
    new Orphans(union, opening.recorded).recover();
    union.delta().inodes(opening);
    union.delta().directories(opening::directory);
    union.files().ifPresent(opening::reconcile);
    return new VolumeParts(union, opening.recorded, opening.named, hasSelinux);
  }

  @Override
  public void visit(long inode, InodeRow row) {
    if (union.base().has(inode)) {
      recorded.add(inode);
    }
    if (row instanceof InodeRow.Live live && live.record().hasOwnData()) {
      own.add(inode);
    }
  }

  /** One file's damage keeps nobody from the others: asking for it is EIO, its data is kept. */
  @Override
  public void damaged(long inode, MalformedRecordException failure) {
    LOG.log(
        System.Logger.Level.ERROR,
        "the record of inode " + inode + " is damaged: " + failure.getMessage());
    if (union.base().has(inode)) {
      recorded.add(inode);
    }
    unreadable.add(inode);
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
    unclaimed.removeAll(unreadable);
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
