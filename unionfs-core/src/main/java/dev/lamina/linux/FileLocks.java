package dev.lamina.linux;

/**
 * Whole-file locks, locks of byte ranges that belong to the open file (not to the process), and
 * leases. All throw {@link LinuxException} with the errno of the manual page. Thread-safe.
 */
public final class FileLocks {
  /** flock: shared. */
  public static final int LOCK_SH = 1;

  /** flock: exclusive. */
  public static final int LOCK_EX = 2;

  /** flock: EAGAIN rather than wait. */
  public static final int LOCK_NB = 4;

  /** flock: give back. */
  public static final int LOCK_UN = 8;

  /** Lock or lease for reading. */
  public static final int F_RDLCK = 0;

  /** Lock or lease for writing. */
  public static final int F_WRLCK = 1;

  /** No lock or lease. */
  public static final int F_UNLCK = 2;

  private static final int FLOCK_SIZE = 32;
  private static final int SIGURG = 23;

  private FileLocks() {}

  /** Takes, changes or gives back a lock on a whole file, by the LOCK_ bits. */
  public static void flock(int fd, int operation) {
    Syscalls.check(Syscalls.call(Syscall.FLOCK, fd, operation), Syscall.FLOCK, fd);
  }

  /** As {@link #flock} with LOCK_NB: false if somebody else holds the lock. */
  public static boolean tryFlock(int fd, int operation) {
    long result = Syscalls.call(Syscall.FLOCK, fd, operation | LOCK_NB);
    return !isHeldByOthers(result) && Syscalls.check(result, Syscall.FLOCK, fd) == 0;
  }

  /**
   * Takes, or with F_UNLCK gives back, a lock on a range of bytes (F_OFD_SETLK); false if somebody
   * else holds it. Length 0 means to the end, however far that moves.
   */
  public static boolean tryLockRange(int fd, int type, long position, long length) {
    long range = range(type, position, length);
    long result = Syscalls.call(Syscall.FCNTL, fd, Fcntl.F_OFD_SETLK, range);
    return !isHeldByOthers(result) && Syscalls.check(result, Syscall.FCNTL, fd) == 0;
  }

  /** As {@link #tryLockRange}, but waits (F_OFD_SETLKW). */
  public static void lockRange(int fd, int type, long position, long length) {
    long range = range(type, position, length);
    Fcntl.call(fd, Fcntl.F_OFD_SETLKW, range);
  }

  /** Whether a lock of this type on the range would be refused now (F_OFD_GETLK). */
  public static boolean isRangeLocked(int fd, int type, long position, long length) {
    long range = range(type, position, length);
    Fcntl.call(fd, Fcntl.F_OFD_GETLK, range);
    return Memory.getShort(range) != F_UNLCK;
  }

  /**
   * Takes a read lease; false if the file is open for writing anywhere, a shared writable mapping
   * included. The descriptor must be open for reading only, and the file be the caller's or the
   * caller have CAP_LEASE (else EACCES). An open for writing by somebody else then waits until the
   * lease is given back with {@link #endLease} or /proc/sys/fs/lease-break-time has passed.
   */
  public static boolean tryReadLease(int fd) {
    // A lease that must break is announced by SIGIO, which by default kills the process. SIGURG
    // is ignored by default, and the JVM leaves it alone.
    Fcntl.call(fd, Fcntl.F_SETSIG, SIGURG);
    long result = Syscalls.call(Syscall.FCNTL, fd, Fcntl.F_SETLEASE, F_RDLCK);
    return !isHeldByOthers(result) && Syscalls.check(result, Syscall.FCNTL, fd) == 0;
  }

  /** Gives a lease back. */
  public static void endLease(int fd) {
    Fcntl.call(fd, Fcntl.F_SETLEASE, F_UNLCK);
  }

  /** The lease held through this open file: F_RDLCK, F_WRLCK or F_UNLCK, also while it breaks. */
  public static int lease(int fd) {
    return Fcntl.call(fd, Fcntl.F_GETLEASE, 0);
  }

  private static boolean isHeldByOthers(long result) {
    return result == -Errno.EAGAIN.number();
  }

  /** struct flock of 64-bit Linux (include/uapi/asm-generic/fcntl.h). */
  private static long range(int type, long position, long length) {
    long range = Scratch.begin().block(FLOCK_SIZE);
    Memory.putShort(range, (short) type);
    Memory.putShort(range + 2, (short) FileIo.SEEK_SET);
    Memory.putLong(range + 8, position);
    Memory.putLong(range + 16, length);
    return range;
  }
}
