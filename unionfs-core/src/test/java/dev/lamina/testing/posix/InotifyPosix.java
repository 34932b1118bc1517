package dev.lamina.testing.posix;

import static dev.lamina.testing.posix.Answer.fails;
import static dev.lamina.testing.posix.Answer.is;
import static dev.lamina.testing.posix.Answer.ok;
import static dev.lamina.testing.posix.Answer.opened;

import dev.lamina.linux.Errno;
import dev.lamina.linux.FileOpen;
import dev.lamina.linux.RawCall;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestFactory;

/** What inotify tells of a directory and of what is in it. */
interface InotifyPosix extends PosixSubject {
  private static List<String> seen(String watched, Runnable action) {
    Watch watch = Watch.of(watched);
    action.run();
    return watch.events();
  }

  @TestFactory
  default Stream<DynamicTest> names_are_told_of_in_their_directory() {
    return newAndBelow(
        "names",
        () -> {
          is(
              List.of("CREATE+DIR new", "DELETE+DIR new"),
              seen(
                  ".",
                  () -> {
                    ok(Calls.mkdir("new", 0755));
                    ok(Calls.rmdir("new"));
                  }));
          is(
              List.of("CREATE new", "CREATE link", "DELETE new"),
              seen(
                  ".",
                  () -> {
                    ok(Calls.mkfifo("new", 0644));
                    ok(Calls.link("file", "link"));
                    ok(Calls.unlink("new"));
                  }));
          is(
              List.of("MOVED_FROM file", "MOVED_TO renamed"),
              seen(".", () -> ok(Calls.rename("file", "renamed"))));
          is(
              List.of("MOVED_FROM renamed"),
              seen(".", () -> ok(Calls.rename("renamed", "directory/file"))));
          is(
              List.of("MOVED_TO+DIR moved", "DELETE+DIR moved"),
              seen(
                  "directory",
                  () -> {
                    ok(Calls.mkdir("moved", 0755));
                    ok(Calls.rename("moved", "directory/moved"));
                    ok(Calls.rmdir("directory/moved"));
                  }));
        });
  }

  @TestFactory
  default Stream<DynamicTest> data_is_told_of_in_the_directory() {
    return newAndBelow(
        "data",
        () -> {
          is(
              List.of("OPEN file", "MODIFY file", "ACCESS file", "CLOSE_WRITE file"),
              seen(
                  ".",
                  () -> {
                    long fd = ok(Calls.open("file", FileOpen.O_RDWR));
                    ok(Calls.write(fd, "x"));
                    Calls.pread(fd, 0);
                    ok(Calls.close(fd));
                  }));
          is(
              List.of("OPEN file", "ACCESS file", "CLOSE_NOWRITE file"),
              seen(".", () -> Calls.text("file")));
          is(List.of("MODIFY file"), seen(".", () -> ok(Calls.truncate("file", 1))));
          is(
              List.of("OPEN file", "MODIFY file", "CLOSE_WRITE file"),
              seen(
                  ".",
                  () -> {
                    long fd = ok(Calls.open("file", FileOpen.O_WRONLY));
                    ok(RawCall.FALLOCATE.of(fd, 0, 0, 100));
                    ok(Calls.close(fd));
                  }));
        });
  }

  @TestFactory
  default Stream<DynamicTest> attributes_are_told_of() {
    return newAndBelow(
        "attributes",
        () -> {
          is(List.of("ATTRIB file"), seen(".", () -> ok(Calls.chmod("file", 0600))));
          is(List.of("ATTRIB file"), seen(".", () -> ok(Calls.chown("file", 1, 1))));
          is(
              List.of("ATTRIB file"),
              seen(".", () -> ok(Calls.setxattr("file", "user.a", new byte[1], 0))));
          is(List.of("ATTRIB file"), seen(".", () -> ok(Calls.removexattr("file", "user.a"))));
          is(List.of("ATTRIB file"), seen(".", () -> ok(Calls.utimens("file", 1, 1))));
          is(List.of("ACCESS file"), seen(".", () -> ok(Calls.utimens("file", 1, Calls.OMIT))));
        });
  }

  @TestFactory
  default Stream<DynamicTest> a_file_s_own_end_is_told() {
    return newAndBelow(
        "a file",
        () -> {
          is(List.of("MOVE_SELF"), seen("file", () -> ok(Calls.rename("file", "other"))));
          is(
              List.of("ATTRIB", "DELETE_SELF", "IGNORED"),
              seen("other", () -> ok(Calls.unlink("other"))));
          is(
              List.of("DELETE_SELF", "IGNORED"),
              seen("directory", () -> ok(Calls.rmdir("directory"))));
        });
  }

  @TestFactory
  default Stream<DynamicTest> a_file_is_watched_by_whichever_name() {
    return newAndBelow(
        "a file",
        () -> {
          ok(Calls.link("target", "alias"));
          is(
              List.of("OPEN", "MODIFY", "CLOSE_WRITE"),
              seen(
                  "target",
                  () -> {
                    long fd = ok(Calls.open("alias", FileOpen.O_WRONLY));
                    ok(Calls.write(fd, "x"));
                    ok(Calls.close(fd));
                  }));
        });
  }

  @Test
  default void what_is_unlinked_while_open_ends_with_its_last_descriptor() {
    Calls.file("file", "");
    Watch watch = Watch.of("file");
    long fd = ok(Calls.open("file", FileOpen.O_WRONLY));
    ok(Calls.unlink("file"));
    is(List.of("OPEN", "ATTRIB"), watch.events());
    ok(Calls.write(fd, "x"));
    ok(Calls.close(fd));
    is(List.of("MODIFY", "CLOSE_WRITE", "DELETE_SELF", "IGNORED"), watch.events());
  }

  @Test
  default void another_process_s_changes_are_told() {
    Calls.file("file", "");
    OtherProcess other = other();
    Watch watch = Watch.of(".");
    long theirs = other.open("file", FileOpen.O_WRONLY);
    ok(other.call(RawCall.WRITE, theirs, "x", 1));
    is(List.of("OPEN file", "MODIFY file"), watch.events());
  }

  @Test
  default void watching_wants_permission_and_the_right_kind() {
    Calls.file("file", "");
    ok(Calls.chmod("file", 0600));
    int inotify = opened(RawCall.INOTIFY_INIT1.of(0));
    fails(Errno.EACCES, User.ANNA.does(() -> RawCall.INOTIFY_ADD_WATCH.of(inotify, "file", 2)));
    fails(Errno.ENOTDIR, RawCall.INOTIFY_ADD_WATCH.of(inotify, "file", 0x01000002));
    fails(Errno.EINVAL, RawCall.INOTIFY_RM_WATCH.of(inotify, 77));
  }
}
