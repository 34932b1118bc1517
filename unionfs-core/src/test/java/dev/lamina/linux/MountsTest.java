package dev.lamina.linux;

import static dev.lamina.linux.Bytes.assertFails;
import static dev.lamina.linux.Bytes.directory;
import static dev.lamina.linux.Bytes.utf8;
import static org.assertj.core.api.Assertions.assertThat;

import dev.lamina.testing.RequiresRoot;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

@RequiresRoot
final class MountsTest {

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

  private static final byte[] TMPFS = utf8("tmpfs");

  private byte[] path(String name) throws IOException {
    return utf8(Files.createDirectories(temp.resolve(name)).toString());
  }

  @Test
  void mounts_bind_remount_and_unmount() throws IOException {
    byte[] there = path("m");
    byte[] second = path("n");
    Mounts.mount(TMPFS, there, "tmpfs", Mounts.MS_NODEV, utf8("size=1m,mode=0711"));
    try {
      assertThat(FileSystemStats.of(there).type()).isEqualTo(FileSystemStats.TMPFS);
      Files.writeString(temp.resolve("m/f"), "x");
      Mounts.mount(there, second, "none", Mounts.MS_BIND, new byte[0]);
      try {
        assertThat(temp.resolve("n/f")).hasContent("x");
        long readOnly = Mounts.MS_REMOUNT | Mounts.MS_BIND | Mounts.MS_RDONLY;
        Mounts.mount(TMPFS, second, "none", readOnly, new byte[0]);
        assertFails(Errno.EROFS, () -> FileNames.mkdirat(dir.value(), utf8("n/d"), 0700));
        FileNames.mkdirat(dir.value(), utf8("m/d"), 0700);
      } finally {
        Mounts.umount(second, 0);
      }
    } finally {
      Mounts.umount(there, Mounts.MNT_DETACH | Mounts.UMOUNT_NOFOLLOW);
    }
    assertThat(temp.resolve("m")).isEmptyDirectory();
    assertFails(Errno.EINVAL, () -> Mounts.umount(there, 0));
    assertFails(Errno.ENODEV, () -> Mounts.mount(TMPFS, there, "nosuchfs", 0, new byte[0]));
  }

  @Test
  void a_read_only_clone_refuses_writers_and_shows_no_mount() throws IOException {
    Files.writeString(temp.resolve("f"), "x");
    FileStatus status = new FileStatus();
    try (Fd clone = Mounts.readOnlyClone(dir.value(), utf8("."))) {
      FileAttributes.fstat(clone.value(), status);
      String mount = status.mountId() + " ";
      assertThat(Files.readAllLines(Path.of("/proc/self/mountinfo")))
          .noneMatch(line -> line.startsWith(mount));
      FileOpen.openat(clone.value(), utf8("f"), FileOpen.O_RDONLY).close();
      assertFails(Errno.EROFS, () -> FileOpen.openat(clone.value(), utf8("f"), FileOpen.O_RDWR));
    }
    FileOpen.openat(dir.value(), utf8("f"), FileOpen.O_RDWR).close();
  }

  @Test
  void a_clone_is_attached_and_moved() throws IOException {
    Files.writeString(temp.resolve("f"), "x");
    byte[] first = path("m");
    byte[] second = path("n");
    try (Fd clone = Mounts.openTree(dir.value(), utf8("."), Mounts.OPEN_TREE_CLONE)) {
      Mounts.attach(clone.value(), Fd.CWD, first);
    }
    try {
      assertThat(temp.resolve("m/f")).hasContent("x");
    } finally {
      Mounts.umount(first, Mounts.MNT_DETACH);
    }
    assertFails(Errno.EINVAL, () -> Mounts.moveMount(Fd.CWD, first, Fd.CWD, second, 0));
  }
}
