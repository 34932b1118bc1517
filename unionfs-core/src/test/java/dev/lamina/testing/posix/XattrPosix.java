package dev.lamina.testing.posix;

import static dev.lamina.testing.posix.Answer.fails;
import static dev.lamina.testing.posix.Answer.failsWithOneOf;
import static dev.lamina.testing.posix.Answer.is;
import static dev.lamina.testing.posix.Answer.ok;
import static dev.lamina.testing.posix.Answer.opened;

import dev.lamina.linux.Errno;
import dev.lamina.linux.FileOpen;
import dev.lamina.linux.RawCall;
import dev.lamina.linux.Xattrs;
import java.util.Arrays;
import java.util.EnumSet;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestFactory;

/** Extended attributes of every kind and size: D8.4. */
interface XattrPosix extends PosixSubject {
  private static byte[] value(int size) {
    byte[] value = new byte[size];
    for (int i = 0; i < size; i++) {
      value[i] = (byte) (i * 31);
    }
    return value;
  }

  private static List<String> names(String path) {
    return Xattrs.llist(Paths.bytes(path)).stream()
        .map(Paths::text)
        .filter(name -> !name.equals("security.selinux"))
        .sorted()
        .toList();
  }

  private static byte[] get(String path, String name) {
    return Xattrs.lget(Paths.bytes(path), Paths.bytes(name)).orElseThrow();
  }

  @TestFactory
  default Stream<DynamicTest> D8_4_each_kind_carries_what_it_may() {
    return Stream.of(Kind.values())
        .flatMap(
            kind ->
                newAndBelow(
                    "attributes of a " + kind.title(),
                    () -> {
                      String path = kind.title();
                      boolean plain = kind == Kind.FILE || kind == Kind.DIRECTORY;
                      long user = Calls.lsetxattr(path, "user.a", value(3), 0);
                      if (plain) {
                        ok(user);
                      } else {
                        fails(Errno.EPERM, user);
                      }
                      ok(Calls.lsetxattr(path, "trusted.a", value(5), 0));
                      ok(Calls.lsetxattr(path, "security.a", value(7), 0));
                      List<String> all =
                          plain
                              ? List.of("security.a", "trusted.a", "user.a")
                              : List.of("security.a", "trusted.a");
                      is("names", all, names(path));
                      is(true, Arrays.equals(value(7), get(path, "security.a")));
                      ok(RawCall.LREMOVEXATTR.of(path, "trusted.a"));
                      fails(Errno.ENODATA, RawCall.LREMOVEXATTR.of(path, "trusted.a"));
                      fails(Errno.ENODATA, RawCall.LGETXATTR.of(path, "trusted.a", 0, 0));
                    }));
  }

  @TestFactory
  default Stream<DynamicTest> D8_4_values_have_any_size_that_fits() {
    return Stream.of(0, 1, 255, 256, 1000, 3000)
        .flatMap(
            size ->
                newAndBelow(
                    size + " bytes",
                    () -> {
                      for (String path : List.of("file", "directory")) {
                        ok(Calls.setxattr(path, "user.a", value(size), 0));
                        is((long) size, Calls.getxattr(path, "user.a"));
                        is(true, Arrays.equals(value(size), get(path, "user.a")));
                        if (size > 1) {
                          byte[] small = new byte[size - 1];
                          fails(Errno.ERANGE, RawCall.GETXATTR.of(path, "user.a", small, size - 1));
                        }
                        ok(Calls.setxattr(path, "user.a", value(size / 2), 0));
                        is((long) size / 2, Calls.getxattr(path, "user.a"));
                      }
                    }));
  }

  @Test
  default void D8_4_names_and_values_have_limits() {
    Calls.file("file", "");
    ok(Calls.setxattr("file", "user." + "n".repeat(250), value(1), 0));
    fails(Errno.ERANGE, Calls.setxattr("file", "user." + "n".repeat(251), value(1), 0));
    fails(Errno.ERANGE, Calls.getxattr("file", "user." + "n".repeat(251)));
    fails(Errno.ERANGE, Calls.setxattr("file", "", value(1), 0));
    fails(Errno.E2BIG, Calls.setxattr("file", "user.big", value(65537), 0));
    fails(Errno.EINVAL, Calls.setxattr("file", "user.", value(1), 0));
    fails(Errno.EOPNOTSUPP, Calls.setxattr("file", "nobody.knows", value(1), 0));
    fails(Errno.EOPNOTSUPP, Calls.setxattr("file", "none", value(1), 0));
    fails(Errno.EFAULT, RawCall.SETXATTR.of("file", "user.a", Calls.BAD_ADDRESS, 5, 0));
    long largest = Calls.setxattr("file", "user.large", value(65536), 0);
    if (largest != 0) {
      failsWithOneOf(EnumSet.of(Errno.ENOSPC), largest);
    }
  }

  @TestFactory
  default Stream<DynamicTest> D8_4_create_and_replace_are_told_apart() {
    return newAndBelow(
        "setxattr",
        () -> {
          fails(Errno.ENODATA, Calls.setxattr("file", "user.a", value(1), Xattrs.XATTR_REPLACE));
          ok(Calls.setxattr("file", "user.a", value(1), Xattrs.XATTR_CREATE));
          fails(Errno.EEXIST, Calls.setxattr("file", "user.a", value(2), Xattrs.XATTR_CREATE));
          ok(Calls.setxattr("file", "user.a", value(2), Xattrs.XATTR_REPLACE));
          fails(Errno.EINVAL, Calls.setxattr("file", "user.a", value(2), 4));
          is(2L, Calls.getxattr("file", "user.a"));
        });
  }

  @TestFactory
  default Stream<DynamicTest> D8_4_lists_tell_their_size() {
    return newAndBelow(
        "listxattr",
        () -> {
          for (int i = 0; i < 50; i++) {
            ok(Calls.setxattr("file", "user." + i + "n".repeat(20), value(1), 0));
          }
          long size = ok(Calls.listxattr("file"));
          byte[] small = new byte[(int) size - 1];
          fails(Errno.ERANGE, RawCall.LISTXATTR.of("file", small, small.length));
          is(size, RawCall.LISTXATTR.of("file", new byte[(int) size], (int) size));
          is(50, names("file").size());
        });
  }

  @TestFactory
  default Stream<DynamicTest> D8_4_who_may_read_and_set_them() {
    return newAndBelow(
        "attributes",
        () -> {
          ok(Calls.chmod("file", 0644));
          ok(Calls.setxattr("file", "user.a", value(3), 0));
          ok(Calls.setxattr("file", "trusted.a", value(3), 0));
          ok(Calls.setxattr("file", "security.a", value(3), 0));
          User anna = User.ANNA;
          ok(anna.does(() -> Calls.getxattr("file", "user.a")));
          ok(anna.does(() -> Calls.getxattr("file", "security.a")));
          fails(Errno.ENODATA, anna.does(() -> Calls.getxattr("file", "trusted.a")));
          fails(Errno.EACCES, anna.does(() -> Calls.setxattr("file", "user.a", value(1), 0)));
          fails(Errno.EPERM, anna.does(() -> Calls.setxattr("file", "trusted.a", value(1), 0)));
          fails(Errno.EPERM, anna.does(() -> Calls.setxattr("file", "security.b", value(1), 0)));
          is(
              List.of("security.a", "user.a"),
              anna.does(() -> names("file").stream().filter(n -> n.endsWith(".a")).toList()));
          ok(Calls.chmod("file", 0600));
          fails(Errno.EACCES, anna.does(() -> Calls.getxattr("file", "user.a")));
        });
  }

  @Test
  default void D8_4_in_a_sticky_directory_only_its_owner_sets_its_own() {
    ok(Calls.mkdir("sticky", 01777));
    fails(Errno.EPERM, User.ANNA.does(() -> Calls.setxattr("sticky", "user.a", value(1), 0)));
    ok(Calls.chmod("sticky", 0777));
    ok(User.ANNA.does(() -> Calls.setxattr("sticky", "user.a", value(1), 0)));
  }

  @TestFactory
  default Stream<DynamicTest> D8_1_a_write_takes_the_capability() {
    byte[] capability = new byte[20];
    capability[0] = 1;
    capability[3] = 2;
    capability[5] = 32;
    return newAndBelow(
        "capability",
        () -> {
          ok(Calls.setxattr("file", "security.capability", capability, 0));
          ok(Calls.chmod("file", 0666));
          is(20L, Calls.getxattr("file", "security.capability"));
          int fd = opened(Calls.open("file", FileOpen.O_WRONLY));
          ok(User.ANNA.does(() -> Calls.write(fd, "x")));
          fails(Errno.ENODATA, Calls.getxattr("file", "security.capability"));
          ok(Calls.setxattr("file", "security.capability", capability, 0));
          ok(Calls.chown("file", 1, 1));
          fails(Errno.ENODATA, Calls.getxattr("file", "security.capability"));
          fails(Errno.EINVAL, Calls.setxattr("file", "security.capability", new byte[] {1, 2}, 0));
        });
  }

  @Test
  default void D8_4_attributes_outlive_rename_and_link_and_are_reached_by_descriptor() {
    Calls.file("file", "x");
    int fd = opened(Calls.open("file", FileOpen.O_RDONLY));
    ok(RawCall.FSETXATTR.of(fd, "user.a", "value", 5, 0));
    ok(Calls.rename("file", "new"));
    ok(Calls.link("new", "again"));
    is(5L, Calls.getxattr("again", "user.a"));
    ok(Calls.unlink("new"));
    ok(RawCall.FREMOVEXATTR.of(fd, "user.a"));
    fails(Errno.ENODATA, Calls.getxattr("again", "user.a"));
  }
}
