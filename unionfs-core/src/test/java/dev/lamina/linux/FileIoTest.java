package dev.lamina.linux;

import static dev.lamina.linux.Bytes.assertFails;
import static dev.lamina.linux.Bytes.directory;
import static dev.lamina.linux.Bytes.text;
import static dev.lamina.linux.Bytes.utf8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.assertThatIllegalStateException;

import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

final class FileIoTest {

  @TempDir Path temp;
  private Fd dir;

  @BeforeEach
  void open() {
    dir = directory(temp);
  }

  @AfterEach
  void close() {
    dir.close();
  }

  private Fd create(String name) {
    int flags = FileOpen.O_CREAT | FileOpen.O_RDWR;
    return FileOpen.openat(dir.value(), utf8(name), flags, 0600);
  }

  @Test
  void reads_and_writes_at_positions_and_where_the_file_stands() {
    try (Fd file = create("f");
        Arena arena = Arena.ofConfined()) {
      MemorySegment buffer = arena.allocate(64);
      buffer.setString(0, "0123456789");
      assertThat(FileIo.pwrite(file.value(), buffer, 2, 4, 6)).isEqualTo(4);
      assertThat(FileIo.write(file.value(), buffer, 0, 3)).isEqualTo(3);
      assertThat(FileIo.pread(file.value(), buffer, 20, 40, 0)).isEqualTo(10);
      assertThat(Memory.bytes(buffer.address() + 20, 10)).isEqualTo(utf8("012\0\0\0" + "2345"));
      assertThat(FileIo.lseek(file.value(), 0, FileIo.SEEK_CUR)).isEqualTo(3);
      assertThat(FileIo.read(file.value(), buffer, 0, 64)).isEqualTo(7);
      assertThat(FileIo.read(file.value(), buffer, 0, 64)).isZero();
      assertThat(FileIo.tryRead(-1, buffer.address(), 1)).isEqualTo(-Errno.EBADF.number());
    }
  }

  @Test
  void a_buffer_the_kernel_cannot_use_is_refused_before_the_call() {
    MemorySegment freed;
    try (Arena arena = Arena.ofConfined()) {
      freed = arena.allocate(8);
    }
    try (Fd file = create("f")) {
      int fd = file.value();
      assertThatIllegalStateException().isThrownBy(() -> FileIo.read(fd, freed, 0, 8));
      assertThatIllegalArgumentException()
          .isThrownBy(() -> FileIo.read(fd, MemorySegment.ofArray(new byte[8]), 0, 8));
      MemorySegment small = Memory.pageAligned(8);
      assertThatExceptionOfType(IndexOutOfBoundsException.class)
          .isThrownBy(() -> FileIo.read(fd, small, 1, 8));
    }
  }

  @Test
  void arrays_larger_than_the_threads_buffer_pass_whole() {
    byte[] data = new byte[200_001];
    for (int i = 0; i < data.length; i++) {
      data[i] = (byte) ((i * 31) >>> 3);
    }
    try (Fd file = create("f")) {
      FileIo.writeFully(file.value(), data, 0, data.length, 5);
      byte[] back = new byte[data.length + 10];
      assertThat(FileIo.readFully(file.value(), back, 0, back.length, 5)).isEqualTo(data.length);
      assertThat(Arrays.copyOf(back, data.length)).isEqualTo(data);
    }
  }

  @Test
  void several_pieces_are_one_write_and_one_read() {
    try (Fd file = create("f");
        Arena arena = Arena.ofConfined()) {
      long piece = arena.allocate(32).address();
      Memory.copyIn(piece, utf8("headbodytail"), 0, 12);
      assertThat(FileIo.writev(file.value(), piece, 4, piece + 4, 4, piece + 8, 4)).isEqualTo(12);
      assertThat(FileIo.writev(file.value(), piece + 8, 4, piece, 4, 0, 0)).isEqualTo(8);
      FileIo.lseek(file.value(), 0, FileIo.SEEK_SET);
      assertThat(FileIo.readv(file.value(), piece + 4, 16, piece, 4, 0, 0)).isEqualTo(20);
      assertThat(text(Memory.bytes(piece, 20))).isEqualTo("head" + "headbodytailtail");
    }
  }

  @Test
  void holes_are_found_and_made() {
    long mega = 1 << 20;
    try (Fd file = create("f")) {
      int fd = file.value();
      FileIo.ftruncate(fd, 4 * mega);
      FileIo.writeFully(fd, new byte[] {1}, 0, 1, 2 * mega);
      assertThat(FileIo.lseek(fd, 0, FileIo.SEEK_DATA)).isEqualTo(2 * mega);
      assertThat(FileIo.lseek(fd, 0, FileIo.SEEK_HOLE)).isZero();
      assertThat(FileIo.lseek(fd, 2 * mega, FileIo.SEEK_HOLE)).isBetween(2 * mega, 3 * mega);
      int punch = FileIo.FALLOC_FL_PUNCH_HOLE | FileIo.FALLOC_FL_KEEP_SIZE;
      FileIo.fallocate(fd, punch, 2 * mega, mega);
      assertFails(Errno.ENXIO, () -> FileIo.lseek(fd, 0, FileIo.SEEK_DATA));
      FileIo.fallocate(fd, 0, 0, 5 * mega);
      FileStatus status = new FileStatus();
      FileAttributes.fstat(fd, status);
      assertThat(status.size()).isEqualTo(5 * mega);
      assertThat(status.blocks()).isGreaterThanOrEqualTo(5 * mega / 512);
    }
  }

  @Test
  void copies_within_the_kernel() throws IOException {
    try (Fd from = create("from");
        Fd to = create("to")) {
      FileIo.writeFully(from.value(), utf8("0123456789"), 0, 10, 0);
      assertThat(FileIo.copyFileRange(from.value(), 4, to.value(), 1, 100)).isEqualTo(6);
      assertThat(FileIo.copyFileRange(from.value(), 10, to.value(), 7, 100)).isZero();
      assertThat(Files.readAllBytes(temp.resolve("to"))).isEqualTo(utf8("\0" + "456789"));
    }
  }

  @Test
  void a_clone_is_a_copy_where_the_file_system_can_make_one() throws IOException {
    try (Fd from = create("from");
        Fd to = create("to")) {
      FileIo.writeFully(from.value(), utf8("0123456789"), 0, 10, 0);
      try {
        FileIo.clone(from.value(), to.value());
        assertThat(temp.resolve("to")).hasContent("0123456789");
        FileIo.cloneRange(from.value(), 0, 0, to.value(), 0);
      } catch (LinuxException cannot) {
        assertThat(cannot.errno()).isIn(Errno.EOPNOTSUPP, Errno.EXDEV, Errno.EINVAL);
        assertThat(temp.resolve("to")).isEmptyFile();
      }
    }
  }

  @Test
  void brings_data_to_disk() {
    try (Fd file = create("f");
        FileOpen.Pipe pipe = FileOpen.pipe(0)) {
      FileIo.writeFully(file.value(), utf8("x"), 0, 1, 0);
      FileIo.syncFileRange(file.value(), 0, 0, FileIo.SYNC_FILE_RANGE_WRITE);
      FileIo.fdatasync(file.value());
      FileIo.fsync(file.value());
      FileIo.syncfs(dir.value());
      assertFails(Errno.EINVAL, () -> FileIo.fsync(pipe.reader().value()));
      assertFails(Errno.EINVAL, () -> FileIo.fdatasync(pipe.reader().value()));
      assertFails(Errno.ESPIPE, () -> FileIo.syncFileRange(pipe.reader().value(), 0, 0, 2));
    }
  }

  @Test
  void a_file_in_memory_has_no_name() {
    try (Fd file = FileOpen.memfd("lamina")) {
      FileIo.ftruncate(file.value(), 10);
      FileStatus status = new FileStatus();
      FileAttributes.fstat(file.value(), status);
      assertThat(status.size()).isEqualTo(10);
      assertThat(status.links()).isZero();
    }
  }
}
