package dev.lamina.testing.fs;

import dev.lamina.fs.Caller;
import dev.lamina.linux.Processes;
import java.util.function.Supplier;

/**
 * Lets the calling thread act for another user: fsuid, fsgid and umask, which on Linux can be a
 * thread's own. Needs root. Thread-safe.
 */
final class ThreadIdentity {
  /** Someone without a privilege. */
  static final Caller NOBODY = new Caller(65534, 65534, 0, 0);

  private final ThreadLocal<Boolean> unshared =
      ThreadLocal.withInitial(
          () -> {
            Processes.unshare(Processes.CLONE_FS);
            return true;
          });

  <T> T as(Caller caller, Supplier<T> action) {
    if (!unshared.get()) {
      throw new IllegalStateException("the umask is shared with other threads");
    }
    int umask = Processes.umask(caller.umask());
    int gid = Processes.setFsGid(caller.gid());
    int uid = Processes.setFsUid(caller.uid());
    try {
      return action.get();
    } finally {
      Processes.setFsUid(uid);
      Processes.setFsGid(gid);
      Processes.umask(umask);
    }
  }

  /** Acts without privileges where {@code unprivileged}. */
  <T> T withoutPrivileges(boolean unprivileged, Supplier<T> action) {
    return unprivileged ? as(NOBODY, action) : action.get();
  }
}
