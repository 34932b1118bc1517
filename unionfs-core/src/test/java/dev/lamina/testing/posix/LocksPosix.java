package dev.lamina.testing.posix;

import static dev.lamina.testing.posix.Answer.fails;
import static dev.lamina.testing.posix.Answer.is;
import static dev.lamina.testing.posix.Answer.ok;
import static dev.lamina.testing.posix.Answer.opened;

import dev.lamina.linux.Errno;
import dev.lamina.linux.FileLocks;
import dev.lamina.linux.FileOpen;
import dev.lamina.linux.RawCall;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.stream.Stream;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestFactory;

/** Locks between processes and between open files: D7.4. */
interface LocksPosix extends PosixSubject {
  /** fcntl(2): ask who holds a lock of a process. */
  int GETLK = 5;

  /** Take or give back a lock of a process. */
  int SETLK = 6;

  /** As {@link #SETLK}, and wait for it. */
  int SETLKW = 7;

  /** As {@link #SETLK}, of an open file. */
  int OFD_SETLK = 37;

  private static byte[] range(int type, long start, long length) {
    return ByteBuffer.allocate(32)
        .order(ByteOrder.nativeOrder())
        .putShort(0, (short) type)
        .putLong(8, start)
        .putLong(16, length)
        .array();
  }

  @TestFactory
  default Stream<DynamicTest> D7_4_record_locks_are_a_process_s() {
    return newAndBelow(
        "fcntl",
        () -> {
          OtherProcess other = other();
          int mine = opened(Calls.open("file", FileOpen.O_RDWR));
          long theirs = other.open("file", FileOpen.O_RDWR);
          byte[] first = range(FileLocks.F_WRLCK, 0, 10);
          ok(RawCall.FCNTL.of(mine, SETLK, first));
          fails(Errno.EAGAIN, other.call(RawCall.FCNTL, theirs, SETLK, first));
          fails(
              Errno.EAGAIN,
              other.call(RawCall.FCNTL, theirs, SETLK, range(FileLocks.F_RDLCK, 9, 1)));
          ok(other.call(RawCall.FCNTL, theirs, SETLK, range(FileLocks.F_WRLCK, 10, 0)));
          fails(Errno.EAGAIN, RawCall.FCNTL.of(mine, SETLK, range(FileLocks.F_RDLCK, 5, 10)));
          is(other.pid(), holder(mine));
          // Closing any descriptor of the file gives a process's locks back.
          ok(Calls.openAndClose("file", FileOpen.O_RDONLY, 0));
          ok(other.call(RawCall.FCNTL, theirs, SETLK, first));
        });
  }

  private static long holder(int fd) {
    try (Arena arena = Arena.ofConfined()) {
      MemorySegment lock = arena.allocate(32, 8);
      lock.set(ValueLayout.JAVA_SHORT, 0, (short) FileLocks.F_WRLCK);
      lock.set(ValueLayout.JAVA_LONG, 8, 20);
      ok(RawCall.FCNTL.of(fd, GETLK, lock));
      return lock.get(ValueLayout.JAVA_INT, 24);
    }
  }

  @TestFactory
  default Stream<DynamicTest> D7_4_who_waits_gets_the_lock_when_it_is_given_back() {
    return newAndBelow(
        "fcntl",
        () -> {
          OtherProcess other = other();
          int mine = opened(Calls.open("file", FileOpen.O_RDWR));
          long theirs = other.open("file", FileOpen.O_RDWR);
          byte[] all = range(FileLocks.F_WRLCK, 0, 0);
          ok(RawCall.FCNTL.of(mine, SETLK, all));
          other.begin(RawCall.FCNTL, theirs, SETLKW, all);
          ok(RawCall.FCNTL.of(mine, SETLK, range(FileLocks.F_UNLCK, 0, 0)));
          ok(other.result());
          fails(Errno.EAGAIN, RawCall.FCNTL.of(mine, SETLK, all));
        });
  }

  @Test
  default void D7_4_a_lock_that_would_never_come_is_refused() {
    Calls.file("file", "");
    OtherProcess other = other();
    int mine = opened(Calls.open("file", FileOpen.O_RDWR));
    long theirs = other.open("file", FileOpen.O_RDWR);
    ok(RawCall.FCNTL.of(mine, SETLK, range(FileLocks.F_WRLCK, 0, 1)));
    ok(other.call(RawCall.FCNTL, theirs, SETLK, range(FileLocks.F_WRLCK, 1, 1)));
    other.begin(RawCall.FCNTL, theirs, SETLKW, range(FileLocks.F_WRLCK, 0, 1));
    while (!ProcFile.isWaitingForLock(other.pid())) {
      Thread.onSpinWait();
    }
    fails(Errno.EDEADLK, RawCall.FCNTL.of(mine, SETLKW, range(FileLocks.F_WRLCK, 1, 1)));
    ok(RawCall.FCNTL.of(mine, SETLK, range(FileLocks.F_UNLCK, 0, 0)));
    ok(other.result());
  }

  @TestFactory
  default Stream<DynamicTest> D7_4_flock_is_an_open_file_s() {
    return newAndBelow(
        "flock",
        () -> {
          OtherProcess other = other();
          int one = opened(Calls.open("file", FileOpen.O_RDONLY));
          int two = opened(Calls.open("file", FileOpen.O_RDONLY));
          long theirs = other.open("file", FileOpen.O_RDWR);
          int exclusive = FileLocks.LOCK_EX | FileLocks.LOCK_NB;
          int shared = FileLocks.LOCK_SH | FileLocks.LOCK_NB;
          ok(RawCall.FLOCK.of(one, exclusive));
          fails(Errno.EAGAIN, RawCall.FLOCK.of(two, shared));
          fails(Errno.EAGAIN, other.call(RawCall.FLOCK, theirs, shared));
          int copy = opened(RawCall.DUP.of(one));
          ok(RawCall.FLOCK.of(copy, shared));
          ok(RawCall.FLOCK.of(two, shared));
          ok(other.call(RawCall.FLOCK, theirs, shared));
          fails(Errno.EAGAIN, other.call(RawCall.FLOCK, theirs, exclusive));
          ok(RawCall.FLOCK.of(two, FileLocks.LOCK_UN));
          ok(RawCall.FLOCK.of(one, FileLocks.LOCK_UN));
          ok(other.call(RawCall.FLOCK, theirs, exclusive));
          fails(Errno.EINVAL, RawCall.FLOCK.of(one, 0));
        });
  }

  @TestFactory
  default Stream<DynamicTest> D7_4_locks_of_open_files_hold_against_the_same_process() {
    return newAndBelow(
        "fcntl of open files",
        () -> {
          int one = opened(Calls.open("file", FileOpen.O_RDWR));
          int two = opened(Calls.open("file", FileOpen.O_RDWR));
          byte[] write = range(FileLocks.F_WRLCK, 0, 10);
          ok(RawCall.FCNTL.of(one, OFD_SETLK, write));
          fails(Errno.EAGAIN, RawCall.FCNTL.of(two, OFD_SETLK, write));
          ok(RawCall.FCNTL.of(two, OFD_SETLK, range(FileLocks.F_WRLCK, 10, 10)));
          fails(Errno.EAGAIN, RawCall.FCNTL.of(one, SETLK, range(FileLocks.F_RDLCK, 10, 1)));
          // They outlive the closing of another descriptor.
          ok(Calls.openAndClose("file", FileOpen.O_RDONLY, 0));
          fails(Errno.EAGAIN, RawCall.FCNTL.of(two, OFD_SETLK, write));
          ok(Calls.close(opened(RawCall.DUP.of(one))));
          fails(Errno.EAGAIN, RawCall.FCNTL.of(two, OFD_SETLK, write));
        });
  }

  @Test
  default void locks_want_descriptors_that_may() {
    Calls.file("file", "");
    int reader = opened(Calls.open("file", FileOpen.O_RDONLY));
    int writer = opened(Calls.open("file", FileOpen.O_WRONLY));
    fails(Errno.EBADF, RawCall.FCNTL.of(reader, SETLK, range(FileLocks.F_WRLCK, 0, 1)));
    fails(Errno.EBADF, RawCall.FCNTL.of(writer, SETLK, range(FileLocks.F_RDLCK, 0, 1)));
    fails(Errno.EINVAL, RawCall.FCNTL.of(reader, SETLK, range(FileLocks.F_RDLCK, -1, 1)));
    fails(Errno.EINVAL, RawCall.FCNTL.of(reader, SETLK, range(7, 0, 1)));
    int directory = opened(Calls.open(".", FileOpen.O_RDONLY));
    ok(RawCall.FLOCK.of(directory, FileLocks.LOCK_EX | FileLocks.LOCK_NB));
  }

  @Test
  default void a_lock_is_seen_by_another_name_of_the_file() {
    Calls.file("file", "");
    ok(Calls.link("file", "alias"));
    int one = opened(Calls.open("file", FileOpen.O_RDWR));
    int two = opened(Calls.open("alias", FileOpen.O_RDWR));
    ok(RawCall.FLOCK.of(one, FileLocks.LOCK_EX));
    fails(Errno.EAGAIN, RawCall.FLOCK.of(two, FileLocks.LOCK_EX | FileLocks.LOCK_NB));
    ok(Calls.rename("file", "new"));
    int three = opened(Calls.open("new", FileOpen.O_RDWR));
    fails(Errno.EAGAIN, RawCall.FLOCK.of(three, FileLocks.LOCK_SH | FileLocks.LOCK_NB));
  }
}
