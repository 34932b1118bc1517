package dev.lamina.linux;

/**
 * Calls about processes and their privileges. What is said to be the thread's is the kernel
 * thread's: it holds for a Java platform thread, and must not be changed on a virtual one. All
 * throw {@link LinuxException} with the errno of the manual page. Thread-safe.
 */
public final class Processes {
  /** Unshares the current directory and the umask. */
  public static final int CLONE_FS = 0x200;

  /** Number of open files, for {@link #resourceLimit}. */
  public static final int RLIMIT_NOFILE = 7;

  /** prctl: the signal the process gets when its parent's thread ends. */
  public static final int PR_SET_PDEATHSIG = 1;

  /** prctl: whether memory can be dumped and /proc/self be read by others. */
  public static final int PR_SET_DUMPABLE = 4;

  /** prctl: the thread's name. */
  public static final int PR_SET_NAME = 15;

  /** prctl: adopt orphans below. */
  public static final int PR_SET_CHILD_SUBREAPER = 36;

  /** prctl: no gain of privileges by execve, ever. */
  public static final int PR_SET_NO_NEW_PRIVS = 38;

  private Processes() {}

  /** This process, in its own pid namespace. */
  public static int pid() {
    return (int) Syscalls.call(Syscall.GETPID);
  }

  /** The calling thread, in its own pid namespace. */
  public static int threadId() {
    return (int) Syscalls.call(Syscall.GETTID);
  }

  /** Sends a signal; 0 only tests whether the process is there (ESRCH) and ours (EPERM). */
  public static void kill(int pid, int signal) {
    Syscalls.check(Syscalls.call(Syscall.KILL, pid, signal), Syscall.KILL, pid);
  }

  /** Real user, unsigned. */
  public static int uid() {
    return (int) Syscalls.call(Syscall.GETUID);
  }

  /** Effective user, unsigned. */
  public static int effectiveUid() {
    return (int) Syscalls.call(Syscall.GETEUID);
  }

  /** Real group, unsigned. */
  public static int gid() {
    return (int) Syscalls.call(Syscall.GETGID);
  }

  /** Effective group, unsigned. */
  public static int effectiveGid() {
    return (int) Syscalls.call(Syscall.GETEGID);
  }

  /** Sets the process's mask of permission bits, 0 to 0777; the one before. */
  public static int umask(int mask) {
    return (int) Syscalls.call(Syscall.UMASK, mask);
  }

  /** Sets the user the calling thread's file operations are checked for; the one before. */
  public static int setFsUid(int uid) {
    return (int) Syscalls.call(Syscall.SETFSUID, uid);
  }

  /** Sets the group the calling thread's file operations are checked for; the one before. */
  public static int setFsGid(int gid) {
    return (int) Syscalls.call(Syscall.SETFSGID, gid);
  }

  /**
   * Parts with what the calling thread shares with others (unshare(2)), such as {@link #CLONE_FS}.
   * Only for a thread of its own: it stays so until the thread ends.
   */
  public static void unshare(int flags) {
    Syscalls.check(Syscalls.call(Syscall.UNSHARE, flags), Syscall.UNSHARE, Fd.CWD);
  }

  /** prctl(2) as it is; arguments are numbers or addresses. */
  public static int prctl(int option, long a, long b, long c, long d) {
    long result = Syscalls.call(Syscall.PRCTL, option, a, b, c, d);
    return (int) Syscalls.check(result, Syscall.PRCTL, -1);
  }

  /** A descriptor of a process, readable (poll) once it has ended. */
  public static Fd pidfdOpen(int pid) {
    long fd = Syscalls.call(Syscall.PIDFD_OPEN, pid, 0);
    return Fd.own((int) Syscalls.check(fd, Syscall.PIDFD_OPEN, pid));
  }

  /** Duplicates another process's descriptor into this one; needs the right to trace it. */
  public static Fd pidfdGetfd(int pidfd, int theirs) {
    long fd = Syscalls.call(Syscall.PIDFD_GETFD, pidfd, theirs, 0);
    return Fd.own((int) Syscalls.check(fd, Syscall.PIDFD_GETFD, theirs));
  }

  /** Sends a signal to the process of a descriptor, which cannot be taken for another. */
  public static void pidfdSendSignal(int pidfd, int signal) {
    long result = Syscalls.call(Syscall.PIDFD_SEND_SIGNAL, pidfd, signal, 0, 0);
    Syscalls.check(result, Syscall.PIDFD_SEND_SIGNAL, pidfd);
  }

  /**
   * How much of a resource a process may have: the limit in force, and how far it can raise that.
   * Unsigned; -1 is no limit.
   */
  public record ResourceLimit(long soft, long hard) {}

  /** The process's limit of a resource. */
  public static ResourceLimit resourceLimit(int resource) {
    long limit = Scratch.begin().block(16);
    Syscalls.check(Syscalls.call(Syscall.PRLIMIT64, 0, resource, 0, limit), Syscall.PRLIMIT64, -1);
    return new ResourceLimit(Memory.getLong(limit), Memory.getLong(limit + 8));
  }

  /** Sets the process's limit of a resource; EPERM when it would raise the hard one. */
  public static void setResourceLimit(int resource, ResourceLimit wanted) {
    long limit = Scratch.begin().block(16);
    Memory.putLong(limit, wanted.soft());
    Memory.putLong(limit + 8, wanted.hard());
    Syscalls.check(Syscalls.call(Syscall.PRLIMIT64, 0, resource, limit, 0), Syscall.PRLIMIT64, -1);
  }
}
