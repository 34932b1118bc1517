package dev.lamina.linux;

import static dev.lamina.linux.Bytes.assertFails;
import static dev.lamina.linux.Bytes.directory;
import static dev.lamina.linux.Bytes.utf8;
import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

final class FileLocksTest {

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

  private Fd openReadOnly() {
    return FileOpen.openat(dir.value(), utf8("f"), FileOpen.O_RDONLY);
  }

  @Test
  void whole_file_locks_exclude_each_other() {
    try (Fd one = create("f");
        Fd two = create("f")) {
      FileLocks.flock(one.value(), FileLocks.LOCK_EX);
      assertThat(FileLocks.tryFlock(two.value(), FileLocks.LOCK_SH)).isFalse();
      FileLocks.flock(one.value(), FileLocks.LOCK_UN);
      assertThat(FileLocks.tryFlock(two.value(), FileLocks.LOCK_SH)).isTrue();
      assertThat(FileLocks.tryFlock(one.value(), FileLocks.LOCK_SH)).isTrue();
    }
  }

  @Test
  void range_locks_belong_to_the_open_file() {
    try (Fd one = create("f");
        Fd two = create("f")) {
      FileLocks.lockRange(one.value(), FileLocks.F_WRLCK, 10, 10);
      assertThat(FileLocks.tryLockRange(two.value(), FileLocks.F_RDLCK, 19, 0)).isFalse();
      assertThat(FileLocks.isRangeLocked(two.value(), FileLocks.F_RDLCK, 19, 0)).isTrue();
      assertThat(FileLocks.tryLockRange(two.value(), FileLocks.F_WRLCK, 20, 0)).isTrue();
      assertThat(FileLocks.tryLockRange(one.value(), FileLocks.F_UNLCK, 10, 10)).isTrue();
      assertThat(FileLocks.isRangeLocked(two.value(), FileLocks.F_RDLCK, 10, 10)).isFalse();
    }
  }

  @Test
  void a_read_lease_is_refused_while_the_file_is_open_for_writing() {
    Fd writer = create("f");
    try (Fd reader = openReadOnly()) {
      assertThat(FileLocks.tryReadLease(reader.value())).isFalse();
      writer.close();
      assertThat(FileLocks.tryReadLease(reader.value())).isTrue();
      assertThat(FileLocks.lease(reader.value())).isEqualTo(FileLocks.F_RDLCK);
      FileLocks.endLease(reader.value());
      assertThat(FileLocks.lease(reader.value())).isEqualTo(FileLocks.F_UNLCK);
    }
  }

  @Test
  void a_read_lease_is_refused_while_a_writable_mapping_outlives_its_descriptor() {
    Fd writer = create("f");
    FileIo.ftruncate(writer.value(), 4096);
    FileMapping mapping = FileMapping.shared(writer.value(), 0, 4096, true);
    writer.close();
    try (Fd reader = openReadOnly()) {
      assertThat(FileLocks.tryReadLease(reader.value())).isFalse();
      mapping.close();
      assertThat(FileLocks.tryReadLease(reader.value())).isTrue();
    }
  }

  @Test
  void a_lease_that_must_break_does_not_kill_the_process() {
    create("f").close();
    int write = FileOpen.O_WRONLY | FileOpen.O_NONBLOCK;
    try (Fd reader = openReadOnly()) {
      assertThat(FileLocks.tryReadLease(reader.value())).isTrue();
      assertFails(Errno.EAGAIN, () -> FileOpen.openat(dir.value(), utf8("f"), write));
      FileLocks.endLease(reader.value());
      FileOpen.openat(dir.value(), utf8("f"), write).close();
    }
  }
}
