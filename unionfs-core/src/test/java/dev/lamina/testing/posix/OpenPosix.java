package dev.lamina.testing.posix;

import static dev.lamina.testing.posix.Answer.fails;
import static dev.lamina.testing.posix.Answer.is;
import static dev.lamina.testing.posix.Answer.ok;
import static dev.lamina.testing.posix.Answer.opened;
import static dev.lamina.testing.posix.Answer.that;

import dev.lamina.linux.Errno;
import dev.lamina.linux.Fd;
import dev.lamina.linux.FileAttributes;
import dev.lamina.linux.FileOpen;
import dev.lamina.linux.RawCall;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.HashMap;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestFactory;

/** The flags of open, files without names, and data through descriptors. */
interface OpenPosix extends PosixSubject {
  @TestFactory
  default Stream<DynamicTest> open_heeds_each_flag() {
    return newAndBelow(
        "open",
        () -> {
          int creating = FileOpen.O_CREAT | FileOpen.O_EXCL | FileOpen.O_WRONLY;
          fails(Errno.EEXIST, Calls.open("symlink", creating));
          fails(Errno.ELOOP, Calls.open("symlink", FileOpen.O_NOFOLLOW));
          fails(Errno.EISDIR, Calls.open("directory", FileOpen.O_WRONLY));
          fails(Errno.EISDIR, Calls.open("directory", FileOpen.O_RDONLY | FileOpen.O_TRUNC));
          fails(Errno.EISDIR, Calls.open("directory", FileOpen.O_CREAT));
          fails(Errno.ENXIO, Calls.open("socket", FileOpen.O_RDONLY));
          fails(Errno.ENXIO, Calls.open("fifo", FileOpen.O_WRONLY | FileOpen.O_NONBLOCK));
          ok(Calls.symlink("through", "dangling"));
          ok(Calls.openAndClose("dangling", FileOpen.O_CREAT | FileOpen.O_WRONLY, 0644));
          that(Calls.exists("through"), "nothing was made where the symlink leads");
          ok(Calls.openAndClose("file", FileOpen.O_WRONLY | FileOpen.O_TRUNC, 0));
          is(0L, Calls.stat("file").size());
        });
  }

  @Test
  default void a_descriptor_does_what_it_was_opened_for() {
    Calls.file("file", "content");
    int reader = opened(Calls.open("file", FileOpen.O_RDONLY));
    int writer = opened(Calls.open("file", FileOpen.O_WRONLY));
    int path = opened(Calls.open("file", FileOpen.O_PATH));
    int directory = opened(Calls.open(".", FileOpen.O_RDONLY));
    fails(Errno.EBADF, Calls.write(reader, "x"));
    fails(Errno.EINVAL, RawCall.FTRUNCATE.of(reader, 0));
    fails(Errno.EBADF, RawCall.FALLOCATE.of(reader, 0, 0, 10));
    fails(Errno.EBADF, RawCall.READ.of(writer, new byte[8], 8));
    fails(Errno.EBADF, RawCall.READ.of(path, new byte[8], 8));
    fails(Errno.EBADF, RawCall.FCHMOD.of(path, 0600));
    fails(Errno.EBADF, RawCall.FTRUNCATE.of(path, 0));
    fails(Errno.EISDIR, RawCall.READ.of(directory, new byte[8], 8));
    fails(Errno.EBADF, Calls.write(directory, "x"));
    fails(Errno.ENOTDIR, RawCall.GETDENTS64.of(reader, new byte[512], 512));
    fails(Errno.EINVAL, RawCall.PREAD64.of(reader, new byte[8], 8, -1));
    fails(Errno.EFAULT, RawCall.READ.of(reader, Calls.BAD_ADDRESS, 8));
    fails(Errno.EFAULT, RawCall.WRITE.of(writer, Calls.BAD_ADDRESS, 8));
    is("content", Calls.text("file"));
  }

  @TestFactory
  default Stream<DynamicTest> truncate_goes_both_ways_and_has_limits() {
    return newAndBelow(
        "truncate",
        () -> {
          ok(Calls.truncate("file", 3));
          is("con", Calls.text("file"));
          ok(Calls.truncate("file", 6));
          is("con\0\0\0", Calls.text("file"));
          fails(Errno.EINVAL, Calls.truncate("file", -1));
          fails(Errno.EISDIR, Calls.truncate("directory", 0));
          fails(Errno.EINVAL, Calls.truncate("fifo", 0));
          fails(Errno.EINVAL, Calls.truncate("socket", 0));
          ok(Calls.truncate("file", 1L << 40));
          is(1L << 40, Calls.stat("file").size());
          fails(Errno.EFBIG, Calls.truncate("file", Long.MAX_VALUE));
          ok(Calls.truncate("file", 0));
        });
  }

  @TestFactory
  default Stream<DynamicTest> D7_5_what_is_unlinked_while_open_stays() {
    return newAndBelow(
        "unlinked",
        () -> {
          int fd = opened(Calls.open("file", FileOpen.O_RDWR));
          int other = opened(Calls.open("file", FileOpen.O_RDONLY));
          ok(Calls.unlink("file"));
          ok(Calls.pwrite(fd, "more", 7));
          is("contentmore", Calls.pread(other, 0));
          is(0, Calls.fstat(fd).links());
          ok(RawCall.FCHMOD.of(fd, 0600));
          ok(RawCall.FCHOWN.of(fd, 7, 8));
          ok(RawCall.FTRUNCATE.of(fd, 4));
          ok(RawCall.FSETXATTR.of(fd, "user.a", "v", 1, 0));
          is(7, Calls.fstat(other).uid());
          is(0600, Calls.fstat(other).permissions());
          is("cont", Calls.pread(other, 0));
          Calls.file("file", "another");
          is("cont", Calls.pread(other, 0));
          int again = opened(Calls.open("/proc/self/fd/" + other, FileOpen.O_RDWR));
          ok(Calls.pwrite(again, "C", 0));
          is("Cont", Calls.pread(fd, 0));
        });
  }

  @Test
  default void a_file_without_a_name_can_get_one() {
    int flags = FileOpen.O_TMPFILE | FileOpen.O_RDWR;
    int fd = opened(Calls.open(".", flags, 0640));
    ok(Calls.write(fd, "nameless"));
    is(0, Calls.fstat(fd).links());
    is(0640, Calls.fstat(fd).permissions());
    ok(RawCall.LINKAT.of(fd, "", Fd.CWD, "named", FileAttributes.AT_EMPTY_PATH));
    is("nameless", Calls.text("named"));
    is(1, Calls.stat("named").links());
    int exclusive = opened(Calls.open(".", flags | FileOpen.O_EXCL, 0600));
    fails(
        Errno.ENOENT, RawCall.LINKAT.of(exclusive, "", Fd.CWD, "no", FileAttributes.AT_EMPTY_PATH));
    fails(Errno.EINVAL, Calls.open(".", FileOpen.O_TMPFILE));
    ok(Calls.mkdir("closed", 0755));
    fails(Errno.EACCES, User.ANNA.does(() -> Calls.open("closed", flags, 0600)));
    fails(Errno.ENOTDIR, Calls.open("named", flags, 0600));
  }

  @TestFactory
  default Stream<DynamicTest> D7_6_appending_goes_to_the_end() {
    return newAndBelow(
        "append",
        () -> {
          int fd = opened(Calls.open("file", FileOpen.O_RDWR | FileOpen.O_APPEND));
          int plain = opened(Calls.open("file", FileOpen.O_WRONLY));
          ok(Calls.write(fd, "1"));
          ok(Calls.pwrite(plain, "2", 8));
          ok(RawCall.LSEEK.of(fd, 0, 0));
          ok(Calls.write(fd, "3"));
          // Linux appends also where pwrite(2) says otherwise.
          ok(Calls.pwrite(fd, "4", 0));
          is("content1234", Calls.text("file"));
          is(10L, RawCall.LSEEK.of(fd, 0, 1));
          ok(RawCall.FCNTL.of(fd, 4, 0));
          ok(Calls.pwrite(fd, "C", 0));
          is("Content1234", Calls.text("file"));
        });
  }

  @Test
  default void D7_6_appends_of_many_processes_are_whole() throws Exception {
    Calls.file("log", "");
    OtherProcess other = other();
    long theirs = other.open("log", FileOpen.O_WRONLY | FileOpen.O_APPEND);
    int rounds = 400;
    int fd = opened(Calls.open("log", FileOpen.O_WRONLY | FileOpen.O_APPEND));
    int second = opened(Calls.open("log", FileOpen.O_WRONLY | FileOpen.O_APPEND));
    Thread helper =
        Thread.ofPlatform()
            .start(
                () -> {
                  for (int i = 0; i < rounds; i++) {
                    ok(Calls.write(second, "b" + "-".repeat(i % 50) + "\n"));
                  }
                });
    for (int i = 0; i < rounds; i++) {
      other.begin(RawCall.WRITE, theirs, "c" + "-".repeat(i % 50) + "\n", i % 50 + 2);
      ok(Calls.write(fd, "a" + "-".repeat(i % 50) + "\n"));
      ok(other.result());
    }
    helper.join();
    int reader = opened(Calls.open("log", FileOpen.O_RDONLY));
    Map<String, Integer> lines = new HashMap<>();
    (Calls.pread(reader, 0) + Calls.pread(reader, 65536))
        .lines()
        .forEach(line -> lines.merge(line, 1, Integer::sum));
    is("different lines", 150, lines.size());
    that(lines.values().stream().allMatch(count -> count == rounds / 50), "torn: " + lines);
  }

  @Test
  default void D7_6_direct_io_and_the_cache_agree() {
    int size = 1 << 16;
    try (Arena arena = Arena.ofConfined()) {
      MemorySegment buffer = arena.allocate(size, 4096);
      buffer.fill((byte) 'd');
      int flags = FileOpen.O_RDWR | FileOpen.O_CREAT | FileOpen.O_DIRECT;
      int direct = opened(Calls.open("file", flags, 0644));
      int cached = opened(Calls.open("file", FileOpen.O_RDWR));
      is((long) size, RawCall.PWRITE64.of(direct, buffer, size, 0));
      is("d".repeat(size), Calls.pread(cached, 0));
      ok(Calls.pwrite(cached, "cached", 4096));
      is((long) size, RawCall.PREAD64.of(direct, buffer, size, 0));
      byte[] six = buffer.asSlice(4096, 6).toArray(ValueLayout.JAVA_BYTE);
      is("cached", Paths.text(six));
      is(4096L, RawCall.PWRITE64.of(direct, buffer, 4096, size));
      is(size + 4096L, Calls.fstat(cached).size());
      is(0L, RawCall.PREAD64.of(direct, buffer, 4096, size + 4096));
    }
  }

  @Test
  default void D7_6_direct_io_must_be_aligned() {
    Calls.file("file", "x".repeat(8192));
    int direct = opened(Calls.open("file", FileOpen.O_RDWR | FileOpen.O_DIRECT));
    try (Arena arena = Arena.ofConfined()) {
      MemorySegment buffer = arena.allocate(8192, 4096);
      fails(Errno.EINVAL, RawCall.PREAD64.of(direct, buffer.asSlice(1), 4096, 0));
      fails(Errno.EINVAL, RawCall.PREAD64.of(direct, buffer, 100, 0));
      fails(Errno.EINVAL, RawCall.PREAD64.of(direct, buffer, 4096, 3));
      is(8192L, RawCall.PREAD64.of(direct, buffer, 8192, 0));
    }
  }

  @Test
  default void synchronous_writes_and_syncs_succeed() {
    for (int flag : new int[] {FileOpen.O_SYNC, FileOpen.O_DSYNC}) {
      int fd = opened(Calls.open("file" + flag, FileOpen.O_CREAT | FileOpen.O_RDWR | flag, 0644));
      ok(Calls.write(fd, "x"));
      ok(RawCall.FSYNC.of(fd));
      ok(RawCall.FDATASYNC.of(fd));
    }
    ok(RawCall.FSYNC.of(opened(Calls.open(".", FileOpen.O_RDONLY))));
  }

  @Test
  default void paths_stay_where_openat2_says() {
    Kind.makeAll();
    ok(Calls.symlink("/etc", "away"));
    ok(Calls.symlink("..", "up"));
    fails(Errno.EXDEV, beneath("../x"));
    fails(Errno.EXDEV, beneath("away/x"));
    fails(Errno.EXDEV, beneath("up/x"));
    fails(Errno.ELOOP, resolved("symlink", FileOpen.RESOLVE_NO_SYMLINKS));
    fails(Errno.EXDEV, resolved("/proc/self", FileOpen.RESOLVE_NO_XDEV));
    ok(resolved("symlink", FileOpen.RESOLVE_BENEATH));
    ok(resolved("../../target", FileOpen.RESOLVE_IN_ROOT));
  }

  private static long beneath(String path) {
    return resolved(path, FileOpen.RESOLVE_BENEATH);
  }

  private static long resolved(String path, int resolve) {
    try (Arena arena = Arena.ofConfined()) {
      MemorySegment how = arena.allocate(24, 8);
      how.set(ValueLayout.JAVA_LONG, 16, resolve);
      long fd = RawCall.OPENAT2.of(Fd.CWD, path, how, 24);
      return fd < 0 ? fd : Calls.close(fd);
    }
  }

  @TestFactory
  default Stream<DynamicTest> data_moves_between_files_in_the_kernel() {
    return newAndBelow(
        "sendfile and splice",
        () -> {
          int from = opened(Calls.open("file", FileOpen.O_RDONLY));
          int to = opened(Calls.open("target", FileOpen.O_RDWR | FileOpen.O_TRUNC));
          is(7L, RawCall.SENDFILE.of(to, from, 0, 100));
          is("content", Calls.text("target"));
          try (FileOpen.Pipe pipe = FileOpen.pipe(FileOpen.O_CLOEXEC)) {
            ok(RawCall.LSEEK.of(from, 0, 0));
            is(7L, RawCall.SPLICE.of(from, 0, pipe.writer().value(), 0, 100, 0));
            is(7L, RawCall.SPLICE.of(pipe.reader().value(), 0, to, 0, 100, 0));
          }
          is("contentcontent", Calls.text("target"));
        });
  }
}
