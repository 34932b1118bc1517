package dev.lamina.fuse.jnr;

import dev.lamina.fs.AttributeChange;
import dev.lamina.fs.Attributes;
import dev.lamina.fs.Entry;
import dev.lamina.fs.FileSystem;
import dev.lamina.fs.FsException;
import dev.lamina.linux.Errno;
import dev.lamina.linux.Memory;
import dev.lamina.linux.Timespec;
import java.util.Optional;

/** What libfuse calls about attributes. Never throws. Thread-safe. */
final class AttributeCallbacks {
  private static final int UNCHANGED = -1;
  private static final int PERMISSIONS = 07777;
  private static final long UTIME_NOW = (1L << 30) - 1;
  private static final long UTIME_OMIT = (1L << 30) - 2;

  private final Served served;
  private final FileSystem fileSystem;
  private final Paths paths;
  private final Answers answers;

  AttributeCallbacks(Served served) {
    this.served = served;
    this.fileSystem = served.fileSystem();
    this.paths = served.paths();
    this.answers = served.answers();
  }

  void enter(OperationTable table) {
    table.enter(table.getattr, Delegates.Two.class, this::getattr);
    table.enter(table.fgetattr, Delegates.Three.class, this::fgetattr);
    table.enter(table.chmod, Delegates.Mode.class, this::chmod);
    table.enter(table.chown, Delegates.Owner.class, this::chown);
    table.enter(table.truncate, Delegates.Size.class, this::truncate);
    table.enter(table.ftruncate, Delegates.OpenSize.class, this::ftruncate);
    table.enter(table.utimens, Delegates.Two.class, this::utimens);
    table.enter(table.statfs, Delegates.Two.class, this::statfs);
  }

  /**
   * Also what libfuse looks names up with. A failed lookup of a live name makes the kernel unmount
   * what is bound over it, except where the error is ENOMEM: so what is no answer about the name is
   * tried again once and then becomes ENOMEM.
   */
  private int getattr(long path, long stat) {
    return answers.to(
        Operation.GETATTR,
        () -> {
          if (!CurrentRequest.get().is(CurrentRequest.LOOKUP)) {
            return attributes(path, stat);
          }
          try {
            return attributes(path, stat);
          } catch (FsException e) {
            if (e.errno() != Errno.EIO) {
              throw e;
            }
          } catch (RuntimeException | Error e) {
            answers.defect(Operation.GETATTR, e);
          }
          return attributesOrNoMemory(path, stat);
        });
  }

  private int attributesOrNoMemory(long path, long stat) {
    try {
      return attributes(path, stat);
    } catch (FsException e) {
      if (e.errno() != Errno.EIO) {
        throw e;
      }
      throw unanswerable(path, e);
    } catch (RuntimeException | Error e) {
      throw unanswerable(path, e);
    }
  }

  private FsException unanswerable(long path, Throwable failure) {
    answers
        .log()
        .once(
            System.Logger.Level.ERROR,
            "cannot look up '" + Paths.name(path) + "', answered ENOMEM: " + failure);
    return FsException.of(Errno.ENOMEM, "lookup failed twice", failure);
  }

  private int attributes(long path, long stat) {
    Entry entry = new Entry();
    return paths.with(path, entry, node -> answer(stat, entry.attributes));
  }

  /** Of a file that libfuse has renamed it takes a name away, which is gone already. */
  private int answer(long stat, Attributes attributes) {
    CurrentRequest request = CurrentRequest.get();
    if (request.is(CurrentRequest.GETATTR) && served.hidden().isCounted(request.node())) {
      attributes.links++;
    }
    StatFields.fill(stat, attributes);
    return 0;
  }

  private int fgetattr(long path, long stat, long info) {
    return answers.to(
        Operation.FGETATTR,
        () -> {
          Attributes attributes = new Attributes();
          Optional<Reference> unnamed = CurrentRequest.get().askedByHandle();
          if (unnamed.isPresent()) {
            fileSystem.getattr(unnamed.get().node(), FileSystem.NO_HANDLE, attributes);
          } else {
            long handle = FileInfo.handle(info);
            fileSystem.getattr(served.open().file(handle), handle, attributes);
          }
          return answer(stat, attributes);
        });
  }

  private int chmod(long path, int mode) {
    AttributeChange change = new AttributeChange();
    change.valid = AttributeChange.MODE;
    change.mode = mode & PERMISSIONS;
    return set(Operation.CHMOD, path, change);
  }

  private int chown(long path, int uid, int gid) {
    AttributeChange change = new AttributeChange();
    change.uid = uid;
    change.gid = gid;
    change.valid =
        (uid == UNCHANGED ? 0 : AttributeChange.UID) | (gid == UNCHANGED ? 0 : AttributeChange.GID);
    return set(Operation.CHOWN, path, change);
  }

  private int truncate(long path, long size) {
    return set(Operation.TRUNCATE, path, size(size));
  }

  private static AttributeChange size(long size) {
    AttributeChange change = new AttributeChange();
    change.valid = AttributeChange.SIZE;
    change.size = size;
    return change;
  }

  private int ftruncate(long path, long size, long info) {
    return served.change(
        Operation.TRUNCATE,
        () -> {
          long handle = FileInfo.handle(info);
          fileSystem.setattr(served.open().file(handle), handle, size(size), new Attributes());
          return 0;
        });
  }

  /** Two {@code struct timespec}: of access, of modification. */
  private int utimens(long path, long times) {
    AttributeChange change = new AttributeChange();
    change.accessTime =
        time(times, change, AttributeChange.ACCESS_TIME, AttributeChange.ACCESS_TIME_NOW);
    change.modifyTime =
        time(times + 16, change, AttributeChange.MODIFY_TIME, AttributeChange.MODIFY_TIME_NOW);
    return set(Operation.UTIMENS, path, change);
  }

  private static long time(long address, AttributeChange change, int given, int now) {
    long nanos = Memory.getLong(address + 8);
    if (nanos == UTIME_OMIT) {
      return 0;
    }
    if (nanos == UTIME_NOW) {
      change.valid |= given | now;
      return 0;
    }
    change.valid |= given;
    return Timespec.ofSeconds(Memory.getLong(address), (int) nanos);
  }

  private int set(Operation operation, long path, AttributeChange change) {
    return served.change(
        operation,
        () ->
            paths.with(
                path,
                node -> {
                  fileSystem.setattr(node, FileSystem.NO_HANDLE, change, new Attributes());
                  return 0;
                }));
  }

  private int statfs(long path, long stat) {
    return answers.to(
        Operation.STATFS,
        () -> {
          StatFields.fill(stat, fileSystem.statfs());
          return 0;
        });
  }
}
