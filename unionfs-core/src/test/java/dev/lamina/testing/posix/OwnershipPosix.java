package dev.lamina.testing.posix;

import static dev.lamina.testing.posix.Answer.fails;
import static dev.lamina.testing.posix.Answer.is;
import static dev.lamina.testing.posix.Answer.ok;
import static dev.lamina.testing.posix.Answer.opened;

import dev.lamina.linux.Errno;
import dev.lamina.linux.FileOpen;
import dev.lamina.linux.FileStatus;
import dev.lamina.linux.RawCall;
import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestFactory;

/** Whose things are, who may do what with them, and which bits survive. */
interface OwnershipPosix extends PosixSubject {
  /** In two groups besides her own. */
  User ANNA_IN_GROUPS = User.of(1001, 1001, 2001, 2002);

  private static void owned(String path, int uid, int gid, int mode) {
    ok(Calls.lchown(path, uid, gid));
    ok(Calls.chmod(path, mode));
  }

  private static String describe(String path) {
    FileStatus status = Calls.stat(path);
    return "%d:%d %04o".formatted(status.uid(), status.gid(), status.permissions());
  }

  @TestFactory
  default Stream<DynamicTest> access_is_decided_by_the_first_class_that_fits() {
    return IntStream.range(0, 512)
        .filter(mode -> mode % 73 == 0 || mode % 11 == 0)
        .mapToObj(
            mode ->
                row(
                    "mode %03o".formatted(mode),
                    () -> {
                      Kind.makeAll();
                      for (String path : List.of("file", "directory", "fifo")) {
                        owned(path, 1001, 2002, mode);
                        allowed(path, User.ANNA, mode >> 6);
                        allowed(path, User.of(1002, 2002), mode >> 3);
                        allowed(path, User.of(1002, 1, 5, 2002), mode >> 3);
                        allowed(path, User.BERT, mode);
                      }
                    }));
  }

  private static void allowed(String path, User user, int bits) {
    for (int wanted = 1; wanted <= 7; wanted++) {
      int mode = wanted;
      long answer = user.does(() -> Calls.access(path, mode));
      String what = user + " of " + path + " for " + mode;
      is(what, (bits & wanted) == wanted ? 0L : -(long) Errno.EACCES.number(), answer);
    }
  }

  @TestFactory
  default Stream<DynamicTest> open_agrees_with_access() {
    return Stream.of(0, 0400, 0200, 0600, 0040, 0020, 0060, 0004, 0002, 0006, 0777)
        .flatMap(
            mode ->
                newAndBelow(
                    "mode %03o".formatted(mode),
                    () -> {
                      owned("file", 1001, 2002, mode);
                      for (User user : List.of(User.ANNA, User.of(1002, 2002), User.BERT)) {
                        for (int flags = 0; flags <= 2; flags++) {
                          int wanted = flags == 0 ? 4 : flags == 1 ? 2 : 6;
                          int how = flags;
                          long asked = user.does(() -> Calls.access("file", wanted));
                          long opened = user.does(() -> Calls.openAndClose("file", how, 0));
                          is(user + " with flags " + flags, asked, opened);
                        }
                      }
                    }));
  }

  @Test
  default void root_may_execute_only_what_somebody_may() {
    Calls.file("file", "");
    fails(Errno.EACCES, Calls.access("file", 1));
    for (int mode : new int[] {0001, 0010, 0100}) {
      ok(Calls.chmod("file", mode));
      ok(Calls.access("file", 7));
    }
    ok(Calls.mkdir("directory", 0));
    ok(Calls.access("directory", 7));
  }

  @TestFactory
  default Stream<DynamicTest> chmod_is_for_the_owner() {
    return newAndBelow(
        "chmod",
        () -> {
          owned("file", 1001, 1001, 0644);
          owned("directory", 1001, 1001, 0755);
          for (String path : List.of("file", "directory")) {
            fails(Errno.EPERM, User.BERT.does(() -> Calls.chmod(path, 0777)));
            ok(User.ANNA.does(() -> Calls.chmod(path, 0500)));
            is(0500, Calls.mode(path));
          }
          fails(Errno.EPERM, User.ANNA.does(() -> Calls.chmod("fifo", 0777)));
        });
  }

  @TestFactory
  default Stream<DynamicTest> D8_1_chmod_by_one_outside_the_group_drops_set_group_id() {
    return newAndBelow(
        "chmod",
        () -> {
          owned("file", 1001, 2002, 0644);
          owned("directory", 1001, 2002, 0755);
          for (String path : List.of("file", "directory")) {
            ok(User.ANNA.does(() -> Calls.chmod(path, 06777)));
            is(path, "1001:2002 4777", describe(path));
            ok(ANNA_IN_GROUPS.does(() -> Calls.chmod(path, 07777)));
            is(path, "1001:2002 7777", describe(path));
          }
        });
  }

  @TestFactory
  default Stream<DynamicTest> chown_is_for_root_and_chgrp_for_members() {
    return newAndBelow(
        "chown",
        () -> {
          owned("file", 1001, 1001, 0644);
          fails(Errno.EPERM, User.BERT.does(() -> Calls.chown("file", 1002, -1)));
          fails(Errno.EPERM, User.ANNA.does(() -> Calls.chown("file", 1002, -1)));
          fails(Errno.EPERM, User.ANNA.does(() -> Calls.chown("file", -1, 2002)));
          fails(Errno.EPERM, ANNA_IN_GROUPS.does(() -> Calls.chown("file", 1002, 2002)));
          ok(User.ANNA.does(() -> Calls.chown("file", 1001, 1001)));
          ok(ANNA_IN_GROUPS.does(() -> Calls.chown("file", -1, 2002)));
          is("1001:2002 0644", describe("file"));
          ok(ANNA_IN_GROUPS.does(() -> Calls.chown("file", 1001, 2001)));
          is("1001:2001 0644", describe("file"));
        });
  }

  @TestFactory
  default Stream<DynamicTest> D8_1_chown_takes_privileges_of_files() {
    return Stream.of(
            new Cleared(true, 06777, 0777),
            new Cleared(true, 06767, 02767),
            new Cleared(true, 04755, 0755),
            new Cleared(true, 02755, 0755),
            new Cleared(true, 02745, 02745),
            new Cleared(false, 06777, 0777),
            new Cleared(false, 06767, 02767),
            new Cleared(false, 01644, 01644))
        .flatMap(
            cleared ->
                newAndBelow(
                    cleared.toString(),
                    () -> {
                      owned("file", 1001, 1001, 0);
                      owned("directory", 1001, 1001, 0);
                      ok(Calls.chmod("file", cleared.mode()));
                      ok(Calls.chmod("directory", cleared.mode()));
                      User user = cleared.root() ? User.of(0, 0) : ANNA_IN_GROUPS;
                      for (String path : List.of("file", "directory")) {
                        ok(user.does(() -> Calls.chown(path, -1, 2001)));
                      }
                      is("the file's mode", cleared.left(), Calls.mode("file"));
                      is("the directory's mode", cleared.mode(), Calls.mode("directory"));
                    }));
  }

  /** What a change of group leaves of a mode. */
  record Cleared(boolean root, int mode, int left) {
    @Override
    public String toString() {
      return "mode %04o by %s".formatted(mode, root ? "root" : "the owner");
    }
  }

  @TestFactory
  default Stream<DynamicTest> D8_1_changing_data_takes_privileges() {
    return Stream.of("write", "pwrite", "truncate", "ftruncate", "open", "fallocate")
        .flatMap(
            how ->
                newAndBelow(
                    how,
                    () -> {
                      ok(Calls.chown("file", 0, 2002));
                      for (int mode : new int[] {06777, 06767, 04777, 02777}) {
                        ok(Calls.chmod("file", mode));
                        ok(User.of(1002, 2002).does(() -> change(how)));
                        int left = mode == 06767 ? 02767 : 0777;
                        is("mode %04o".formatted(mode), left, Calls.mode("file"));
                        ok(Calls.chmod("file", mode));
                        ok(change(how));
                        is("mode %04o by root".formatted(mode), mode, Calls.mode("file"));
                      }
                    }));
  }

  @TestFactory
  default Stream<DynamicTest> D8_1_one_outside_the_group_takes_even_the_mark_of_locking() {
    return Stream.of("write", "truncate", "open", "fallocate")
        .flatMap(
            how ->
                newAndBelow(
                    how,
                    () -> {
                      ok(Calls.chmod("file", 06767));
                      ok(User.BERT.does(() -> change(how)));
                      is("the mode", 0767, Calls.mode("file"));
                    }));
  }

  private static long change(String how) {
    if (how.equals("truncate")) {
      return Calls.truncate("file", 2);
    }
    if (how.equals("open")) {
      return Calls.openAndClose("file", FileOpen.O_WRONLY | FileOpen.O_TRUNC, 0);
    }
    int fd = opened(Calls.open("file", FileOpen.O_WRONLY));
    return switch (how) {
      case "write" -> Calls.write(fd, "new");
      case "pwrite" -> Calls.pwrite(fd, "new", 5);
      case "ftruncate" -> RawCall.FTRUNCATE.of(fd, 1);
      case "fallocate" -> RawCall.FALLOCATE.of(fd, 0, 0, 100);
      default -> throw new IllegalArgumentException(how);
    };
  }

  /** Makes something new. */
  interface Making {
    long make(String path, int mode);
  }

  private static Stream<Map.Entry<String, Making>> makings() {
    return Stream.of(
        Map.entry("mkdir", Calls::mkdir),
        Map.entry("mkfifo", Calls::mkfifo),
        Map.entry("mknod", (path, mode) -> Calls.mknod(path, FileStatus.S_IFREG | mode, 0)),
        Map.entry(
            "mknod of a socket", (path, mode) -> Calls.mknod(path, FileStatus.S_IFSOCK | mode, 0)),
        Map.entry(
            "create",
            (path, mode) -> Calls.openAndClose(path, FileOpen.O_CREAT | FileOpen.O_WRONLY, mode)));
  }

  @TestFactory
  default Stream<DynamicTest> D8_2_new_things_get_the_mode_less_the_umask() {
    return makings()
        .map(
            making ->
                row(
                    making.getKey(),
                    () -> {
                      for (int umask : new int[] {0, 022, 077, 0777, 0123}) {
                        for (int mode : new int[] {0, 0644, 0777, 01777, 06755}) {
                          RawCall.UMASK.of(umask);
                          String path = "m%o.%o".formatted(umask, mode);
                          ok(making.getValue().make(path, mode));
                          // mkdir(2) heeds the sticky bit besides permissions, and no other.
                          int kept = making.getKey().equals("mkdir") ? 01777 : 07777;
                          is(path, mode & kept & ~umask, Calls.mode(path));
                        }
                      }
                    }));
  }

  @TestFactory
  default Stream<DynamicTest> D2_8_new_things_belong_to_who_made_them() {
    return makings()
        .map(
            making ->
                row(
                    making.getKey(),
                    () -> {
                      ok(Calls.mkdir("plain", 0777));
                      ok(Calls.mkdir("setgid", 0));
                      owned("setgid", 5, 3003, 02777);
                      RawCall.UMASK.of(0);
                      User.ANNA.does(
                          () ->
                              ok(making.getValue().make("plain/new", 0751))
                                  + ok(making.getValue().make("setgid/new", 0751)));
                      is("1001:1001 0751", describe("plain/new"));
                      boolean directory = making.getKey().equals("mkdir");
                      is(directory ? "1001:3003 2751" : "1001:3003 0751", describe("setgid/new"));
                    }));
  }

  @Test
  default void D8_2_one_outside_the_group_makes_no_set_group_id_program_in_its_directory() {
    ok(Calls.mkdir("setgid", 0));
    owned("setgid", 5, 3003, 02777);
    int flags = FileOpen.O_CREAT | FileOpen.O_WRONLY;
    ok(User.ANNA.does(() -> Calls.openAndClose("setgid/executable", flags, 02755)));
    ok(User.ANNA.does(() -> Calls.openAndClose("setgid/locking", flags, 02745)));
    ok(User.of(1001, 3003).does(() -> Calls.openAndClose("setgid/member", flags, 02755)));
    is("1001:3003 0755", describe("setgid/executable"));
    is("1001:3003 2745", describe("setgid/locking"));
    is("1001:3003 2755", describe("setgid/member"));
  }

  @TestFactory
  default Stream<DynamicTest> D6_6_in_a_sticky_directory_only_owners_remove() {
    return Stream.of("file", "directory", "symlink", "fifo")
        .map(
            path ->
                row(
                    path,
                    () -> {
                      ok(Calls.mkdir("sticky", 0));
                      owned("sticky", 1001, 1001, 01777);
                      ok(Calls.mkdir("open", 0777));
                      ok(Calls.chdir("sticky"));
                      Kind.makeAll();
                      Calls.file("mine", "");
                      ok(Calls.lchown(path, 1002, 1002));
                      ok(Calls.chown("mine", 65534, 65534));
                      User third = User.NOBODY;
                      boolean directory = path.equals("directory");
                      fails(Errno.EPERM, third.does(() -> removed(path, directory)));
                      fails(Errno.EPERM, third.does(() -> Calls.rename(path, "new")));
                      fails(Errno.EPERM, third.does(() -> Calls.rename(path, "../open/new")));
                      if (!directory) {
                        fails(Errno.EPERM, third.does(() -> Calls.rename("mine", path)));
                      }
                      fails(Errno.EPERM, third.does(() -> Calls.rename("mine", path, 2)));
                      ok(User.BERT.does(() -> Calls.rename(path, "new")));
                      ok(User.ANNA.does(() -> removed("new", directory)));
                    }));
  }

  private static long removed(String path, boolean directory) {
    return directory ? Calls.rmdir(path) : Calls.unlink(path);
  }

  @Test
  default void a_directory_that_may_not_be_written_is_not_moved_to_another() {
    ok(Calls.mkdir("from", 0777));
    ok(Calls.mkdir("to", 0777));
    ok(Calls.mkdir("from/moved", 0));
    owned("from/moved", 1001, 1001, 0555);
    fails(Errno.EACCES, User.ANNA.does(() -> Calls.rename("from/moved", "to/moved")));
    ok(User.ANNA.does(() -> Calls.rename("from/moved", "from/renamed")));
    ok(Calls.chmod("from/renamed", 0755));
    ok(User.ANNA.does(() -> Calls.rename("from/renamed", "to/moved")));
  }

  @Test
  default void devices_are_for_root_to_make() {
    ok(Calls.mkdir("open", 0777));
    for (int kind : new int[] {FileStatus.S_IFCHR, FileStatus.S_IFBLK}) {
      fails(Errno.EPERM, User.ANNA.does(() -> Calls.mknod("open/new", kind | 0666, Kind.DEVICE)));
    }
    ok(User.ANNA.does(() -> Calls.mkfifo("open/fifo", 0666)));
    fails(Errno.EINVAL, Calls.mknod("open/link", FileStatus.S_IFLNK | 0777, 0));
    fails(Errno.EPERM, Calls.mknod("open/dir", FileStatus.S_IFDIR | 0777, 0));
  }

  @TestFactory
  default Stream<DynamicTest> links_to_what_is_of_another_follow_the_machine_s_rule() {
    return newAndBelow(
        "link",
        () -> {
          ok(Calls.mkdir("open", 0777));
          owned("file", 1002, 1002, 0644);
          owned("fifo", 1002, 1002, 0666);
          boolean guarded = ProcFile.isOne("/proc/sys/fs/protected_hardlinks");
          for (String path : List.of("file", "fifo")) {
            long answer = User.ANNA.does(() -> Calls.link(path, "open/" + path));
            is(path, guarded ? -(long) Errno.EPERM.number() : 0L, answer);
          }
          ok(User.BERT.does(() -> Calls.link("file", "open/owner")));
          fails(Errno.EPERM, Calls.link("directory", "open/directory"));
        });
  }

  @Test
  default void access_time_is_withheld_from_who_does_not_own() {
    Calls.file("file", "x");
    ok(Calls.chown("file", 1001, 1001));
    int flags = FileOpen.O_RDONLY | FileOpen.O_NOATIME;
    fails(Errno.EPERM, User.BERT.does(() -> Calls.open("file", flags)));
    ok(User.ANNA.does(() -> Calls.openAndClose("file", flags, 0)));
  }

  @Test
  default void large_ids_are_kept() {
    for (int id : new int[] {65535, 65536, Integer.MAX_VALUE, -2}) {
      Calls.file("file" + id, "");
      ok(Calls.chown("file" + id, id, id));
      is(id, Calls.stat("file" + id).uid());
      is(id, Calls.stat("file" + id).gid());
    }
  }
}
