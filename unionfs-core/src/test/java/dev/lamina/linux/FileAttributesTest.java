package dev.lamina.linux;

import static dev.lamina.linux.Bytes.assertFails;
import static dev.lamina.linux.Bytes.directory;
import static dev.lamina.linux.Bytes.utf8;
import static org.assertj.core.api.Assertions.assertThat;

import dev.lamina.testing.RequiresRoot;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

final class FileAttributesTest {

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

  private final FileStatus status = new FileStatus();

  @Test
  void says_what_the_JDK_says() throws IOException {
    Path path = temp.resolve("f");
    Files.writeString(path, "hello");
    Files.createLink(temp.resolve("g"), path);
    FileAttributes.lstatat(dir.value(), utf8("f"), status);
    Map<String, Object> unix = Files.readAttributes(path, "unix:*");
    assertThat(status.inode()).isEqualTo(unix.get("ino"));
    assertThat(status.mode()).isEqualTo(unix.get("mode"));
    assertThat(status.device()).isEqualTo(unix.get("dev"));
    assertThat(status.uid()).isEqualTo(unix.get("uid"));
    assertThat(status.gid()).isEqualTo(unix.get("gid"));
    assertThat(status.links()).isEqualTo(2);
    assertThat(status.size()).isEqualTo(5);
    assertThat(status.isRegular()).isTrue();
    Instant modified = Files.getLastModifiedTime(path).toInstant();
    assertThat(Timespec.ofSeconds(modified.getEpochSecond(), modified.getNano()))
        .isEqualTo(status.modifyTime());
    assertThat(status.changeTime()).isGreaterThanOrEqualTo(status.modifyTime());
    assertThat(status.hasBirthTime()).isTrue();
    assertThat(status.birthTime()).isPositive().isLessThanOrEqualTo(status.changeTime());
  }

  @Test
  void a_link_is_itself_or_what_it_leads_to() throws IOException {
    Files.writeString(temp.resolve("f"), "hello");
    Files.createSymbolicLink(temp.resolve("link"), Path.of("f"));
    FileAttributes.lstatat(dir.value(), utf8("link"), status);
    assertThat(status.isSymlink()).isTrue();
    assertThat(status.size()).isEqualTo(1);
    FileAttributes.statat(dir.value(), utf8("link"), status);
    assertThat(status.isRegular()).isTrue();
    int flags = FileOpen.O_PATH | FileOpen.O_NOFOLLOW;
    try (Fd place = FileOpen.openat(dir.value(), utf8("link"), flags)) {
      FileAttributes.fstat(place.value(), status);
      assertThat(status.kind()).isEqualTo(FileStatus.S_IFLNK);
    }
  }

  @Test
  void a_name_that_is_not_there_is_an_answer() {
    assertThat(FileAttributes.lstatIfPresent(dir.value(), utf8("gone"), status)).isFalse();
    assertThat(FileAttributes.lstatIfPresent(dir.value(), utf8("."), status)).isTrue();
    assertThat(status.isDirectory()).isTrue();
    assertFails(Errno.ENOENT, () -> FileAttributes.lstatat(dir.value(), utf8("gone"), status));
    assertFails(Errno.EBADF, () -> FileAttributes.lstatIfPresent(-1, utf8("gone"), status));
  }

  @Test
  void times_are_set_to_the_nanosecond_and_also_before_1970() {
    long early = Timespec.ofSeconds(Integer.MIN_VALUE + 1, 1);
    long late = Timespec.ofSeconds(4_000_000_000L, 123_456_789);
    try (Fd file = create("f")) {
      FileAttributes.futimens(file.value(), early, late);
      FileAttributes.fstat(file.value(), status);
      assertThat(status.accessTime()).isEqualTo(early);
      assertThat(status.modifyTime()).isEqualTo(late);
      FileAttributes.futimens(file.value(), Timespec.OMIT, Timespec.NOW);
      FileAttributes.fstat(file.value(), status);
      assertThat(status.accessTime()).isEqualTo(early);
      assertThat(status.modifyTime()).isBetween(1L, late - 1);
    }
  }

  @Test
  void times_of_a_link_are_its_own() throws IOException {
    Files.createSymbolicLink(temp.resolve("link"), Path.of("gone"));
    FileAttributes.utimensat(dir.value(), utf8("link"), 7, 8, FileAttributes.AT_SYMLINK_NOFOLLOW);
    FileAttributes.lstatat(dir.value(), utf8("link"), status);
    assertThat(status.accessTime()).isEqualTo(7);
    assertThat(status.modifyTime()).isEqualTo(8);
  }

  @Test
  void permissions_are_set() {
    try (Fd file = create("f")) {
      FileAttributes.fchmod(file.value(), 04751);
      FileAttributes.fstat(file.value(), status);
      assertThat(status.permissions()).isEqualTo(04751);
      FileAttributes.fchmodat(dir.value(), utf8("f"), 0640);
      FileAttributes.fstat(file.value(), status);
      assertThat(status.permissions()).isEqualTo(0640);
    }
  }

  @Test
  @RequiresRoot
  void owners_are_set_of_files_and_links() throws IOException {
    Files.createSymbolicLink(temp.resolve("link"), Path.of("f"));
    try (Fd file = create("f")) {
      FileAttributes.fchown(file.value(), 12, -1);
      FileAttributes.fstat(file.value(), status);
      assertThat(status.uid()).isEqualTo(12);
      assertThat(status.gid()).isZero();
      int flags = FileAttributes.AT_SYMLINK_NOFOLLOW;
      FileAttributes.fchownat(dir.value(), utf8("link"), -2, 14, flags);
      FileAttributes.lstatat(dir.value(), utf8("link"), status);
      assertThat(status.uid()).isEqualTo(-2);
      assertThat(status.gid()).isEqualTo(14);
    }
  }

  @Test
  void a_file_system_says_its_room() {
    FileSystemStats byFile = FileSystemStats.of(dir.value());
    FileSystemStats byPath = FileSystemStats.of(utf8(temp.toString()));
    assertThat(byFile.type()).isEqualTo(byPath.type()).isNotZero();
    assertThat(byFile.nameMax()).isEqualTo(255);
    assertThat(byFile.blocks() * byFile.blockSize()).isEqualTo(temp.toFile().getTotalSpace());
    assertThat(FileSystemStats.of(utf8("/proc")).type()).isEqualTo(0x9fa0);
    assertFails(Errno.ENOENT, () -> FileSystemStats.of(utf8("/gone")));
  }

  @Test
  void inode_flags_are_set_and_a_device_of_none_says_so() {
    int noDump = 0x40;
    try (Fd file = create("f");
        FileOpen.Pipe pipe = FileOpen.pipe(0)) {
      int before = Ioctl.inodeFlags(file.value());
      Ioctl.setInodeFlags(file.value(), before | noDump);
      assertThat(Ioctl.inodeFlags(file.value())).isEqualTo(before | noDump);
      assertFails(Errno.ENOTTY, () -> Ioctl.inodeFlags(pipe.reader().value()));
    }
  }
}
