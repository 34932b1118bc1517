package dev.lamina.testing.posix;

import static dev.lamina.testing.posix.Answer.is;
import static dev.lamina.testing.posix.Answer.ok;
import static dev.lamina.testing.posix.Answer.opened;

import dev.lamina.linux.FileAttributes;
import dev.lamina.linux.FileOpen;
import dev.lamina.linux.FileStatus;
import java.util.Arrays;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.locks.LockSupport;
import java.util.function.LongSupplier;

/** Sees which times of which files an action moves: of all in the directory, and of itself. */
final class Moments {
  /** Longer than the kernel's clock for times of files takes to go on. */
  private static final long TICK_NANOS = 12_000_000;

  private static final long ACCESSED = 1_000_000_000_000_000_000L;
  private static final long MODIFIED = ACCESSED + 1_000_000_000L;
  private static final int NOFOLLOW = FileAttributes.AT_SYMLINK_NOFOLLOW;

  private final Map<String, Integer> files = new TreeMap<>();
  private final Map<String, FileStatus> before = new TreeMap<>();

  private Moments() {}

  /**
   * Does something, and checks which times it has moved.
   *
   * @param expected a path and letters for the times of it that move: {@code file:mc}
   */
  static void of(LongSupplier action, String... expected) {
    Moments moments = new Moments();
    for (Kind kind : Kind.values()) {
      moments.watch(kind.title());
    }
    moments.watch(".");
    LockSupport.parkNanos(TICK_NANOS);
    long _ = action.getAsLong();
    Map<String, String> wanted = new TreeMap<>();
    for (String one : expected) {
      wanted.put(one.split(":", 2)[0], one.split(":", 2)[1]);
    }
    is("what moves", wanted, moments.moved());
  }

  private void watch(String path) {
    // An access time before the modify time: the next access counts on file systems that do not
    // write each of them down.
    ok(Calls.utimens(path, ACCESSED, MODIFIED, NOFOLLOW));
    files.put(path, opened(Calls.open(path, FileOpen.O_PATH | FileOpen.O_NOFOLLOW)));
    before.put(path, Calls.stat(path));
  }

  private Map<String, String> moved() {
    Map<String, String> moved = new TreeMap<>();
    files.forEach(
        (path, fd) -> {
          FileStatus old = before.getOrDefault(path, new FileStatus());
          FileStatus now = Calls.fstat(fd);
          String times =
              (old.accessTime() == now.accessTime() ? "" : "a")
                  + (old.modifyTime() == now.modifyTime() ? "" : "m")
                  + (old.changeTime() == now.changeTime() ? "" : "c");
          if (!times.isEmpty()) {
            moved.put(path, times);
          }
        });
    return moved;
  }

  /** Does one after the other; each must succeed. */
  static long all(LongSupplier... actions) {
    return Arrays.stream(actions).mapToLong(action -> ok(action.getAsLong())).max().orElse(0);
  }
}
