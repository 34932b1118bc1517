package dev.lamina.volume;

import dev.lamina.fs.FsException;
import dev.lamina.linux.Errno;
import dev.lamina.linux.Fd;
import dev.lamina.linux.FileAttributes;
import dev.lamina.linux.FileIo;
import dev.lamina.linux.FileOpen;
import dev.lamina.linux.FileStatus;
import dev.lamina.linux.LinuxException;
import dev.lamina.linux.Timespec;
import java.util.ArrayList;
import java.util.List;
import java.util.function.LongConsumer;

/**
 * Gives a file data of its own, by the cheapest way: nothing where the data is not wanted or there
 * is none, else a clone that shares blocks, else a copy within the kernel, else through here; holes
 * stay holes. Once an inode, under its data lock; the lower view stands until the record is
 * written, and what a failure leaves is removed.
 */
final class CopyUp {
  private static final System.Logger LOG = System.getLogger(CopyUp.class.getName());
  private static final int BUFFER = 1 << 16;
  private static final long MOST_AT_ONCE = 1L << 30;

  private final Union union;
  private final Inodes inodes;

  CopyUp(Union union, Inodes inodes) {
    this.union = union;
    this.inodes = inodes;
  }

  /**
   * Opens the node's own file for reading and writing; makes it where there is none. The caller
   * holds the node's data lock.
   *
   * @param keep how many bytes of the data are wanted, from the start on
   */
  Fd openOwn(Node node, long keep) {
    return switch (inodes.record(node).content()) {
      case Content.Own own -> open(node, keep);
      case Content.NoData none -> empty(node, inodes.record(node).times().modify());
      case Content.Inherited inherited ->
          keep == 0 ? empty(node, Timespec.OMIT) : copy(node, inherited, keep);
      case Content.Parent parent -> throw FsException.of(Errno.EISDIR);
      case Content.Target target -> throw FsException.of(Errno.EINVAL);
      case Content.Device device -> throw FsException.of(Errno.EINVAL);
      case Content.Nothing nothing -> throw FsException.of(Errno.EINVAL);
    };
  }

  /**
   * Opens the file of a node that has data of its own, to be read: one that a commit has linked
   * into the store stays shared with it until somebody writes. The caller holds the node's data
   * lock.
   */
  DataSource openToRead(Node node) {
    DataFiles files = union.dataFiles();
    FileStatus status = new FileStatus();
    return files.status(node.inode, status) && status.links() > 1
        ? new DataSource.Stored(files.open(node.inode, FileOpen.O_RDONLY), status.size())
        : new DataSource.Own(open(node, Long.MAX_VALUE));
  }

  /** Opens a file that has data of its own; one lost in a power cut is made anew, empty. */
  private Fd open(Node node, long keep) {
    DataFiles files = union.dataFiles();
    FileStatus status = new FileStatus();
    if (!files.status(node.inode, status)) {
      LOG.log(
          System.Logger.Level.WARNING, "the data of inode " + node.inode + " is lost: now empty");
      return files.create(node.inode);
    }
    if (status.links() > 1) {
      return part(node, status, Math.min(keep, status.size()));
    }
    files.makeWritable(node.inode, status);
    return files.open(node.inode, FileOpen.O_RDWR);
  }

  /**
   * Gives a file that a commit has linked into the store, and not let go of any more, data of its
   * own again, its first {@code keep} bytes: an object is never written.
   */
  private Fd part(Node node, FileStatus status, long keep) {
    DataFiles files = union.dataFiles();
    Fd filled = files.createTemporary(node.inode);
    boolean done = false;
    try (Fd linked = files.open(node.inode, FileOpen.O_RDONLY)) {
      if (keep > 0) {
        cloneOrCopy(linked.value(), filled.value(), keep);
      }
      FileAttributes.futimens(filled.value(), status.accessTime(), status.modifyTime());
      union.steps().accept(VolumeSteps.COPY_FILLED);
      FileIo.fdatasync(filled.value());
      files.place(node.inode);
      union.steps().accept(VolumeSteps.COPY_PLACED);
      files.syncDirectory();
      union.steps().accept(VolumeSteps.COPY_SYNCED);
      done = true;
      return filled;
    } finally {
      if (!done) {
        undo(node, filled, List.of(files::discardTemporary));
      }
    }
  }

  private Fd empty(Node node, long modifyTime) {
    DataFiles files = union.dataFiles();
    // One that a failure left, where even removing it failed.
    files.remove(node.inode);
    Fd made = files.create(node.inode);
    boolean done = false;
    try {
      union.steps().accept(VolumeSteps.DATA_FILE_MADE);
      FileAttributes.futimens(made.value(), inodes.record(node).times().access(), modifyTime);
      record(node);
      done = true;
      return made;
    } finally {
      if (!done) {
        undo(node, made, List.of(files::remove));
      }
    }
  }

  private Fd copy(Node node, Content.Inherited inherited, long keep) {
    try {
      return copyOnce(node, inherited, keep);
    } catch (LinuxException e) {
      // What was removed a moment ago may take the space still.
      if (e.errno() != Errno.ENOSPC || !union.syncer().removeNow()) {
        throw e;
      }
      return copyOnce(node, inherited, keep);
    }
  }

  private Fd copyOnce(Node node, Content.Inherited inherited, long keep) {
    DataFiles files = union.dataFiles();
    Fd filled = files.createTemporary(node.inode);
    boolean done = false;
    try (DataSource source = union.contents().open(inherited.blob(), inherited.size())) {
      fill(filled.value(), source, Math.min(keep, inherited.size()));
      Times times = inodes.record(node).times();
      FileAttributes.futimens(filled.value(), times.access(), times.modify());
      union.steps().accept(VolumeSteps.COPY_FILLED);
      files.place(node.inode);
      union.steps().accept(VolumeSteps.COPY_PLACED);
      FileIo.fdatasync(filled.value());
      files.syncDirectory();
      union.steps().accept(VolumeSteps.COPY_SYNCED);
      record(node);
      done = true;
      return filled;
    } finally {
      if (!done) {
        undo(node, filled, List.of(files::discardTemporary, files::remove));
      }
    }
  }

  /** The one undo path: nothing of the copy stays, whichever step of the undoing fails. */
  private static void undo(Node node, Fd descriptor, List<LongConsumer> removals) {
    List<Runnable> steps = new ArrayList<>();
    steps.add(descriptor::close);
    removals.forEach(removal -> steps.add(() -> removal.accept(node.inode)));
    for (Runnable step : steps) {
      try {
        step.run();
      } catch (LinuxException e) {
        // The error that led here is the one to tell; the next opening removes what is left.
        LOG.log(System.Logger.Level.WARNING, "a half-made copy stays for now", e);
      }
    }
  }

  /** The file has its own data now: whatever else was changed meanwhile stands. */
  private void record(Node node) {
    try (LockSet _ = LockSet.records(node)) {
      Change change = new Change(union, inodes);
      change.inode(node, inodes.record(node).withContent(Content.Own.INSTANCE));
      change.write();
    }
  }

  private static void fill(int target, DataSource source, long length) {
    switch (source) {
      case DataSource.Bytes bytes ->
          FileIo.writeFully(target, bytes.bytes(), 0, Math.toIntExact(length), 0);
      case DataSource.Stored stored -> cloneOrCopy(stored.descriptor().value(), target, length);
      case DataSource.Guarded guarded -> cloneOrCopy(guarded.descriptor().value(), target, length);
      case DataSource.Own own -> throw new IllegalStateException("own data is not copied up");
    }
  }

  /** Makes an empty file hold the first {@code length} bytes of another, by the cheapest way. */
  static void cloneOrCopy(int source, int target, long length) {
    if (!tryClone(source, target)) {
      copyExtents(source, target, length);
    }
    // Cuts what is not wanted, and makes the file as long as a hole at its end.
    FileIo.ftruncate(target, length);
  }

  private static boolean tryClone(int source, int target) {
    try {
      FileIo.clone(source, target);
      return true;
    } catch (LinuxException e) {
      return switch (e.errno()) {
        case EOPNOTSUPP, EXDEV, EINVAL, ENOTTY, EPERM -> false;
        default -> throw e;
      };
    }
  }

  /** Copies what is data and leaves holes out. */
  private static void copyExtents(int source, int target, long length) {
    long at = 0;
    while (at < length) {
      long data;
      long end;
      try {
        data = FileIo.lseek(source, at, FileIo.SEEK_DATA);
        if (data >= length) {
          return;
        }
        end = Math.min(FileIo.lseek(source, data, FileIo.SEEK_HOLE), length);
      } catch (LinuxException e) {
        if (e.errno() == Errno.ENXIO) {
          // Only a hole is left; or a file that is being forked was cut here a moment ago.
          return;
        }
        throw e;
      }
      copyRange(source, target, data, end);
      at = end;
    }
  }

  private static void copyRange(int source, int target, long from, long end) {
    long at = from;
    while (at < end) {
      long copied;
      try {
        copied = FileIo.copyFileRange(source, at, target, at, Math.min(end - at, MOST_AT_ONCE));
      } catch (LinuxException e) {
        switch (e.errno()) {
          case EXDEV, EINVAL, EOPNOTSUPP, ENOSYS -> {
            copyThrough(source, target, at, end);
            return;
          }
          default -> throw e;
        }
      }
      if (copied == 0) {
        throw FsException.of(Errno.EIO, "an object of the store is shorter than its size says");
      }
      at += copied;
    }
  }

  private static void copyThrough(int source, int target, long from, long end) {
    byte[] buffer = new byte[BUFFER];
    long at = from;
    while (at < end) {
      int read = FileIo.readFully(source, buffer, 0, (int) Math.min(BUFFER, end - at), at);
      if (read == 0) {
        throw FsException.of(Errno.EIO, "an object of the store is shorter than its size says");
      }
      FileIo.writeFully(target, buffer, 0, read, at);
      at += read;
    }
  }
}
