package dev.lamina.testing.posix;

import static dev.lamina.testing.posix.Answer.fails;
import static dev.lamina.testing.posix.Answer.is;
import static dev.lamina.testing.posix.Answer.ok;
import static dev.lamina.testing.posix.Answer.opened;
import static dev.lamina.testing.posix.Answer.that;

import dev.lamina.linux.Errno;
import dev.lamina.linux.Fd;
import dev.lamina.linux.FileAttributes;
import dev.lamina.linux.FileNames;
import dev.lamina.linux.FileOpen;
import dev.lamina.linux.RawCall;
import java.util.List;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.stream.Stream;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestFactory;

/** Renaming, linking and unlinking, as a process sees it, and how long names may be. */
interface NamesPosix extends PosixSubject {
  @TestFactory
  default Stream<DynamicTest> rename_of_a_directory_onto_each_other_kind() {
    return newAndBelow(
        "rename",
        () -> {
          for (Kind to : Kind.values()) {
            if (to != Kind.DIRECTORY) {
              fails(Errno.ENOTDIR, Calls.rename("directory", to.title()));
            }
          }
          ok(Calls.mkdir("empty", 0755));
          ok(Calls.rename("directory", "empty"));
          that(!Calls.exists("directory"), "the old name is there");
        });
  }

  @TestFactory
  default Stream<DynamicTest> rename_of_each_kind_onto_each() {
    return Stream.of(Kind.values())
        .filter(kind -> kind != Kind.DIRECTORY)
        .flatMap(
            from ->
                newAndBelow(
                    "rename of a " + from.title(),
                    () -> {
                      Calls.file("directory/inside", "");
                      for (Kind to : Kind.values()) {
                        if (to == from) {
                          continue;
                        }
                        long inode = Calls.stat(from.title()).inode();
                        boolean fits = to != Kind.DIRECTORY;
                        fails(
                            Errno.EEXIST,
                            Calls.rename(from.title(), to.title(), FileNames.RENAME_NOREPLACE));
                        if (!fits) {
                          fails(Errno.EISDIR, Calls.rename(from.title(), to.title()));
                          continue;
                        }
                        ok(Calls.link(to.title(), "kept"));
                        ok(Calls.rename(from.title(), to.title()));
                        is("inode", inode, Calls.stat(to.title()).inode());
                        is("links of what was replaced", 1, Calls.stat("kept").links());
                        that(!Calls.exists(from.title()), "the old name is there");
                        ok(Calls.rename(to.title(), from.title()));
                        ok(Calls.rename("kept", to.title()));
                      }
                    }));
  }

  @TestFactory
  default Stream<DynamicTest> D6_3_each_kind_is_exchanged_with_each() {
    return Stream.of(Kind.values())
        .flatMap(
            from ->
                newAndBelow(
                    "exchange of a " + from.title(),
                    () -> {
                      for (Kind to : Kind.values()) {
                        long one = Calls.stat(from.title()).inode();
                        long two = Calls.stat(to.title()).inode();
                        ok(Calls.rename(from.title(), to.title(), FileNames.RENAME_EXCHANGE));
                        is(two, Calls.stat(from.title()).inode());
                        is(one, Calls.stat(to.title()).inode());
                        ok(Calls.rename(from.title(), to.title(), FileNames.RENAME_EXCHANGE));
                      }
                      fails(
                          Errno.ENOENT,
                          Calls.rename(from.title(), "absent", FileNames.RENAME_EXCHANGE));
                    }));
  }

  @TestFactory
  default Stream<DynamicTest> rename_refuses_what_makes_no_sense() {
    return newAndBelow(
        "rename",
        () -> {
          ok(Calls.mkdir("directory/sub", 0755));
          fails(Errno.EINVAL, Calls.rename("directory", "directory/sub/new"));
          fails(Errno.EINVAL, Calls.rename("directory", "directory/new"));
          fails(Errno.EBUSY, Calls.rename("file", "directory/.."));
          fails(Errno.EBUSY, Calls.rename(".", "new"));
          fails(Errno.EBUSY, Calls.rename("directory", "."));
          fails(Errno.EBUSY, Calls.rename("directory/..", "new"));
          fails(Errno.EINVAL, Calls.rename("file", "new", 3));
          fails(Errno.EINVAL, Calls.rename("file", "new", 0x100));
          fails(Errno.ENOTDIR, Calls.rename("file", "new/"));
          fails(Errno.ENOTDIR, Calls.rename("file/", "new"));
          fails(Errno.ENOTEMPTY, Calls.rename("directory/sub", "directory"));
          ok(Calls.rename("directory/", "new/"));
          ok(Calls.link("file", "alias"));
          ok(Calls.rename("file", "alias"));
          that(Calls.exists("file"), "an alias was removed");
        });
  }

  @TestFactory
  default Stream<DynamicTest> slashes_at_the_end_ask_for_a_directory() {
    return newAndBelow(
        "slashes",
        () -> {
          fails(Errno.ENOTDIR, Calls.statx("file/", 0));
          fails(Errno.ENOTDIR, Calls.open("file/", FileOpen.O_RDONLY));
          fails(Errno.EISDIR, Calls.open("new/", FileOpen.O_CREAT | FileOpen.O_WRONLY));
          fails(Errno.EISDIR, Calls.open("file/", FileOpen.O_CREAT | FileOpen.O_WRONLY));
          fails(Errno.EEXIST, Calls.mkdir("file/", 0755));
          fails(Errno.ENOENT, Calls.mkfifo("new/", 0644));
          fails(Errno.ENOENT, Calls.symlink("x", "new/"));
          fails(Errno.ENOENT, Calls.link("file", "new/"));
          fails(Errno.ENOTDIR, Calls.unlink("file/"));
          fails(Errno.EISDIR, Calls.unlink("directory/"));
          fails(Errno.ENOTDIR, Calls.rmdir("symlink/"));
          fails(Errno.ENOTDIR, Calls.truncate("file/", 0));
          ok(Calls.mkdir("new/", 0755));
          ok(Calls.rmdir("new//"));
        });
  }

  @TestFactory
  default Stream<DynamicTest> removal_refuses_dots_and_the_wrong_kind() {
    return newAndBelow(
        "removal",
        () -> {
          fails(Errno.EINVAL, Calls.rmdir("."));
          fails(Errno.EINVAL, Calls.rmdir("directory/."));
          fails(Errno.ENOTEMPTY, Calls.rmdir("directory/.."));
          fails(Errno.EISDIR, Calls.unlink("."));
          fails(Errno.EISDIR, Calls.unlink("directory"));
          fails(Errno.EINVAL, RawCall.UNLINKAT.of(Fd.CWD, "file", 1));
          Calls.file("directory/inside", "");
          fails(Errno.ENOTEMPTY, Calls.rmdir("directory"));
          ok(Calls.unlink("directory/inside"));
          ok(Calls.rmdir("directory"));
        });
  }

  @TestFactory
  default Stream<DynamicTest> D4_3_links_are_counted_of_each_kind() {
    return Stream.of(Kind.values())
        .filter(kind -> kind != Kind.DIRECTORY)
        .flatMap(
            kind ->
                newAndBelow(
                    "link to a " + kind.title(),
                    () -> {
                      long inode = Calls.stat(kind.title()).inode();
                      int open =
                          opened(Calls.open(kind.title(), FileOpen.O_PATH | FileOpen.O_NOFOLLOW));
                      ok(Calls.link(kind.title(), "one"));
                      ok(Calls.link("one", "directory/two"));
                      is(3, Calls.stat(kind.title()).links());
                      is(inode, Calls.stat("directory/two").inode());
                      is(kind.kind().format(), Calls.stat("one").kind());
                      ok(Calls.unlink(kind.title()));
                      is(2, Calls.stat("one").links());
                      ok(Calls.unlink("directory/two"));
                      ok(Calls.unlink("one"));
                      is("links of what is gone", 0, Calls.fstat(open).links());
                    }));
  }

  @Test
  default void directories_count_the_directories_in_them() {
    ok(Calls.mkdir("top", 0755));
    is(2, Calls.stat("top").links());
    ok(Calls.mkdir("top/one", 0755));
    ok(Calls.mkdir("top/two", 0755));
    Calls.file("top/file", "");
    is(4, Calls.stat("top").links());
    ok(Calls.mkdir("other", 0755));
    ok(Calls.rename("top/one", "other/one"));
    is(3, Calls.stat("top").links());
    is(3, Calls.stat("other").links());
    ok(Calls.rename("top/two", "other/two"));
    is(2, Calls.stat("top").links());
    is(4, Calls.stat("other").links());
    ok(Calls.rmdir("other/one"));
    is(3, Calls.stat("other").links());
    ok(Calls.mkdir("replaced", 0755));
    ok(Calls.mkdir("replaced/sub", 0755));
    ok(Calls.rmdir("replaced/sub"));
    ok(Calls.rename("other", "replaced"));
    is(3, Calls.stat("replaced").links());
  }

  @Test
  default void directories_count_what_is_exchanged() {
    ok(Calls.mkdir("one", 0755));
    ok(Calls.mkdir("two", 0755));
    ok(Calls.mkdir("one/directory", 0755));
    Calls.file("two/file", "");
    ok(Calls.rename("one/directory", "two/file", FileNames.RENAME_EXCHANGE));
    is(2, Calls.stat("one").links());
    is(3, Calls.stat("two").links());
  }

  @Test
  default void links_follow_symlinks_only_when_asked() {
    Kind.makeAll();
    ok(Calls.link("symlink", "same"));
    is("target", Calls.target("same"));
    int follow = FileAttributes.AT_SYMLINK_FOLLOW;
    ok(RawCall.LINKAT.of(Fd.CWD, "symlink", Fd.CWD, "followed", follow));
    is(Calls.stat("target").inode(), Calls.stat("followed").inode());
    int fd = opened(Calls.open("file", FileOpen.O_RDONLY));
    ok(RawCall.LINKAT.of(Fd.CWD, "/proc/self/fd/" + fd, Fd.CWD, "by number", follow));
    ok(RawCall.LINKAT.of(fd, "", Fd.CWD, "by descriptor", FileAttributes.AT_EMPTY_PATH));
    is(3, Calls.stat("file").links());
    ok(Calls.unlink("file"));
    ok(Calls.unlink("by number"));
    ok(Calls.unlink("by descriptor"));
    fails(Errno.ENOENT, RawCall.LINKAT.of(fd, "", Fd.CWD, "again", FileAttributes.AT_EMPTY_PATH));
  }

  @Test
  default void D6_1_a_name_that_is_replaced_is_never_absent() throws Exception {
    Calls.file("name", "0");
    AtomicBoolean done = new AtomicBoolean();
    Set<Long> answers = ConcurrentHashMap.newKeySet();
    byte[] here = Paths.bytes("/proc/self/fd/" + opened(Calls.open(".", FileOpen.O_RDONLY)));
    Thread looking =
        Thread.ofPlatform()
            .start(
                () -> {
                  String path = Paths.text(here) + "/name";
                  while (!done.get()) {
                    answers.add(Calls.openAndClose(path, FileOpen.O_RDONLY, 0));
                  }
                });
    for (int i = 0; i < 300; i++) {
      Calls.file("new", Integer.toString(i));
      ok(Calls.rename("new", "name"));
    }
    done.set(true);
    looking.join();
    is("what opening it answered", Set.of(0L), answers);
  }

  @Test
  default void a_directory_that_moves_takes_its_processes_along() {
    ok(Calls.mkdir("from", 0755));
    ok(Calls.mkdir("to", 0755));
    ok(Calls.mkdir("from/moved", 0755));
    ok(Calls.chdir("from/moved"));
    ok(Calls.rename("../../from/moved", "../../to/here"));
    is(Calls.stat("../../to").inode(), Calls.stat("..").inode());
    Calls.file("inside", "x");
    ok(Calls.chdir("../.."));
    is("x", Calls.text("to/here/inside"));
  }

  @Test
  default void D5_5_a_directory_that_is_gone_takes_no_names() {
    ok(Calls.mkdir("gone", 0755));
    ok(Calls.chdir("gone"));
    ok(Calls.rmdir("../gone"));
    fails(Errno.ENOENT, Calls.mkdir("new", 0755));
    fails(Errno.ENOENT, Calls.open("new", FileOpen.O_CREAT | FileOpen.O_WRONLY));
    fails(Errno.ENOENT, Calls.symlink("x", "new"));
    fails(Errno.ENOENT, RawCall.GETCWD.of(new byte[4096], 4096));
  }

  @Test
  default void D5_5_a_directory_that_is_gone_has_no_link() {
    ok(Calls.mkdir("gone", 0755));
    int fd = opened(Calls.open("gone", FileOpen.O_RDONLY));
    ok(Calls.rmdir("gone"));
    is(0, Calls.fstat(fd).links());
    fails(Errno.ENOENT, RawCall.GETDENTS64.of(fd, new byte[512], 512));
  }

  @Test
  default void D5_5_a_directory_that_is_gone_can_be_opened_and_changed_by_who_is_there() {
    ok(Calls.mkdir("gone", 0755));
    ok(Calls.chdir("gone"));
    ok(Calls.rmdir("../gone"));
    ok(RawCall.FCHMOD.of(opened(Calls.open(".", FileOpen.O_RDONLY)), 0700));
    is(0700, Calls.mode("."));
  }

  @Test
  default void names_are_any_bytes() {
    List<String> names =
        List.of("\u0001", " ", "\n", "\\", "\u00ff\u00fe", "\u00c3\u00a4", "...", "-", "a:b", "*");
    for (String name : names) {
      Calls.file(name, name);
      is(name, Calls.text(name));
      ok(Calls.rename(name, name + "2"));
      ok(Calls.symlink(name, name));
      is(name, Calls.target(name));
    }
    // Case counts, and no form of Unicode is another's.
    Calls.file("case", "");
    that(!Calls.exists("CASE"), "case does not count");
    Calls.file("\u00c3\u00a9", "");
    that(!Calls.exists("e\u00cc\u0081"), "names are normalised");
  }

  @Test
  default void symlinks_lead_anywhere() {
    for (int length : new int[] {1, 59, 60, 255, 1000, 4094, 4095}) {
      String target = "t".repeat(length);
      ok(Calls.symlink(target, "link" + length));
      is(target, Calls.target("link" + length));
      is((long) length, Calls.stat("link" + length).size());
      is(0777, Calls.mode("link" + length));
    }
    fails(Errno.ENAMETOOLONG, Calls.symlink("t".repeat(4096), "long"));
    fails(Errno.ENOENT, Calls.symlink("", "empty"));
    Calls.file("file", "");
    fails(Errno.EINVAL, Calls.readlink("file"));
    fails(Errno.EINVAL, Calls.readlink("."));
    fails(Errno.EOPNOTSUPP, RawCall.FCHMODAT2.of(Fd.CWD, "link1", 0600, 0x100));
  }

  @Test
  default void directories_nest_deeper_than_a_path_is_long() {
    String name = "d".repeat(200);
    for (int i = 0; i < 40; i++) {
      ok(Calls.mkdir(name, 0755));
      ok(Calls.chdir(name));
    }
    Calls.file("file", "deep");
    is("deep", Calls.text("file"));
    fails(Errno.ENAMETOOLONG, Calls.open((name + "/").repeat(21), FileOpen.O_RDONLY));
    fails(Errno.ENAMETOOLONG, RawCall.GETCWD.of(new byte[4096], 4096));
  }

  @Test
  default void what_is_mounted_over_is_busy() {
    ok(Calls.mkdir("mounted", 0755));
    Calls.file("file", "");
    ok(RawCall.MOUNT.of("none", "mounted", "tmpfs", 0, 0));
    Home.closing(() -> ok(RawCall.UMOUNT2.of("mounted", 2)));
    fails(Errno.EBUSY, Calls.rmdir("mounted"));
    fails(Errno.EBUSY, Calls.rename("mounted", "new"));
    fails(Errno.EXDEV, Calls.rename("file", "mounted/new"));
    fails(Errno.EXDEV, Calls.link("file", "mounted/new"));
    fails(Errno.EXDEV, Calls.rename("mounted", "mounted/new"));
  }
}
