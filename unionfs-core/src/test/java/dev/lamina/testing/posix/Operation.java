package dev.lamina.testing.posix;

import static dev.lamina.testing.posix.Answer.ok;

import com.google.common.collect.ImmutableSet;
import com.google.errorprone.annotations.Immutable;
import dev.lamina.linux.Fd;
import dev.lamina.linux.FileAttributes;
import dev.lamina.linux.FileNames;
import dev.lamina.linux.FileOpen;
import dev.lamina.linux.FileStatus;
import dev.lamina.linux.RawCall;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.Locale;

/** A system call that takes a path, whatever is there; with what else it may need. */
enum Operation {
  STAT(
      path -> buffer(256, b -> RawCall.STATX.of(Fd.CWD, path, 0, 0x7ff, b)),
      Trait.EXISTING,
      Trait.FOLLOWS),
  LSTAT(
      path ->
          buffer(
              256,
              b -> RawCall.STATX.of(Fd.CWD, path, FileAttributes.AT_SYMLINK_NOFOLLOW, 0x7ff, b)),
      Trait.EXISTING),
  ACCESS(path -> RawCall.FACCESSAT2.of(Fd.CWD, path, 0, 0), Trait.EXISTING, Trait.FOLLOWS),
  READLINK(path -> buffer(4096, b -> RawCall.READLINKAT.of(Fd.CWD, path, b, 4096)), Trait.EXISTING),
  OPEN(path -> open(path, FileOpen.O_RDONLY), Trait.EXISTING, Trait.FOLLOWS),
  OPEN_PATH(path -> open(path, FileOpen.O_PATH), Trait.EXISTING, Trait.FOLLOWS),
  OPEN_FOR_WRITING(
      path -> open(path, FileOpen.O_WRONLY), Trait.EXISTING, Trait.FOLLOWS, Trait.WRITES),
  OPEN_TRUNCATING(
      path -> open(path, FileOpen.O_WRONLY | FileOpen.O_TRUNC),
      Trait.EXISTING,
      Trait.FOLLOWS,
      Trait.WRITES),
  OPEN_CREATING(path -> open(path, FileOpen.O_RDWR | FileOpen.O_CREAT), Trait.FOLLOWS),
  CREATE(path -> open(path, FileOpen.O_RDWR | FileOpen.O_CREAT | FileOpen.O_EXCL), Trait.CREATES),
  TRUNCATE(path -> RawCall.TRUNCATE.of(path, 3), Trait.EXISTING, Trait.FOLLOWS, Trait.WRITES),
  CHMOD(
      path -> RawCall.FCHMODAT.of(Fd.CWD, path, 0600),
      Trait.EXISTING,
      Trait.FOLLOWS,
      Trait.CHANGES),
  CHOWN(
      path -> RawCall.FCHOWNAT.of(Fd.CWD, path, 1, 1, 0),
      Trait.EXISTING,
      Trait.FOLLOWS,
      Trait.CHANGES),
  LCHOWN(
      path -> RawCall.FCHOWNAT.of(Fd.CWD, path, 1, 1, FileAttributes.AT_SYMLINK_NOFOLLOW),
      Trait.EXISTING,
      Trait.CHANGES),
  UTIMES(
      path -> buffer(32, b -> RawCall.UTIMENSAT.of(Fd.CWD, path, b, 0)),
      Trait.EXISTING,
      Trait.FOLLOWS,
      Trait.CHANGES),
  MKDIR(path -> RawCall.MKDIRAT.of(Fd.CWD, path, 0755), Trait.CREATES),
  MKFIFO(path -> RawCall.MKNODAT.of(Fd.CWD, path, FileStatus.S_IFIFO | 0644, 0), Trait.CREATES),
  MKNOD(path -> RawCall.MKNODAT.of(Fd.CWD, path, FileStatus.S_IFREG | 0644, 0), Trait.CREATES),
  SYMLINK(path -> RawCall.SYMLINKAT.of("any", Fd.CWD, path), Trait.CREATES),
  LINK_TO(path -> RawCall.LINKAT.of(Fd.CWD, "source", Fd.CWD, path, 0), Trait.CREATES),
  LINK_FROM(
      path -> RawCall.LINKAT.of(Fd.CWD, path, Fd.CWD, "other", 0), Trait.EXISTING, Trait.LINKS),
  RENAME_TO(path -> RawCall.RENAMEAT2.of(Fd.CWD, "source", Fd.CWD, path, 0)),
  RENAME_FROM(
      path -> RawCall.RENAMEAT2.of(Fd.CWD, path, Fd.CWD, "other", 0),
      Trait.EXISTING,
      Trait.REMOVES),
  UNLINK(path -> RawCall.UNLINKAT.of(Fd.CWD, path, 0), Trait.EXISTING, Trait.REMOVES),
  RMDIR(
      path -> RawCall.UNLINKAT.of(Fd.CWD, path, FileNames.AT_REMOVEDIR),
      Trait.EXISTING,
      Trait.REMOVES,
      Trait.DIRECTORY),
  SETXATTR(
      path -> RawCall.SETXATTR.of(path, "user.a", "value", 5, 0),
      Trait.EXISTING,
      Trait.FOLLOWS,
      Trait.WRITES),
  REMOVEXATTR(
      path -> RawCall.REMOVEXATTR.of(path, "user.a"), Trait.EXISTING, Trait.FOLLOWS, Trait.WRITES),
  GETXATTR(path -> RawCall.GETXATTR.of(path, "user.a", 0, 0), Trait.EXISTING, Trait.FOLLOWS),
  LISTXATTR(path -> RawCall.LISTXATTR.of(path, 0, 0), Trait.EXISTING, Trait.FOLLOWS),
  CHDIR(path -> RawCall.CHDIR.of(path), Trait.EXISTING, Trait.FOLLOWS, Trait.DIRECTORY),
  STATFS(path -> buffer(256, b -> RawCall.STATFS.of(path, b)), Trait.EXISTING, Trait.FOLLOWS),
  NAME_TO_HANDLE(
      path ->
          buffer(
              256,
              b -> {
                b.set(ValueLayout.JAVA_INT, 0, 128);
                return RawCall.NAME_TO_HANDLE_AT.of(Fd.CWD, path, b, b.asSlice(200), 0);
              }),
      Trait.EXISTING),
  WATCH(Operation::watch, Trait.EXISTING, Trait.FOLLOWS);

  /** What an operation asks for. */
  enum Trait {
    /** Something has to be there. */
    EXISTING,
    /** A symlink that is there is followed. */
    FOLLOWS,
    /** Nothing may be there. */
    CREATES,
    /** The name is gone afterwards. */
    REMOVES,
    /** Only who may write to it may do it. */
    WRITES,
    /** Only the owner may do it. */
    CHANGES,
    /** Makes another name of it. */
    LINKS,
    /** A directory has to be there. */
    DIRECTORY
  }

  /** Makes the call. */
  @Immutable
  private interface Call {
    long on(Object path);
  }

  /** Makes a call with memory. */
  private interface Use {
    long of(MemorySegment buffer);
  }

  private final Call call;
  private final ImmutableSet<Trait> traits;

  Operation(Call call, Trait... traits) {
    this.call = call;
    this.traits = ImmutableSet.copyOf(traits);
  }

  boolean has(Trait trait) {
    return traits.contains(trait);
  }

  /** Returns whether it asks for a change of any sort. */
  boolean modifies() {
    return has(Trait.CREATES)
        || has(Trait.REMOVES)
        || has(Trait.WRITES)
        || has(Trait.CHANGES)
        || has(Trait.LINKS)
        || this == RENAME_TO;
  }

  /**
   * Makes the call.
   *
   * @param path a text, or a number as an address
   */
  long on(Object path) {
    return call.on(path);
  }

  /** Makes what some operations need besides their path. */
  static void prepare() {
    Calls.file("source", "source");
  }

  private static long buffer(int size, Use use) {
    try (Arena arena = Arena.ofConfined()) {
      return use.of(arena.allocate(size, 8));
    }
  }

  private static long open(Object path, int flags) {
    long fd =
        RawCall.OPENAT.of(Fd.CWD, path, flags | FileOpen.O_CLOEXEC | FileOpen.O_NONBLOCK, 0644);
    return fd < 0 ? fd : RawCall.CLOSE.of(fd);
  }

  private static long watch(Object path) {
    long inotify = ok(RawCall.INOTIFY_INIT1.of(0));
    long result = RawCall.INOTIFY_ADD_WATCH.of(inotify, path, 0xfff);
    RawCall.CLOSE.of(inotify);
    return result;
  }

  @Override
  public String toString() {
    return name().toLowerCase(Locale.ROOT).replace('_', ' ');
  }
}
