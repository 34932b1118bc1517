package dev.lamina.volume;

import dev.lamina.fs.FsException;
import java.time.Duration;

/**
 * Access times as relatime has them: moved by a read when they are not later than the last change,
 * or a day old. Only of what the delta has a record of; what is as the base has it is never touched
 * by reading.
 */
final class AccessTimes {
  private static final long DAY = Duration.ofDays(1).toNanos();

  private final Union union;
  private final Inodes inodes;

  AccessTimes(Union union, Inodes inodes) {
    this.union = union;
    this.inodes = inodes;
  }

  /**
   * A node was read.
   *
   * @param modified when its content was last changed, where the data file knows better than the
   *     record; else the record's
   */
  void read(Node node, long modified) {
    InodeRecord record = node.record();
    if (record == null || !isDue(record, modified)) {
      return;
    }
    try (LockSet _ = LockSet.records(node)) {
      InodeRecord current = inodes.record(node);
      Change change = new Change(union, inodes);
      change.inode(node, current.withTimes(current.times().accessed(union.now())));
      change.write();
    } catch (FsException e) {
      // A full disk does not make reading fail: the time stays what it was.
      System.getLogger(AccessTimes.class.getName())
          .log(System.Logger.Level.DEBUG, "access time of inode " + node.inode + " not kept", e);
    }
  }

  private boolean isDue(InodeRecord record, long modified) {
    Times times = record.times();
    if (!union.isWritable() || (record.flags() & InodeFlags.NOATIME) != 0) {
      return false;
    }
    long access = times.access();
    return access <= modified || access <= times.change() || union.now() - access >= DAY;
  }
}
