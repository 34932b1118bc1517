package dev.lamina.testing.posix;

import static dev.lamina.testing.posix.Answer.fails;
import static dev.lamina.testing.posix.Answer.is;
import static dev.lamina.testing.posix.Answer.ok;
import static dev.lamina.testing.posix.Answer.opened;
import static dev.lamina.testing.posix.Answer.that;

import dev.lamina.linux.Errno;
import dev.lamina.linux.FileOpen;
import dev.lamina.linux.Memory;
import dev.lamina.linux.RawCall;
import java.util.stream.Stream;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestFactory;

/** Mappings agree with what is read and written: D7.8. */
interface MappingPosix extends PosixSubject {
  /** As mmap(2) has them. */
  int READ = 1;

  /** Pages may be written. */
  int WRITE = 2;

  /** Changes are the file's. */
  int SHARED = 1;

  /** Changes are the mapping's own. */
  int PRIVATE = 2;

  private static long map(int fd, int protection, int flags, long length) {
    long address = ok(RawCall.MMAP.of(0, length, protection, flags, fd, 0));
    Home.closing(() -> ok(RawCall.MUNMAP.of(address, length)));
    return address;
  }

  private static String mapped(long address, int length) {
    return Paths.text(Memory.bytes(address, length));
  }

  private static void put(long address, String text) {
    byte[] bytes = Paths.bytes(text);
    Memory.copyIn(address, bytes, 0, bytes.length);
  }

  @TestFactory
  default Stream<DynamicTest> D7_8_shared_mappings_and_descriptors_see_each_other() {
    return newAndBelow(
        "shared",
        () -> {
          int fd = opened(Calls.open("file", FileOpen.O_RDWR));
          int other = opened(Calls.open("file", FileOpen.O_RDWR));
          long one = map(fd, READ | WRITE, SHARED, 7);
          long two = map(other, READ, SHARED, 7);
          is("content", mapped(one, 7));
          put(one, "mapped!");
          is("mapped!", Calls.pread(other, 0));
          is("mapped!", mapped(two, 7));
          ok(Calls.pwrite(other, "WR", 0));
          is("WRpped!", mapped(one, 7));
          is("WRpped!", mapped(two, 7));
          ok(RawCall.MSYNC.of(one, 7, 4));
          is("WRpped!", Calls.text("file"));
        });
  }

  @TestFactory
  default Stream<DynamicTest> private_mappings_keep_their_changes() {
    return newAndBelow(
        "private",
        () -> {
          int fd = opened(Calls.open("file", FileOpen.O_RDONLY));
          long address = map(fd, READ | WRITE, PRIVATE, 7);
          put(address, "CONTENT");
          is("CONTENT", mapped(address, 7));
          is("content", Calls.text("file"));
        });
  }

  @TestFactory
  default Stream<DynamicTest> mappings_outlive_the_descriptor_and_the_name() {
    return newAndBelow(
        "mapping",
        () -> {
          long fd = ok(Calls.open("file", FileOpen.O_RDWR));
          int kept = opened(Calls.open("file", FileOpen.O_RDONLY));
          long address = map((int) fd, READ | WRITE, SHARED, 7);
          ok(Calls.close(fd));
          ok(Calls.unlink("file"));
          put(address, "C");
          is("Content", mapped(address, 7));
          is("Content", Calls.pread(kept, 0));
        });
  }

  @Test
  default void mappings_want_descriptors_that_may() {
    Calls.file("file", "x".repeat(5000));
    int reader = opened(Calls.open("file", FileOpen.O_RDONLY));
    int writer = opened(Calls.open("file", FileOpen.O_WRONLY));
    int directory = opened(Calls.open(".", FileOpen.O_RDONLY));
    fails(Errno.EACCES, RawCall.MMAP.of(0, 5000, READ | WRITE, SHARED, reader, 0));
    fails(Errno.EACCES, RawCall.MMAP.of(0, 5000, READ, SHARED, writer, 0));
    fails(Errno.ENODEV, RawCall.MMAP.of(0, 5000, READ, SHARED, directory, 0));
    fails(Errno.EINVAL, RawCall.MMAP.of(0, 5000, READ, SHARED, reader, 17));
    fails(Errno.EINVAL, RawCall.MMAP.of(0, 0, READ, SHARED, reader, 0));
  }

  @TestFactory
  default Stream<DynamicTest> D8_3_changes_through_a_mapping_move_the_times() {
    return newAndBelow(
        "mapping",
        () -> {
          ok(Calls.utimens("file", 1, 1));
          int fd = opened(Calls.open("file", FileOpen.O_RDWR));
          long address = map(fd, READ | WRITE, SHARED, 7);
          put(address, "C");
          ok(RawCall.MSYNC.of(address, 7, 4));
          that(Calls.stat("file").modifyTime() > 1, "the modify time did not move");
        });
  }

  @Test
  default void a_file_that_grows_is_seen_by_its_mapping() {
    Calls.file("file", "x");
    int fd = opened(Calls.open("file", FileOpen.O_RDWR));
    long address = map(fd, READ | WRITE, SHARED, 3 * 4096);
    ok(RawCall.FTRUNCATE.of(fd, 3 * 4096));
    put(address + 2 * 4096, "end");
    is("end", Calls.pread(fd, 2 * 4096).substring(0, 3));
    ok(RawCall.FTRUNCATE.of(fd, 4096));
    ok(RawCall.FTRUNCATE.of(fd, 3 * 4096));
    is(0, (int) Memory.getByte(address + 2 * 4096));
  }

  @Test
  default void another_process_sees_what_is_mapped() {
    Calls.file("file", "content");
    OtherProcess other = other();
    int fd = opened(Calls.open("file", FileOpen.O_RDWR));
    long address = map(fd, READ | WRITE, SHARED, 7);
    long theirs = other.open("file", FileOpen.O_RDWR);
    ok(other.call(RawCall.PWRITE64, theirs, "OTHER", 5, 0));
    is("OTHERnt", mapped(address, 7));
    put(address, "mapped!");
    Calls.file("copy", "");
    long copy = other.open("copy", FileOpen.O_RDWR);
    ok(other.call(RawCall.SENDFILE, copy, theirs, 0, 7));
    is("mapped!", Calls.text("copy"));
  }
}
