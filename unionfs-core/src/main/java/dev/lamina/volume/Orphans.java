package dev.lamina.volume;

import dev.lamina.fs.FsException;
import dev.lamina.linux.FileStatus;
import dev.lamina.store.MalformedRecordException;
import dev.lamina.tree.DamagedException;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Consumer;

/**
 * Takes inodes without a name out of the volume: when their last reference goes, and those that a
 * dead daemon left when the volume is opened. A base inode's record becomes {@link InodeRow.Dead},
 * a delta inode's goes, a directory of the delta's names go with it, and the data file goes after
 * the next sync.
 */
final class Orphans {
  private static final System.Logger LOG = System.getLogger(Orphans.class.getName());

  /** From so many blocks of 512 bytes on, somebody may wait for the space: 1 MiB. */
  private static final long LARGE_BLOCKS = 2_048;

  private final Union union;
  private final InodeBits recorded;

  Orphans(Union union, InodeBits recorded) {
    this.union = union;
    this.recorded = recorded;
  }

  /** Takes out the inode of a node that nobody references any more. Never fails. */
  void remove(Node node) {
    InodeRecord record = node.record();
    if (record == null) {
      return;
    }
    try {
      remove(node.inode, record);
    } catch (RuntimeException e) {
      // Its row among the orphans stays, so the next opening of the volume does it.
      LOG.log(System.Logger.Level.WARNING, "unlinked inode " + node.inode + " stays for now", e);
    }
  }

  /** Takes out what was left. Called before anything else uses the volume. */
  void recover() {
    List<Long> left = new ArrayList<>();
    union.delta().orphans(left::add);
    for (long inode : left) {
      try {
        recover(inode);
      } catch (MalformedRecordException | DamagedException | FsException e) {
        // It has no name, so nobody misses it; the others go.
        LOG.log(System.Logger.Level.WARNING, "unlinked inode " + inode + " is damaged: stays", e);
      }
    }
  }

  private void recover(long inode) {
    switch (union.delta().inode(inode)) {
      case InodeRow.Live live -> remove(inode, live.record());
      case InodeRow.Dead dead -> write(batch -> batch.removeOrphan(inode));
      case null -> {
        if (union.base().has(inode)) {
          remove(inode, union.base().record(inode));
        } else {
          write(batch -> batch.removeOrphan(inode));
        }
      }
    }
  }

  private void remove(long inode, InodeRecord record) {
    boolean isBase = union.base().has(inode);
    write(
        batch -> {
          batch.removeOrphan(inode);
          if (isBase) {
            batch.putInode(inode, InodeRow.Dead.INSTANCE);
          } else {
            batch.removeInode(inode);
            if (record.isDirectory()) {
              batch.removeNames(inode);
            }
          }
        });
    if (isBase) {
      recorded.add(inode);
    }
    if (record.hasOwnData()) {
      FileStatus status = new FileStatus();
      boolean isLarge = union.dataFiles().status(inode, status) && status.blocks() >= LARGE_BLOCKS;
      union.syncer().removeLater(inode, isLarge);
    }
  }

  private void write(Consumer<DeltaBatch> rows) {
    union.delta().write(rows);
    union.syncer().wrote();
    union.steps().accept(VolumeSteps.ROWS_WRITTEN);
  }
}
