package dev.lamina.testing.posix;

import static dev.lamina.testing.posix.Answer.fails;
import static dev.lamina.testing.posix.Answer.is;
import static dev.lamina.testing.posix.Answer.ok;
import static dev.lamina.testing.posix.Answer.opened;
import static dev.lamina.testing.posix.Answer.that;

import dev.lamina.linux.DeviceNumber;
import dev.lamina.linux.Errno;
import dev.lamina.linux.Fd;
import dev.lamina.linux.FileAttributes;
import dev.lamina.linux.FileOpen;
import dev.lamina.linux.FileStatus;
import dev.lamina.linux.FileSystemStats;
import dev.lamina.linux.Ioctl;
import dev.lamina.linux.LinuxException;
import dev.lamina.linux.Processes;
import dev.lamina.linux.RawCall;
import dev.lamina.linux.Spawn;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestFactory;

/** What is no plain data: fifos, sockets, devices, programs, flags, and what statx tells. */
interface NodesPosix extends PosixSubject {
  @TestFactory
  default Stream<DynamicTest> D8_6_a_fifo_connects_processes() {
    return newAndBelow(
        "fifo",
        () -> {
          OtherProcess other = other();
          int reader = opened(Calls.open("fifo", FileOpen.O_RDONLY | FileOpen.O_NONBLOCK));
          long theirs = other.open("fifo", FileOpen.O_WRONLY);
          is(5L, other.call(RawCall.WRITE, theirs, "hello", 5));
          is(5L, RawCall.READ.of(reader, new byte[16], 16));
          fails(Errno.EAGAIN, RawCall.READ.of(reader, new byte[16], 16));
          is(0L, Calls.stat("fifo").size());
        });
  }

  @TestFactory
  default Stream<DynamicTest> D8_6_a_fifo_is_one_by_whichever_name() {
    return newAndBelow(
        "fifo",
        () -> {
          ok(Calls.link("fifo", "alias"));
          int reader = opened(Calls.open("fifo", FileOpen.O_RDONLY | FileOpen.O_NONBLOCK));
          int writer = opened(Calls.open("alias", FileOpen.O_WRONLY | FileOpen.O_NONBLOCK));
          ok(Calls.write(writer, "by another name"));
          is(15L, RawCall.READ.of(reader, new byte[16], 16));
        });
  }

  private static byte[] address(String path) {
    return ByteBuffer.allocate(110)
        .order(ByteOrder.nativeOrder())
        .putShort((short) 1)
        .put(Paths.bytes(path))
        .array();
  }

  private static int socket() {
    return opened(RawCall.SOCKET.of(1, 1, 0));
  }

  @Test
  default void D8_6_a_socket_is_reached_by_its_name() {
    int server = socket();
    ok(RawCall.BIND.of(server, address("sock"), 110));
    is(FileStatus.S_IFSOCK, Calls.stat("sock").kind());
    ok(RawCall.LISTEN.of(server, 5));
    ok(RawCall.CONNECT.of(socket(), address("sock"), 110));
    opened(RawCall.ACCEPT4.of(server, 0, 0, 0));
    ok(Calls.rename("sock", "renamed"));
    ok(RawCall.CONNECT.of(socket(), address("renamed"), 110));
    fails(Errno.EADDRINUSE, RawCall.BIND.of(socket(), address("renamed"), 110));
    Calls.file("file", "");
    fails(Errno.EADDRINUSE, RawCall.BIND.of(socket(), address("file"), 110));
    fails(Errno.ECONNREFUSED, RawCall.CONNECT.of(socket(), address("file"), 110));
    ok(Calls.chmod("renamed", 0700));
    fails(
        Errno.EACCES, User.ANNA.does(() -> RawCall.CONNECT.of(socket(), address("renamed"), 110)));
    OtherProcess other = other();
    long theirs = ok(other.call(RawCall.SOCKET, 1, 1, 0));
    ok(other.call(RawCall.CONNECT, theirs, address("renamed"), 110));
    ok(other.call(RawCall.CLOSE, theirs));
  }

  @Test
  default void D8_6_devices_open_what_their_numbers_say() {
    ok(Calls.mknod("null", FileStatus.S_IFCHR | 0666, DeviceNumber.of(1, 3)));
    ok(Calls.mknod("zero", FileStatus.S_IFCHR | 0666, DeviceNumber.of(1, 5)));
    int zero = opened(Calls.open("zero", FileOpen.O_RDWR));
    is("\0".repeat(65536), Calls.pread(zero, 0));
    int nothing = opened(Calls.open("null", FileOpen.O_RDWR));
    is(4L, Calls.write(nothing, "gone"));
    is("", Calls.pread(nothing, 0));
    ok(Calls.mknod("absent", FileStatus.S_IFCHR | 0666, DeviceNumber.of(4000, 77777)));
    is(DeviceNumber.of(4000, 77777), Calls.stat("absent").specialDevice());
    fails(Errno.ENXIO, Calls.open("absent", FileOpen.O_RDONLY));
  }

  @Test
  default void D1_5_a_device_of_no_number_is_a_device() {
    ok(Calls.mknod("none", FileStatus.S_IFCHR | 0600, 0));
    is(0L, Calls.stat("none").specialDevice());
    ok(Calls.unlink("none"));
  }

  private static int run(String... words) {
    try {
      return Spawn.run(Spawn.words(words), Map.of("PATH", "/usr/bin:/bin"), Map.of());
    } catch (LinuxException e) {
      return -e.errno().number();
    }
  }

  private static void program(String path) {
    Calls.file(path, "#!/bin/sh\nexit ${1:-7}\n");
    ok(Calls.chmod(path, 0755));
  }

  private static void copyOf(String program, String path) {
    int from = opened(Calls.open(program, FileOpen.O_RDONLY));
    long to = ok(Calls.open(path, FileOpen.O_CREAT | FileOpen.O_WRONLY, 0755));
    ok(RawCall.SENDFILE.of(to, from, 0, 1 << 24));
    ok(Calls.close(to));
  }

  @Test
  default void programs_run_where_permissions_say_so() {
    program("script");
    is(7, run("./script"));
    copyOf("/bin/true", "binary");
    is(0, run("./binary"));
    ok(Calls.chmod("binary", 0644));
    is(-Errno.EACCES.number(), run("./binary"));
    ok(Calls.chmod("binary", 0700));
    is(-Errno.EACCES.number(), User.ANNA.does(() -> run("./binary")));
    ok(Calls.chmod("binary", 0711));
    is(0, User.ANNA.does(() -> run("./binary")));
    ok(Calls.mkdir("directory", 0755));
    is(-Errno.EACCES.number(), run("./directory"));
    Calls.file("garbage", "\u0001\u0002");
    ok(Calls.chmod("garbage", 0755));
    that(run("./garbage") != 0, "garbage runs");
  }

  @Test
  default void set_user_id_programs_run_as_their_owner() {
    copyOf("/usr/bin/test", "test");
    ok(Calls.chown("test", 1002, 2002));
    ok(Calls.chmod("test", 06755));
    // -O and -G ask whether a file is the effective user's and group's.
    Calls.file("file", "");
    ok(Calls.chown("file", 1002, 2002));
    is(0, User.ANNA.does(() -> run("./test", "-O", "file")));
    is(0, User.ANNA.does(() -> run("./test", "-G", "file")));
    ok(Calls.chmod("test", 0755));
    is(1, User.ANNA.does(() -> run("./test", "-O", "file")));
  }

  @Test
  default void D7_7_what_is_open_for_writing_does_not_run_and_what_runs_is_not_written() {
    copyOf("/bin/sleep", "sleep");
    long writer = ok(Calls.open("sleep", FileOpen.O_WRONLY));
    is(-Errno.ETXTBSY.number(), run("./sleep", "0"));
    ok(Calls.close(writer));
    is(0, run("./sleep", "0"));
    Spawn.Child child = Spawn.start(Spawn.words("./sleep", "60"), Map.of(), Map.of());
    long refused = Calls.open("sleep", FileOpen.O_WRONLY);
    long truncated = Calls.truncate("sleep", 0);
    ok(Calls.rename("sleep", "renamed"));
    ok(Calls.unlink("renamed"));
    Processes.kill(child.pid(), 9);
    is(137, child.waitFor());
    fails(Errno.ETXTBSY, refused);
    fails(Errno.ETXTBSY, truncated);
  }

  /** Sets which of immutable and append-only is in force; neither is after the check. */
  private static void flags(String path, int flags) {
    int fd = opened(Calls.open(path, FileOpen.O_RDONLY | FileOpen.O_NONBLOCK));
    int others = Ioctl.inodeFlags(fd) & ~0x30;
    Ioctl.setInodeFlags(fd, others | flags);
    Home.closing(() -> Ioctl.setInodeFlags(fd, others));
  }

  @TestFactory
  default Stream<DynamicTest> D8_5_what_is_immutable_stays_as_it_is() {
    return newAndBelow(
        "immutable",
        () -> {
          ok(Calls.setxattr("file", "user.a", new byte[1], 0));
          Operation.prepare();
          int open = opened(Calls.open("file", FileOpen.O_RDWR));
          flags("file", 0x10);
          for (Operation operation : Operation.values()) {
            boolean named = operation.has(Operation.Trait.CREATES) || operation == Operation.RMDIR;
            if (operation.modifies() && !named) {
              fails(Errno.EPERM, operation.on("file"));
            }
          }
          fails(Errno.EPERM, Calls.open("file", FileOpen.O_WRONLY | FileOpen.O_APPEND));
          is("content", Calls.text("file"));
          fails(Errno.EPERM, RawCall.FCHMOD.of(open, 0600));
          flags("file", 0);
          flags("directory", 0x10);
          fails(Errno.EPERM, Calls.mkdir("directory/new", 0755));
          fails(Errno.EPERM, Calls.rename("file", "directory/new"));
          fails(Errno.EPERM, Calls.rmdir("directory"));
          flags("directory", 0);
          ok(Calls.rmdir("directory"));
          ok(Calls.unlink("file"));
        });
  }

  @TestFactory
  default Stream<DynamicTest> D8_5_what_is_append_only_grows() {
    return newAndBelow(
        "append only",
        () -> {
          flags("file", 0x20);
          fails(Errno.EPERM, Calls.open("file", FileOpen.O_WRONLY));
          fails(Errno.EPERM, Calls.open("file", FileOpen.O_WRONLY | FileOpen.O_TRUNC));
          fails(Errno.EPERM, Calls.truncate("file", 0));
          fails(Errno.EPERM, Calls.unlink("file"));
          fails(Errno.EPERM, Calls.rename("file", "new"));
          fails(Errno.EPERM, Calls.link("file", "new"));
          fails(Errno.EPERM, Calls.chmod("file", 0600));
          int fd = opened(Calls.open("file", FileOpen.O_WRONLY | FileOpen.O_APPEND));
          ok(Calls.write(fd, "more"));
          is("contentmore", Calls.text("file"));
          flags("file", 0);
          flags("directory", 0x20);
          Calls.file("directory/new", "");
          fails(Errno.EPERM, Calls.unlink("directory/new"));
          fails(Errno.EPERM, Calls.rename("directory/new", "new"));
          flags("directory", 0);
          ok(Calls.unlink("directory/new"));
        });
  }

  @TestFactory
  default Stream<DynamicTest> statx_tells_what_is_there() {
    return newAndBelow(
        "statx",
        () -> {
          FileStatus top = Calls.stat(".");
          for (Kind kind : Kind.values()) {
            FileStatus status = Calls.stat(kind.title());
            is("kind", kind.kind().format(), status.kind());
            is("device", top.device(), status.device());
            is("mount", top.mountId(), status.mountId());
            is("fields", 0x7ff, status.mask() & 0x7ff);
            boolean device = kind == Kind.CHARACTER_DEVICE || kind == Kind.BLOCK_DEVICE;
            is("its device", device ? Kind.DEVICE : 0L, status.specialDevice());
          }
          is(7L, Calls.stat("file").size());
          is(6L, Calls.stat("symlink").size());
          is(4096, Calls.stat("file").blockSize());
          fails(Errno.EINVAL, Calls.statx("file", 0x10000));
          ok(
              RawCall.STATX.of(
                  Fd.CWD, "file", FileAttributes.AT_STATX_DONT_SYNC, 0x7ff, new byte[256]));
        });
  }

  @TestFactory
  default Stream<DynamicTest> D8_5_statx_tells_of_flags() {
    return newAndBelow(
        "statx",
        () -> {
          flags("file", 0x10);
          is("immutable", 0x10L, Calls.stat("file").attributes() & 0x30);
        });
  }

  @Test
  default void statfs_has_room_and_names_of_255_bytes() {
    FileSystemStats stats = FileSystemStats.of(opened(Calls.open(".", FileOpen.O_RDONLY)));
    is(Paths.NAME_MAX, stats.nameMax());
    that(stats.blocks() > 0, "no room");
    that(stats.freeBlocks() > 0 && stats.freeBlocks() <= stats.blocks(), "no free room");
  }

  @Test
  default void times_of_birth_come_before_all_others() {
    Calls.file("file", "x");
    FileStatus first = Calls.stat("file");
    that(first.hasBirthTime(), "the time of birth is absent");
    ok(Calls.utimens("file", 5, 5));
    ok(Calls.chmod("file", 0600));
    ok(Calls.rename("file", "new"));
    is(first.birthTime(), Calls.stat("new").birthTime());
    is(List.of(5L, 5L), List.of(Calls.stat("new").accessTime(), Calls.stat("new").modifyTime()));
  }
}
