package dev.lamina.testing.posix;

import static dev.lamina.testing.posix.Answer.ok;

import dev.lamina.linux.RawCall;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.List;
import java.util.function.Supplier;

/**
 * Whom the calling thread acts for: with real and effective ids, groups and without any capability,
 * as a process of that user would. The saved user id stays root's, so that the thread can go back.
 *
 * @param uid user
 * @param gid group
 * @param groups supplementary groups
 */
record User(int uid, int gid, List<Integer> groups) {
  /** Someone who owns nothing. */
  static final User NOBODY = of(65534, 65534);

  /** Two who own something. */
  static final User ANNA = of(1001, 1001);

  static final User BERT = of(1002, 1002);

  static User of(int uid, int gid, Integer... groups) {
    return new User(uid, gid, List.of(groups));
  }

  <T> T does(Supplier<T> action) {
    become();
    try {
      return action.get();
    } finally {
      root();
    }
  }

  private void become() {
    try (Arena arena = Arena.ofConfined()) {
      MemorySegment list = arena.allocate(Math.max(1, groups.size()) * 4L, 4);
      for (int i = 0; i < groups.size(); i++) {
        list.setAtIndex(ValueLayout.JAVA_INT, i, groups.get(i));
      }
      ok(RawCall.SETGROUPS.of(groups.size(), list));
    }
    ok(RawCall.SETRESGID.of(gid, gid, 0));
    ok(RawCall.SETRESUID.of(uid, uid, 0));
  }

  /** Makes the calling thread root's again. */
  static void root() {
    ok(RawCall.SETRESUID.of(0, 0, 0));
    ok(RawCall.SETRESGID.of(0, 0, 0));
    ok(RawCall.SETGROUPS.of(0, 0));
  }

  @Override
  public String toString() {
    return "user " + uid + ":" + gid;
  }
}
