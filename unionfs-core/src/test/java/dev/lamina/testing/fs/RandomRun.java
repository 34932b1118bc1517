package dev.lamina.testing.fs;

import dev.lamina.fs.AttributeChange;
import dev.lamina.fs.Attributes;
import dev.lamina.fs.FileKind;
import dev.lamina.fs.FileSystem;
import dev.lamina.fs.FsException;
import dev.lamina.fs.Invalidations;
import dev.lamina.fs.TransportFeatures;
import dev.lamina.linux.FileIo;
import dev.lamina.linux.FileOpen;
import java.util.Arrays;
import java.util.Random;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/** One file system during a random sequence: carries out its steps and says what came of each. */
final class RandomRun {
  /** How many files may be open at once. */
  static final int SLOTS = 3;

  private static final String SKIPPED = "skipped";
  private static final int NO_DUMP = 0x40;

  private final @Nullable Handle[] handles = new @Nullable Handle[SLOTS];
  private final boolean[] appends = new boolean[SLOTS];
  private Workspace workspace;

  RandomRun(FileSystem fileSystem) {
    workspace = attached(fileSystem);
  }

  private static Workspace attached(FileSystem fileSystem) {
    fileSystem.attach(new TransportFeatures(false, true, true), Invalidations.ignored());
    return new Workspace(fileSystem);
  }

  Workspace workspace() {
    return workspace;
  }

  /** Goes on with a file system mounted anew; nothing is open then. */
  void replace(FileSystem fileSystem) {
    workspace = attached(fileSystem);
  }

  void closeHandles() {
    for (int slot = 0; slot < SLOTS; slot++) {
      Handle handle = handles[slot];
      if (handle != null) {
        handle.close();
        handles[slot] = null;
      }
    }
  }

  /** Carries out a step; what came of it, the same for all file systems that are right. */
  String apply(RandomOperation step) {
    try {
      return dispatch(step);
    } catch (FsException e) {
      return e.errno().toString();
    }
  }

  private String dispatch(RandomOperation step) {
    return switch (step.kind()) {
      case MAKE_FILE -> {
        workspace.create(step.path(), step.x(), FileOpen.O_RDWR).close();
        yield stat(step.path());
      }
      case MAKE_DIRECTORY -> TreeSnapshot.describe(workspace.mkdir(step.path(), step.x() & 01777));
      case MAKE_SYMLINK -> TreeSnapshot.describe(workspace.symlink(step.path(), step.other()));
      case MAKE_NODE -> makeNode(step);
      case LINK -> TreeSnapshot.describe(workspace.link(step.path(), step.other()));
      case UNLINK -> done(() -> workspace.unlink(step.path()));
      case RMDIR -> done(() -> workspace.rmdir(step.path()));
      case RENAME -> done(() -> workspace.rename(step.path(), step.other(), step.x()));
      case STAT -> stat(step.path());
      case READ -> whereRegular(step, () -> hash(workspace.read(step.path())));
      case LIST -> list(step.path());
      case WRITE -> whereRegular(step, () -> write(step));
      case TRUNCATE -> done(() -> workspace.truncate(step.path(), size(step)));
      case CHMOD -> change(step, () -> workspace.chmod(step.path(), step.x()));
      case CHOWN -> done(() -> workspace.chown(step.path(), step.x(), step.y()));
      case UTIMES -> done(() -> workspace.utimes(step.path(), step.y(), step.x() * 1_000_001L));
      case SET_XATTR -> setXattr(step);
      case REMOVE_XATTR -> done(() -> workspace.removexattr(step.path(), attribute(step)));
      case SET_ACL -> change(step, () -> setAcl(step));
      case SET_FLAGS -> whereRegular(step, () -> setFlags(step));
      case OPEN -> whereRegular(step, () -> open(step));
      case OPEN_CREATE ->
          hold(step, () -> workspace.create(step.path(), step.x(), FileOpen.O_RDWR));
      case OPEN_TEMPORARY ->
          hold(step, () -> workspace.temporary(step.path(), step.x(), FileOpen.O_RDWR));
      case SLOT_READ -> withHandle(step, handle -> hash(handle.read(step.x(), step.y())));
      case SLOT_WRITE -> withHandle(step, handle -> slotWrite(handle, step));
      case SLOT_TRUNCATE ->
          withHandle(
              step,
              handle -> {
                handle.truncate(handle.attributes().size == step.x() ? step.x() + 1 : step.x());
                return describe(handle);
              });
      case SLOT_PUNCH -> withHandle(step, handle -> punch(handle, step));
      case SLOT_ALLOCATE ->
          withHandle(
              step,
              handle -> {
                handle.fallocate(step.slot() & 1, step.x(), step.y() + 1);
                return describe(handle);
              });
      case SLOT_COPY -> withHandle(step, handle -> copy(handle, step));
      case SLOT_SEEK -> withHandle(step, handle -> seek(handle, step));
      case SLOT_STAT -> withHandle(step, RandomRun::describe);
      case SLOT_CHMOD ->
          withHandle(
              step,
              handle -> {
                AttributeChange change = ContractSubject.change(AttributeChange.MODE);
                change.mode = step.x();
                return TreeSnapshot.describe(handle.change(change));
              });
      case SLOT_LINK ->
          withHandle(
              step,
              handle -> {
                handle.link(workspace, step.path());
                return describe(handle);
              });
      case SLOT_CLOSE ->
          withHandle(
              step,
              handle -> {
                handle.close();
                handles[step.slot()] = null;
                return "closed";
              });
      case LISTING_BEGIN, LISTING_STEP, REMOUNT, COMMIT ->
          throw new IllegalArgumentException(step + " is done by who compares");
    };
  }

  private static String done(Runnable action) {
    action.run();
    return "done";
  }

  private String stat(String path) {
    return TreeSnapshot.describe(workspace.attributes(path));
  }

  private static String describe(Handle handle) {
    return TreeSnapshot.describe(handle.attributes());
  }

  private static String hash(byte[] bytes) {
    return bytes.length + " bytes " + Arrays.hashCode(bytes);
  }

  private interface Action {
    String act();
  }

  /** What system calls do only to regular files. */
  private String whereRegular(RandomOperation step, Action action) {
    FileKind kind = workspace.attributes(step.path()).kind();
    return kind == FileKind.REGULAR ? action.act() : SKIPPED;
  }

  /** What system calls do not do to symlinks. */
  private String change(RandomOperation step, Runnable action) {
    if (workspace.attributes(step.path()).kind() == FileKind.SYMLINK) {
      return SKIPPED;
    }
    action.run();
    return stat(step.path());
  }

  private String makeNode(RandomOperation step) {
    FileKind[] kinds = {
      FileKind.FIFO, FileKind.CHARACTER_DEVICE, FileKind.BLOCK_DEVICE, FileKind.SOCKET
    };
    FileKind kind = kinds[step.y() % kinds.length];
    return TreeSnapshot.describe(
        workspace.mknod(step.path(), kind, step.x(), kind.isDevice() ? step.y() : 0));
  }

  private String list(String path) {
    TreeMap<String, FileKind> names = new TreeMap<>();
    for (Workspace.Listed listed : workspace.list(path)) {
      if (names.put(listed.name(), listed.kind()) != null) {
        return "listed twice: " + listed.name();
      }
    }
    return names.toString();
  }

  private static byte[] content(int seed, int length) {
    byte[] bytes = new byte[length];
    new Random(seed).nextBytes(bytes);
    return bytes;
  }

  private String write(RandomOperation step) {
    try (Handle handle = workspace.open(step.path(), FileOpen.O_RDWR)) {
      handle.write(
          step.x(), content(step.y(), 1 + step.y() % 6000), step.slot() == 0 && mayKill(handle));
      return describe(handle);
    }
  }

  private long size(RandomOperation step) {
    // Whether the same size again moves the times differs between kernels.
    return workspace.attributes(step.path()).size == step.x() ? step.x() + 1 : step.x();
  }

  private String attribute(RandomOperation step) {
    FileKind kind = workspace.attributes(step.path()).kind();
    boolean user = kind == FileKind.REGULAR || kind == FileKind.DIRECTORY;
    return (user && step.slot() == 0 ? "user.n" : "trusted.n") + step.x() % 3;
  }

  private String setXattr(RandomOperation step) {
    byte[] value = content(step.y(), step.y() % 60);
    workspace.setxattr(step.path(), attribute(step), value, step.x() / 3 % 3);
    return "set";
  }

  private void setAcl(RandomOperation step) {
    int none = PosixAcl.UNDEFINED_ID;
    PosixAcl acl =
        PosixAcl.of(
            new PosixAcl.Entry(PosixAcl.USER_OBJECT, step.x() & 7, none),
            new PosixAcl.Entry(PosixAcl.USER, step.x() >> 3 & 7, 1000),
            new PosixAcl.Entry(PosixAcl.GROUP_OBJECT, step.y() & 7, none),
            new PosixAcl.Entry(PosixAcl.MASK, step.y() >> 3 & 7, none),
            new PosixAcl.Entry(PosixAcl.OTHER, step.y() >> 6 & 7, none));
    boolean directory = workspace.attributes(step.path()).kind() == FileKind.DIRECTORY;
    boolean inherited = directory && step.slot() == 0;
    String attribute = inherited ? AclContract.DEFAULT : AclContract.ACCESS;
    workspace.setxattr(step.path(), attribute, acl.encode(), 0);
  }

  private String setFlags(RandomOperation step) {
    int others = workspace.flags(step.path()) & ~NO_DUMP;
    workspace.setFlags(step.path(), others | (step.x() & 1) * NO_DUMP);
    return stat(step.path());
  }

  private String open(RandomOperation step) {
    int flags =
        switch (step.x() % 4) {
          case 0 -> FileOpen.O_RDWR | FileOpen.O_APPEND;
          case 1 -> FileOpen.O_RDWR | FileOpen.O_TRUNC;
          default -> FileOpen.O_RDWR;
        };
    boolean free = handles[step.slot()] == null;
    String outcome = hold(step, () -> workspace.open(step.path(), flags));
    appends[step.slot()] = free ? (flags & FileOpen.O_APPEND) != 0 : appends[step.slot()];
    return outcome;
  }

  private interface Opening {
    Handle open();
  }

  private String hold(RandomOperation step, Opening opening) {
    if (handles[step.slot()] != null) {
      return SKIPPED;
    }
    Handle handle = opening.open();
    handles[step.slot()] = handle;
    appends[step.slot()] = false;
    return describe(handle);
  }

  private interface WithHandle {
    String act(Handle handle);
  }

  private String withHandle(RandomOperation step, WithHandle action) {
    Handle handle = handles[step.slot()];
    return handle == null ? SKIPPED : action.act(handle);
  }

  /**
   * Whether nothing depends on the group of who writes: set-group-id without group execution goes
   * only where he is not of the file's group, which the model does not know.
   */
  private static boolean mayKill(Handle handle) {
    return (handle.attributes().mode & 02010) != 02000;
  }

  private static String slotWrite(Handle handle, RandomOperation step) {
    handle.write(
        step.x(), content(step.y(), 1 + step.y() % 9000), step.y() % 5 == 0 && mayKill(handle));
    return describe(handle);
  }

  private static String punch(Handle handle, RandomOperation step) {
    long size = handle.attributes().size;
    if (size == 0) {
      return SKIPPED;
    }
    int mode =
        step.y() % 2 == 0
            ? FileIo.FALLOC_FL_PUNCH_HOLE | FileIo.FALLOC_FL_KEEP_SIZE
            : FileIo.FALLOC_FL_ZERO_RANGE;
    handle.fallocate(mode, step.x() % size, step.y() + 1);
    return describe(handle);
  }

  private String copy(Handle handle, RandomOperation step) {
    int to = (step.slot() + step.y()) % SLOTS;
    Handle target = handles[to];
    if (target == null || appends[to]) {
      return SKIPPED;
    }
    int from = step.x() / 2;
    long length = step.y() + 1L;
    if (target.node() == handle.node() && from < step.x() + length && step.x() < from + length) {
      return SKIPPED;
    }
    long copied = 0;
    long part = -1;
    while (copied < length && part != 0) {
      part = handle.copyTo(from + copied, target, step.x() + copied, length - copied);
      copied += part;
    }
    return copied + " " + describe(target);
  }

  /** Where holes are may differ, but what is called a hole must be zeros. */
  private static String seek(Handle handle, RandomOperation step) {
    Attributes attributes = handle.attributes();
    int position = step.x();
    if (position >= attributes.size) {
      return Long.toString(handle.seekHole(position));
    }
    long hole = handle.seekHole(position);
    if (hole < position || hole > attributes.size) {
      return "a hole at " + hole;
    }
    long data = attributes.size;
    try {
      data = handle.seekData(position);
    } catch (FsException e) {
      // No data behind this position: all of it must be zeros.
    }
    for (byte b : handle.read(position, (int) (data - position))) {
      if (b != 0) {
        return "data in the hole at " + position;
      }
    }
    return "sought";
  }
}
