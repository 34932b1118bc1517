package dev.lamina.testing.posix;

import static dev.lamina.testing.posix.Answer.fails;
import static dev.lamina.testing.posix.Answer.is;
import static dev.lamina.testing.posix.Answer.ok;
import static dev.lamina.testing.posix.Answer.opened;

import dev.lamina.linux.DirectoryReader;
import dev.lamina.linux.Errno;
import dev.lamina.linux.Fd;
import dev.lamina.linux.FileAttributes;
import dev.lamina.linux.FileNames;
import dev.lamina.linux.FileOpen;
import dev.lamina.linux.Ioctl;
import dev.lamina.linux.RawCall;
import java.util.function.IntFunction;
import java.util.function.LongSupplier;
import java.util.stream.Stream;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.TestFactory;

/** Which times of a file and of its directory each call moves, and that nothing else moves. */
interface TimesPosix extends PosixSubject {
  private Stream<DynamicTest> moves(String name, LongSupplier action, String... expected) {
    return newAndBelow(name, () -> Moments.of(action, expected));
  }

  private static long onOpen(String path, int flags, IntFunction<Long> action) {
    return ok(action.apply(opened(Calls.open(path, flags))));
  }

  @TestFactory
  default Stream<DynamicTest> D8_3_attributes_move_the_change_time() {
    byte[] value = {1, 2};
    return Stream.of(
            moves("chmod", () -> ok(Calls.chmod("file", 0600)), "file:c"),
            moves("chmod to the same", () -> ok(Calls.chmod("file", 0644)), "file:c"),
            moves("chmod of a directory", () -> ok(Calls.chmod("directory", 0700)), "directory:c"),
            moves("chown", () -> ok(Calls.chown("file", 1, 1)), "file:c"),
            moves("chown to the same", () -> ok(Calls.chown("file", 0, 0)), "file:c"),
            moves("chown to nobody", () -> ok(Calls.chown("file", -1, -1)), "file:c"),
            moves("lchown", () -> ok(Calls.lchown("symlink", 1, 1)), "symlink:c"),
            moves("setxattr", () -> ok(Calls.setxattr("file", "user.a", value, 0)), "file:c"),
            moves(
                "setxattr of a directory",
                () -> ok(Calls.setxattr("directory", "user.a", value, 0)),
                "directory:c"),
            moves(
                "chattr",
                () -> {
                  onOpen(
                      "file",
                      FileOpen.O_RDONLY,
                      fd -> {
                        Ioctl.setInodeFlags(fd, Ioctl.inodeFlags(fd) | 0x80);
                        return 0L;
                      });
                  return 0;
                },
                "file:c"),
            moves("link", () -> ok(Calls.link("file", "new")), "file:c", ".:mc"))
        .flatMap(rows -> rows);
  }

  @TestFactory
  default Stream<DynamicTest> D8_3_utimensat_moves_what_it_is_told_to() {
    long time = 1_234_567_890_123_456_789L;
    return Stream.of(
            moves("utimens", () -> ok(Calls.utimens("file", time, time)), "file:amc"),
            moves("utimens now", () -> ok(Calls.utimens("file", Calls.NOW, Calls.NOW)), "file:amc"),
            moves("access time", () -> ok(Calls.utimens("file", time, Calls.OMIT)), "file:ac"),
            moves("modify time", () -> ok(Calls.utimens("file", Calls.OMIT, time)), "file:mc"),
            moves("neither", () -> ok(Calls.utimens("file", Calls.OMIT, Calls.OMIT))),
            moves(
                "of a symlink",
                () -> ok(Calls.utimens("symlink", time, time, FileAttributes.AT_SYMLINK_NOFOLLOW)),
                "symlink:amc"),
            moves(
                "of a directory",
                () -> ok(Calls.utimens("directory", time, time)),
                "directory:amc"),
            moves("of a fifo", () -> ok(Calls.utimens("fifo", time, time)), "fifo:amc"))
        .flatMap(rows -> rows);
  }

  @TestFactory
  default Stream<DynamicTest> D8_3_data_moves_modify_and_change_time() {
    return Stream.of(
            moves("truncate", () -> ok(Calls.truncate("file", 3)), "file:mc"),
            moves("truncate to longer", () -> ok(Calls.truncate("file", 99)), "file:mc"),
            moves("truncate to the same", () -> ok(Calls.truncate("file", 7)), "file:mc"),
            moves(
                "ftruncate",
                () -> onOpen("file", FileOpen.O_RDWR, fd -> RawCall.FTRUNCATE.of(fd, 3)),
                "file:mc"),
            moves(
                "ftruncate to the same",
                () -> onOpen("file", FileOpen.O_RDWR, fd -> RawCall.FTRUNCATE.of(fd, 7)),
                "file:mc"),
            moves(
                "open truncating",
                () -> ok(Calls.openAndClose("file", FileOpen.O_WRONLY | FileOpen.O_TRUNC, 0)),
                "file:mc"),
            moves(
                "write",
                () -> onOpen("file", FileOpen.O_WRONLY, fd -> Calls.write(fd, "x")),
                "file:mc"),
            moves(
                "write of nothing",
                () -> onOpen("file", FileOpen.O_WRONLY, fd -> Calls.write(fd, ""))),
            moves(
                "append",
                () ->
                    onOpen(
                        "file", FileOpen.O_WRONLY | FileOpen.O_APPEND, fd -> Calls.write(fd, "x")),
                "file:mc"),
            moves(
                "fallocate",
                () -> onOpen("file", FileOpen.O_WRONLY, fd -> RawCall.FALLOCATE.of(fd, 0, 0, 9999)),
                "file:mc"),
            moves(
                "fallocate of a hole",
                () -> onOpen("file", FileOpen.O_WRONLY, fd -> RawCall.FALLOCATE.of(fd, 3, 0, 4)),
                "file:mc"),
            moves(
                "copy_file_range",
                () ->
                    onOpen(
                        "file",
                        FileOpen.O_WRONLY,
                        to ->
                            RawCall.COPY_FILE_RANGE.of(
                                opened(Calls.open("target", FileOpen.O_RDONLY)), 0, to, 0, 5, 0)),
                "file:mc"),
            moves("open and close", () -> ok(Calls.openAndClose("file", FileOpen.O_RDWR, 0))),
            moves(
                "open that could have made it",
                () -> ok(Calls.openAndClose("file", FileOpen.O_RDWR | FileOpen.O_CREAT, 0644))))
        .flatMap(rows -> rows);
  }

  @TestFactory
  default Stream<DynamicTest> D8_3_reading_moves_the_access_time() {
    return Stream.of(
            moves("read", () -> Calls.text("file").length(), "file:a"),
            moves("readlink", () -> Calls.readlink("symlink"), "symlink:a"),
            moves(
                "readdir",
                () ->
                    onOpen(
                        "directory",
                        FileOpen.O_RDONLY,
                        fd -> (long) DirectoryReader.names(fd).size()),
                "directory:a"),
            moves("stat", () -> Calls.stat("file").size()),
            moves("listxattr", () -> ok(Calls.listxattr("file"))),
            moves(
                "read without",
                () ->
                    onOpen(
                        "file",
                        FileOpen.O_RDONLY | FileOpen.O_NOATIME,
                        fd -> (long) Calls.pread(fd, 0).length())))
        .flatMap(rows -> rows);
  }

  @TestFactory
  default Stream<DynamicTest> D8_3_names_move_the_times_of_their_directory() {
    return Stream.of(
            moves("mkdir", () -> ok(Calls.mkdir("new", 0755)), ".:mc"),
            moves("mkfifo", () -> ok(Calls.mkfifo("new", 0644)), ".:mc"),
            moves("symlink", () -> ok(Calls.symlink("x", "new")), ".:mc"),
            moves(
                "create",
                () -> ok(Calls.openAndClose("new", FileOpen.O_WRONLY | FileOpen.O_CREAT, 0644)),
                ".:mc"),
            moves("unlink", () -> ok(Calls.unlink("file")), "file:c", ".:mc"),
            moves("unlink of a symlink", () -> ok(Calls.unlink("symlink")), "symlink:c", ".:mc"),
            moves("unlink of a fifo", () -> ok(Calls.unlink("fifo")), "fifo:c", ".:mc"),
            moves("rmdir", () -> ok(Calls.rmdir("directory")), "directory:c", ".:mc"),
            moves("rename", () -> ok(Calls.rename("file", "new")), "file:c", ".:mc"),
            moves(
                "rename of a directory",
                () -> ok(Calls.rename("directory", "new")),
                "directory:c",
                ".:mc"),
            moves(
                "rename to another directory",
                () -> ok(Calls.rename("file", "directory/new")),
                "file:c",
                "directory:mc",
                ".:mc"),
            moves(
                "rename that replaces",
                () -> ok(Calls.rename("file", "fifo")),
                "file:c",
                "fifo:c",
                ".:mc"),
            moves(
                "rename that exchanges",
                () -> ok(Calls.rename("file", "fifo", FileNames.RENAME_EXCHANGE)),
                "file:c",
                "fifo:c",
                ".:mc"),
            moves("rename to itself", () -> ok(Calls.rename("file", "file"))))
        .flatMap(rows -> rows);
  }

  @TestFactory
  default Stream<DynamicTest> what_fails_moves_nothing() {
    return Stream.of(
            moves("mkdir", () -> Calls.mkdir("file", 0755)),
            moves("link", () -> Calls.link("file", "fifo")),
            moves("unlink", () -> Calls.unlink("directory")),
            moves("rmdir", () -> Calls.rmdir("file")),
            moves("rename", () -> Calls.rename("file", "directory")),
            moves("chmod", () -> User.ANNA.does(() -> Calls.chmod("file", 0600))),
            moves("truncate", () -> User.ANNA.does(() -> Calls.truncate("file", 0))),
            moves("truncate of a fifo", () -> Calls.truncate("fifo", 0)),
            moves("removexattr", () -> Calls.removexattr("file", "user.absent")),
            moves("create", () -> Calls.open("file", FileOpen.O_CREAT | FileOpen.O_EXCL, 0644)))
        .flatMap(rows -> rows);
  }

  @TestFactory
  default Stream<DynamicTest> D8_3_times_are_kept_to_the_nanosecond() {
    return Stream.of(0L, 1L, -1L, 1_234_567_890_123_456_789L, -2_000_000_000_123_456_789L)
        .map(
            time ->
                row(
                    "time " + time,
                    () -> {
                      Kind.makeAll();
                      for (Kind kind : Kind.values()) {
                        int flags = FileAttributes.AT_SYMLINK_NOFOLLOW;
                        ok(Calls.utimens(kind.title(), time, time + 7, flags));
                        is(kind.title(), time, Calls.stat(kind.title()).accessTime());
                        is(kind.title(), time + 7, Calls.stat(kind.title()).modifyTime());
                      }
                    }));
  }

  @TestFactory
  default Stream<DynamicTest> utimensat_is_for_the_owner_and_now_for_who_may_write() {
    return newAndBelow(
        "utimens",
        () -> {
          long old = 1_000_000_000L;
          ok(Calls.chown("file", 1001, 1001));
          ok(Calls.chmod("file", 0646));
          ok(User.ANNA.does(() -> Calls.utimens("file", old, old)));
          ok(User.BERT.does(() -> Calls.utimens("file", Calls.NOW, Calls.NOW)));
          fails(Errno.EPERM, User.BERT.does(() -> Calls.utimens("file", old, old)));
          fails(Errno.EPERM, User.BERT.does(() -> Calls.utimens("file", Calls.NOW, old)));
          fails(Errno.EPERM, User.BERT.does(() -> Calls.utimens("file", Calls.OMIT, Calls.NOW)));
          ok(Calls.chmod("file", 0644));
          fails(Errno.EACCES, User.BERT.does(() -> Calls.utimens("file", Calls.NOW, Calls.NOW)));
          ok(User.BERT.does(() -> Calls.utimens("file", Calls.OMIT, Calls.OMIT)));
          ok(Calls.chmod("file", 0444));
          ok(User.ANNA.does(() -> Calls.utimens("file", Calls.NOW, Calls.NOW)));
          fails(Errno.ENOENT, RawCall.UTIMENSAT.of(Fd.CWD, "absent", 0, 0));
        });
  }
}
