package dev.lamina.linux;

import static dev.lamina.linux.Bytes.assertFails;
import static dev.lamina.linux.Bytes.directory;
import static dev.lamina.linux.Bytes.utf8;
import static org.assertj.core.api.Assertions.assertThat;

import dev.lamina.testing.RequiresRoot;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

final class FileNamesTest {

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

  private final FileStatus status = new FileStatus();

  private int kind(String name) {
    FileAttributes.lstatat(dir.value(), utf8(name), status);
    return status.kind();
  }

  @Test
  void makes_every_kind_that_needs_no_privilege() {
    FileNames.mkdirat(dir.value(), utf8("d"), 0700);
    FileNames.mknodat(dir.value(), utf8("f"), FileStatus.S_IFREG | 0600, 0);
    FileNames.mknodat(dir.value(), utf8("p"), FileStatus.S_IFIFO | 0600, 0);
    FileNames.mknodat(dir.value(), utf8("s"), FileStatus.S_IFSOCK | 0600, 0);
    FileNames.mknodat(dir.value(), utf8("w"), FileStatus.S_IFCHR, 0);
    assertThat(kind("d")).isEqualTo(FileStatus.S_IFDIR);
    assertThat(kind("f")).isEqualTo(FileStatus.S_IFREG);
    assertThat(kind("p")).isEqualTo(FileStatus.S_IFIFO);
    assertThat(kind("s")).isEqualTo(FileStatus.S_IFSOCK);
    assertThat(kind("w")).isEqualTo(FileStatus.S_IFCHR);
    assertFails(Errno.EEXIST, () -> FileNames.mkdirat(dir.value(), utf8("d"), 0700));
  }

  @Test
  @RequiresRoot
  void makes_devices_with_large_numbers() {
    long number = DeviceNumber.of(259, 70_000);
    FileNames.mknodat(dir.value(), utf8("b"), FileStatus.S_IFBLK | 0600, number);
    assertThat(kind("b")).isEqualTo(FileStatus.S_IFBLK);
    assertThat(status.specialDevice()).isEqualTo(number);
  }

  @Test
  void links_lead_where_the_bytes_say() {
    byte[] target = {'/', (byte) 0xff, ' ', (byte) 0x80};
    FileNames.symlinkat(target, dir.value(), utf8("l"));
    assertThat(FileNames.readlinkat(dir.value(), utf8("l"))).isEqualTo(target);
    byte[] longest = new byte[4095];
    Arrays.fill(longest, (byte) 'x');
    FileNames.symlinkat(longest, dir.value(), utf8("ll"));
    assertThat(FileNames.readlinkat(dir.value(), utf8("ll"))).isEqualTo(longest);
    int flags = FileOpen.O_PATH | FileOpen.O_NOFOLLOW;
    try (Fd link = FileOpen.openat(dir.value(), utf8("l"), flags)) {
      assertThat(FileNames.readlinkat(link.value(), new byte[0])).isEqualTo(target);
    }
    assertFails(Errno.EINVAL, () -> FileNames.readlinkat(dir.value(), utf8(".")));
  }

  @Test
  void renames_swap_and_refuse_by_their_flags() throws IOException {
    Files.writeString(temp.resolve("a"), "a");
    Files.writeString(temp.resolve("b"), "b");
    int fd = dir.value();
    assertFails(
        Errno.EEXIST,
        () -> FileNames.renameat2(fd, utf8("a"), fd, utf8("b"), FileNames.RENAME_NOREPLACE));
    FileNames.renameat2(fd, utf8("a"), fd, utf8("b"), FileNames.RENAME_EXCHANGE);
    assertThat(temp.resolve("a")).hasContent("b");
    FileNames.renameat(fd, utf8("a"), fd, utf8("b"));
    assertThat(temp.resolve("b")).hasContent("b");
    assertThat(temp.resolve("a")).doesNotExist();
    FileNames.renameat2(fd, utf8("b"), fd, utf8("c"), FileNames.RENAME_WHITEOUT);
    assertThat(kind("b")).isEqualTo(FileStatus.S_IFCHR);
    assertThat(status.specialDevice()).isZero();
  }

  @Test
  void names_are_added_and_taken_away() throws IOException {
    Files.writeString(temp.resolve("a"), "a");
    Files.createSymbolicLink(temp.resolve("l"), Path.of("a"));
    int fd = dir.value();
    FileNames.linkat(fd, utf8("l"), fd, utf8("l2"), 0);
    FileNames.linkat(fd, utf8("l"), fd, utf8("a2"), FileAttributes.AT_SYMLINK_FOLLOW);
    assertThat(kind("l2")).isEqualTo(FileStatus.S_IFLNK);
    assertThat(kind("a2")).isEqualTo(FileStatus.S_IFREG);
    assertThat(status.links()).isEqualTo(2);
    FileNames.unlinkat(fd, utf8("a"), 0);
    assertFails(Errno.ENOENT, () -> FileNames.unlinkat(fd, utf8("a"), 0));
    FileNames.mkdirat(fd, utf8("d"), 0700);
    assertFails(Errno.EISDIR, () -> FileNames.unlinkat(fd, utf8("d"), 0));
    FileNames.unlinkat(fd, utf8("d"), FileNames.AT_REMOVEDIR);
    assertThat(temp.resolve("d")).doesNotExist();
  }

  @Test
  @RequiresRoot
  void a_descriptor_alone_is_linked() throws IOException {
    Files.writeString(temp.resolve("a"), "a");
    try (Fd file = FileOpen.openat(dir.value(), utf8("a"), FileOpen.O_PATH)) {
      FileNames.linkat(
          file.value(), new byte[0], dir.value(), utf8("b"), FileAttributes.AT_EMPTY_PATH);
    }
    assertThat(temp.resolve("b")).hasContent("a");
  }
}
