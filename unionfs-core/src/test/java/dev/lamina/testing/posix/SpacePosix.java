package dev.lamina.testing.posix;

import static dev.lamina.testing.posix.Answer.fails;
import static dev.lamina.testing.posix.Answer.is;
import static dev.lamina.testing.posix.Answer.ok;
import static dev.lamina.testing.posix.Answer.opened;
import static dev.lamina.testing.posix.Answer.that;

import dev.lamina.linux.Errno;
import dev.lamina.linux.FileIo;
import dev.lamina.linux.FileOpen;
import dev.lamina.linux.RawCall;
import java.util.stream.Stream;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestFactory;

/** Space of files: fallocate's modes, holes, copies in the kernel. */
interface SpacePosix extends PosixSubject {
  /** What file systems give space in. */
  int BLOCK = 4096;

  private static int blocks(int count) {
    int fd = opened(Calls.open("blocks", FileOpen.O_CREAT | FileOpen.O_RDWR, 0644));
    for (int i = 0; i < count; i++) {
      ok(Calls.pwrite(fd, Character.toString('a' + i).repeat(BLOCK), (long) i * BLOCK));
    }
    return fd;
  }

  /** The first letter of each block, a dot for zeros. */
  private static String shape(int fd) {
    StringBuilder shape = new StringBuilder();
    String text = Calls.pread(fd, 0);
    for (int at = 0; at < text.length(); at += BLOCK) {
      shape.append(text.charAt(at) == 0 ? '.' : text.charAt(at));
    }
    return shape.toString();
  }

  @Test
  default void fallocate_sets_aside_punches_and_zeroes() {
    int fd = blocks(6);
    ok(RawCall.FALLOCATE.of(fd, 0, 6 * BLOCK, BLOCK));
    is("abcdef.", shape(fd));
    ok(RawCall.FALLOCATE.of(fd, FileIo.FALLOC_FL_KEEP_SIZE, 7 * BLOCK, 9 * BLOCK));
    is(7L * BLOCK, Calls.fstat(fd).size());
    that(Calls.fstat(fd).blocks() >= 16 * 8, "no space was set aside");
    ok(RawCall.FTRUNCATE.of(fd, 6 * BLOCK));
    int punch = FileIo.FALLOC_FL_PUNCH_HOLE | FileIo.FALLOC_FL_KEEP_SIZE;
    ok(RawCall.FALLOCATE.of(fd, punch, BLOCK, BLOCK));
    is("a.cdef", shape(fd));
    ok(RawCall.FALLOCATE.of(fd, FileIo.FALLOC_FL_ZERO_RANGE, 2 * BLOCK, BLOCK));
    is("a..def", shape(fd));
  }

  @Test
  default void fallocate_takes_ranges_out_and_puts_them_in() {
    int fd = blocks(4);
    ok(RawCall.FALLOCATE.of(fd, FileIo.FALLOC_FL_COLLAPSE_RANGE, BLOCK, BLOCK));
    is("acd", shape(fd));
    ok(RawCall.FALLOCATE.of(fd, FileIo.FALLOC_FL_INSERT_RANGE, 0, BLOCK));
    is(".acd", shape(fd));
    fails(Errno.EINVAL, RawCall.FALLOCATE.of(fd, FileIo.FALLOC_FL_COLLAPSE_RANGE, 1, BLOCK));
    fails(Errno.EINVAL, RawCall.FALLOCATE.of(fd, FileIo.FALLOC_FL_COLLAPSE_RANGE, 0, 4 * BLOCK));
    fails(Errno.EINVAL, RawCall.FALLOCATE.of(fd, FileIo.FALLOC_FL_INSERT_RANGE, 4 * BLOCK, BLOCK));
  }

  @Test
  default void fallocate_refuses_what_makes_no_sense() {
    int fd = blocks(2);
    fails(Errno.EINVAL, RawCall.FALLOCATE.of(fd, 0, -1, 10));
    fails(Errno.EINVAL, RawCall.FALLOCATE.of(fd, 0, 0, 0));
    fails(Errno.EINVAL, RawCall.FALLOCATE.of(fd, 0, 0, -1));
    fails(Errno.EFBIG, RawCall.FALLOCATE.of(fd, 0, Long.MAX_VALUE - 10, 10));
    fails(Errno.EOPNOTSUPP, RawCall.FALLOCATE.of(fd, FileIo.FALLOC_FL_PUNCH_HOLE, 0, 10));
    fails(Errno.EOPNOTSUPP, RawCall.FALLOCATE.of(fd, 0x8000, 0, 10));
    Kind.FIFO.make("fifo");
    int fifo = opened(Calls.open("fifo", FileOpen.O_RDWR));
    fails(Errno.ESPIPE, RawCall.FALLOCATE.of(fifo, 0, 0, 10));
    int directory = opened(Calls.open(".", FileOpen.O_RDONLY));
    fails(Errno.EBADF, RawCall.FALLOCATE.of(directory, 0, 0, 10));
    is("ab", shape(fd));
  }

  @TestFactory
  default Stream<DynamicTest> D3_4_holes_are_found() {
    return newAndBelow(
        "lseek",
        () -> {
          int fd = opened(Calls.open("file", FileOpen.O_RDWR));
          ok(RawCall.FTRUNCATE.of(fd, 0));
          ok(Calls.pwrite(fd, "x", 1 << 20));
          ok(RawCall.FTRUNCATE.of(fd, 2 << 20));
          is((long) (1 << 20), RawCall.LSEEK.of(fd, 0, FileIo.SEEK_DATA));
          is(0L, RawCall.LSEEK.of(fd, 0, FileIo.SEEK_HOLE));
          is((1L << 20) + BLOCK, RawCall.LSEEK.of(fd, 1 << 20, FileIo.SEEK_HOLE));
          fails(Errno.ENXIO, RawCall.LSEEK.of(fd, (1 << 20) + BLOCK, FileIo.SEEK_DATA));
          fails(Errno.ENXIO, RawCall.LSEEK.of(fd, 2 << 20, FileIo.SEEK_HOLE));
          fails(Errno.ENXIO, RawCall.LSEEK.of(fd, -1, FileIo.SEEK_DATA));
          that(Calls.fstat(fd).blocks() < 64, "a hole uses space");
        });
  }

  @TestFactory
  default Stream<DynamicTest> lseek_goes_anywhere_but_below_zero() {
    return newAndBelow(
        "lseek",
        () -> {
          int fd = opened(Calls.open("file", FileOpen.O_RDWR));
          is(7L, RawCall.LSEEK.of(fd, 0, FileIo.SEEK_END));
          is(0L, RawCall.LSEEK.of(fd, 0, FileIo.SEEK_DATA));
          is(7L, RawCall.LSEEK.of(fd, 0, FileIo.SEEK_HOLE));
          fails(Errno.EINVAL, RawCall.LSEEK.of(fd, -1, FileIo.SEEK_SET));
          fails(Errno.EINVAL, RawCall.LSEEK.of(fd, 0, 9));
          is(100L, RawCall.LSEEK.of(fd, 100, FileIo.SEEK_SET));
          is(0L, RawCall.READ.of(fd, new byte[8], 8));
          ok(Calls.write(fd, "x"));
          is(101L, Calls.stat("file").size());
          int fifo = opened(Calls.open("fifo", FileOpen.O_RDWR));
          fails(Errno.ESPIPE, RawCall.LSEEK.of(fifo, 0, FileIo.SEEK_SET));
        });
  }

  @TestFactory
  default Stream<DynamicTest> copy_file_range_copies_and_refuses() {
    return newAndBelow(
        "copy_file_range",
        () -> {
          int from = opened(Calls.open("file", FileOpen.O_RDONLY));
          int to = opened(Calls.open("target", FileOpen.O_RDWR | FileOpen.O_TRUNC));
          is(7L, RawCall.COPY_FILE_RANGE.of(from, 0, to, 0, 100, 0));
          is("content", Calls.text("target"));
          is(0L, RawCall.COPY_FILE_RANGE.of(from, 0, to, 0, 100, 0));
          fails(Errno.EINVAL, RawCall.COPY_FILE_RANGE.of(from, 0, to, 0, 100, 1));
          fails(Errno.EBADF, RawCall.COPY_FILE_RANGE.of(from, 0, from, 0, 100, 0));
          int appending = opened(Calls.open("target", FileOpen.O_WRONLY | FileOpen.O_APPEND));
          fails(Errno.EBADF, RawCall.COPY_FILE_RANGE.of(from, 0, appending, 0, 100, 0));
          int directory = opened(Calls.open(".", FileOpen.O_RDONLY));
          fails(Errno.EISDIR, RawCall.COPY_FILE_RANGE.of(directory, 0, to, 0, 100, 0));
          ok(RawCall.LSEEK.of(to, 0, FileIo.SEEK_SET));
          int same = opened(Calls.open("target", FileOpen.O_RDONLY));
          fails(Errno.EINVAL, RawCall.COPY_FILE_RANGE.of(same, 0, to, 0, 5, 0));
        });
  }

  @Test
  default void D3_10_files_may_be_large() {
    int fd = opened(Calls.open("large", FileOpen.O_CREAT | FileOpen.O_RDWR, 0644));
    long far = (1L << 42) + 12345;
    ok(Calls.pwrite(fd, "far", far));
    is("far", Calls.pread(fd, far));
    is(far + 3, Calls.stat("large").size());
    fails(Errno.EFBIG, Calls.pwrite(fd, "x", Long.MAX_VALUE - 10));
    fails(Errno.EINVAL, Calls.pwrite(fd, "x", -5));
  }

  @Test
  default void advice_is_taken() {
    int fd = blocks(1);
    for (int advice = 0; advice <= 5; advice++) {
      ok(RawCall.FADVISE64.of(fd, 0, 0, advice));
    }
    fails(Errno.EINVAL, RawCall.FADVISE64.of(fd, 0, 0, 99));
  }
}
