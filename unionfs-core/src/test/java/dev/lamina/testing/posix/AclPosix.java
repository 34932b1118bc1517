package dev.lamina.testing.posix;

import static dev.lamina.testing.posix.Answer.fails;
import static dev.lamina.testing.posix.Answer.is;
import static dev.lamina.testing.posix.Answer.ok;

import dev.lamina.linux.Errno;
import dev.lamina.linux.FileOpen;
import dev.lamina.linux.RawCall;
import dev.lamina.linux.Xattrs;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.Arrays;
import java.util.stream.Stream;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestFactory;

/** Access control lists: that they are obeyed, inherited, and follow chmod. D8.2, D8.4. */
interface AclPosix extends PosixSubject {
  /** The list that holds for a node. */
  String ACCESS = "system.posix_acl_access";

  /** The list that what is made in a directory inherits. */
  String DEFAULT = "system.posix_acl_default";

  /**
   * A list in the kernel's form (include/uapi/linux/posix_acl_xattr.h).
   *
   * @param entries triples of tag, permissions and id
   */
  private static byte[] acl(int... entries) {
    ByteBuffer bytes =
        ByteBuffer.allocate(4 + entries.length / 3 * 8).order(ByteOrder.LITTLE_ENDIAN).putInt(2);
    for (int i = 0; i < entries.length; i += 3) {
      bytes.putShort((short) entries[i]).putShort((short) entries[i + 1]).putInt(entries[i + 2]);
    }
    return bytes.array();
  }

  /** With a user 1001 and a group 2001 that are named. */
  private static byte[] named(int owner, int user, int group, int member, int mask, int other) {
    return acl(
        1, owner, -1, 2, user, 1001, 4, group, -1, 8, member, 2001, 16, mask, -1, 32, other, -1);
  }

  private static void hasAccess(User user, int expected) {
    for (int wanted = 1; wanted <= 7; wanted++) {
      int mode = wanted;
      long answer = user.does(() -> Calls.access("file", mode));
      long right = (expected & wanted) == wanted ? 0L : -(long) Errno.EACCES.number();
      is(user + " for " + wanted, right, answer);
    }
  }

  @TestFactory
  default Stream<DynamicTest> D8_4_lists_are_obeyed() {
    return newAndBelow(
        "access",
        () -> {
          ok(Calls.chown("file", 1005, 2005));
          ok(Calls.setxattr("file", ACCESS, named(7, 6, 4, 5, 7, 1), 0));
          is(0771, Calls.mode("file"));
          hasAccess(User.of(1005, 1), 7);
          hasAccess(User.ANNA, 6);
          hasAccess(User.of(1003, 2005), 4);
          hasAccess(User.of(1003, 1, 2001), 5);
          hasAccess(User.BERT, 1);
          // The mask bounds all but the owner and others.
          ok(Calls.chmod("file", 0741));
          hasAccess(User.ANNA, 4);
          hasAccess(User.of(1003, 1, 2001), 4);
          hasAccess(User.of(1005, 1), 7);
          hasAccess(User.BERT, 1);
          // No class is tried after one that fits.
          ok(Calls.setxattr("file", ACCESS, named(0, 0, 0, 0, 7, 7), 0));
          hasAccess(User.ANNA, 0);
          hasAccess(User.of(1003, 2005, 2001), 0);
          hasAccess(User.BERT, 7);
        });
  }

  @Test
  default void D8_4_lists_of_directories_let_search_and_make() {
    ok(Calls.mkdir("directory", 0700));
    fails(Errno.EACCES, User.ANNA.does(() -> Calls.mkdir("directory/new", 0755)));
    ok(Calls.setxattr("directory", ACCESS, named(7, 7, 0, 0, 7, 0), 0));
    ok(User.ANNA.does(() -> Calls.mkdir("directory/new", 0755)));
    fails(Errno.EACCES, User.BERT.does(() -> Calls.statx("directory/new", 0)));
    ok(Calls.removexattr("directory", ACCESS));
    is(0770, Calls.mode("directory"));
    fails(Errno.EACCES, User.ANNA.does(() -> Calls.statx("directory/new", 0)));
  }

  @TestFactory
  default Stream<DynamicTest> D8_2_what_is_made_inherits_and_the_umask_does_not_count() {
    return newAndBelow(
        "inheritance",
        () -> {
          byte[] list = named(7, 6, 5, 4, 7, 1);
          ok(Calls.setxattr("directory", DEFAULT, list, 0));
          RawCall.UMASK.of(077);
          ok(Calls.mkdir("directory/sub", 0777));
          ok(Calls.mkfifo("directory/fifo", 0666));
          ok(Calls.openAndClose("directory/file", FileOpen.O_CREAT | FileOpen.O_WRONLY, 0640));
          ok(Calls.symlink("x", "directory/link"));
          is(0771, Calls.mode("directory/sub"));
          is(0660, Calls.mode("directory/fifo"));
          is(0640, Calls.mode("directory/file"));
          same(list, "directory/sub", DEFAULT);
          same(list, "directory/sub", ACCESS);
          same(named(6, 6, 5, 4, 6, 0), "directory/fifo", ACCESS);
          same(named(6, 6, 5, 4, 4, 0), "directory/file", ACCESS);
          fails(Errno.ENODATA, Calls.getxattr("directory/file", DEFAULT));
          Calls.file("directory/sub/below", "");
          same(named(6, 6, 5, 4, 4, 0), "directory/sub/below", ACCESS);
        });
  }

  private static void same(byte[] expected, String path, String list) {
    byte[] actual = Xattrs.lget(Paths.bytes(path), Paths.bytes(list)).orElse(new byte[0]);
    is(list + " of " + path, Arrays.toString(expected), Arrays.toString(actual));
  }

  @TestFactory
  default Stream<DynamicTest> D8_4_chmod_changes_owner_mask_and_others() {
    return newAndBelow(
        "chmod",
        () -> {
          ok(Calls.setxattr("file", ACCESS, named(7, 6, 5, 4, 7, 1), 0));
          ok(Calls.chmod("file", 0452));
          same(named(4, 6, 5, 4, 5, 2), "file", ACCESS);
          is(0452, Calls.mode("file"));
        });
  }

  @TestFactory
  default Stream<DynamicTest> D8_4_lists_are_for_the_owner_to_set() {
    return newAndBelow(
        "setxattr",
        () -> {
          byte[] list = named(7, 6, 5, 4, 7, 1);
          ok(Calls.chown("file", 1001, 1001));
          fails(Errno.EPERM, User.BERT.does(() -> Calls.setxattr("file", ACCESS, list, 0)));
          ok(User.ANNA.does(() -> Calls.setxattr("file", ACCESS, list, 0)));
          fails(Errno.EPERM, User.BERT.does(() -> Calls.removexattr("file", ACCESS)));
          ok(User.BERT.does(() -> Calls.getxattr("file", ACCESS)));
          ok(User.ANNA.does(() -> Calls.removexattr("file", ACCESS)));
          fails(Errno.EACCES, Calls.setxattr("file", DEFAULT, list, 0));
          fails(Errno.EOPNOTSUPP, Calls.lsetxattr("symlink", ACCESS, list, 0));
          fails(Errno.EINVAL, Calls.setxattr("file", ACCESS, acl(1, 7, -1, 4, 7, -1), 0));
        });
  }

  @Test
  default void D8_1_a_list_of_one_outside_the_group_drops_set_group_id() {
    Calls.file("file", "");
    ok(Calls.chown("file", 1001, 2002));
    ok(Calls.chmod("file", 02775));
    ok(User.ANNA.does(() -> Calls.setxattr("file", ACCESS, named(7, 6, 5, 4, 7, 1), 0)));
    is(0771, Calls.mode("file"));
  }
}
