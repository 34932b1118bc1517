package dev.lamina.testing.fs;

import static org.assertj.core.api.Assertions.assertThat;

import dev.lamina.fs.Attributes;
import dev.lamina.fs.Caller;
import dev.lamina.fs.FileKind;
import dev.lamina.linux.DeviceNumber;
import dev.lamina.linux.Errno;
import dev.lamina.linux.FileOpen;
import org.junit.jupiter.api.Test;

/** Making and removing names: the errors of each, links (D6.7), special nodes (D8.6). */
interface NamesContract extends ContractSubject {
  @Test
  default void what_is_made_is_there_after_a_remount() {
    Workspace workspace = workspace();
    workspace.mkdir("a", 0750);
    workspace.mkdir("a/b");
    workspace.file("a/b/file", "content");
    workspace.symlink("a/link", "../nowhere");
    workspace.mknod("a/fifo", FileKind.FIFO, 0620, 0);
    workspace.mknod("a/socket", FileKind.SOCKET, 0600, 0);
    workspace.mknod("a/plain", FileKind.REGULAR, 0640, 0);

    Workspace again = remount(workspace);
    assertThat(again.mode("a")).isEqualTo(0750);
    assertThat(again.text("a/b/file")).isEqualTo("content");
    assertThat(again.readlink("a/link")).isEqualTo("../nowhere");
    assertThat(again.attributes("a/link").mode & 0777).isEqualTo(0777);
    assertThat(again.attributes("a/fifo").kind()).isEqualTo(FileKind.FIFO);
    assertThat(again.mode("a/fifo")).isEqualTo(0620);
    assertThat(again.attributes("a/socket").kind()).isEqualTo(FileKind.SOCKET);
    assertThat(again.attributes("a/plain").kind()).isEqualTo(FileKind.REGULAR);
    assertThat(again.read("a/plain")).isEmpty();
  }

  @Test
  default void D8_6_devices_keep_their_numbers() {
    Workspace workspace = workspace();
    long large = DeviceNumber.of(4095, 1048575);
    workspace.mknod("dir/char", FileKind.CHARACTER_DEVICE, 0666, NULL_DEVICE);
    workspace.mknod("block", FileKind.BLOCK_DEVICE, 0660, large);
    workspace.chmod("null", 0600);
    workspace.rename("null", "dir/null");

    Workspace again = remount(workspace);
    assertThat(again.attributes("dir/char").device).isEqualTo(NULL_DEVICE);
    assertThat(again.attributes("block").kind()).isEqualTo(FileKind.BLOCK_DEVICE);
    assertThat(again.attributes("block").device).isEqualTo(large);
    assertThat(again.attributes("dir/null").device).isEqualTo(NULL_DEVICE);
    assertThat(again.mode("dir/null")).isEqualTo(0600);
  }

  @Test
  default void a_name_that_exists_is_not_made_again() {
    Workspace workspace = workspace();
    for (String name : new String[] {"file", "dir", "link", "null"}) {
      fails(Errno.EEXIST, () -> workspace.mkdir(name));
      fails(Errno.EEXIST, () -> workspace.create(name, 0644, FileOpen.O_RDWR));
      fails(Errno.EEXIST, () -> workspace.symlink(name, "x"));
      fails(Errno.EEXIST, () -> workspace.mknod(name, FileKind.FIFO, 0644, 0));
      fails(Errno.EEXIST, () -> workspace.link("twin", name));
    }
    assertThat(workspace.text("file")).isEqualTo("lower content");
    assertThat(workspace.attributes("twin").links).isEqualTo(1);
  }

  @Test
  default void what_is_made_belongs_to_its_maker_less_the_umask() {
    Workspace workspace = workspace();
    Workspace user = workspace.as(new Caller(1001, 1002, 0, 027));
    user.mkdir("public/dir", 0777);
    user.create("public/file", 0666, FileOpen.O_RDWR).close();
    user.symlink("public/link", "x");
    user.mknod("public/fifo", FileKind.FIFO, 0666, 0);
    Workspace again = remount(workspace);
    for (String name : new String[] {"dir", "file", "link", "fifo"}) {
      Attributes attributes = again.attributes("public/" + name);
      assertThat(attributes.uid).as(name).isEqualTo(1001);
      assertThat(attributes.gid).as(name).isEqualTo(1002);
    }
    assertThat(again.mode("public/dir")).isEqualTo(0750);
    assertThat(again.mode("public/file")).isEqualTo(0640);
    assertThat(again.mode("public/fifo")).isEqualTo(0640);
  }

  @Test
  default void unlink_is_for_files_and_rmdir_for_empty_directories() {
    Workspace workspace = workspace();
    fails(Errno.EISDIR, () -> workspace.unlink("dir"));
    fails(Errno.EISDIR, () -> workspace.unlink("empty"));
    fails(Errno.ENOTDIR, () -> workspace.rmdir("file"));
    fails(Errno.ENOTDIR, () -> workspace.rmdir("link"));
    fails(Errno.ENOTEMPTY, () -> workspace.rmdir("dir"));
    fails(Errno.ENOENT, () -> workspace.unlink("nothing"));
    fails(Errno.ENOENT, () -> workspace.rmdir("nothing"));
    workspace.rmdir("empty");
    workspace.unlink("null");
    fails(Errno.ENOENT, () -> workspace.rmdir("empty"));
    fails(Errno.ENOENT, () -> workspace.unlink("null"));
  }

  @Test
  default void D6_7_link_gives_any_file_another_name() {
    requires(Capability.STABLE_INODES);
    Workspace workspace = workspace();
    for (String name : new String[] {"file", "link", "fifo", "null", "socket"}) {
      long inode = workspace.inode(name);
      Attributes linked = workspace.link(name, "empty/" + name);
      assertThat(linked.inode).as(name).isEqualTo(inode);
      assertThat(linked.links).as(name).isEqualTo(2);
    }
    workspace.file("new", "new");
    workspace.link("new", "dir/new");
    workspace.write("empty/file", 0, "LOWER");
    Workspace again = remount(workspace);
    assertThat(again.text("file")).isEqualTo("LOWER content");
    assertThat(again.text("dir/new")).isEqualTo("new");
    assertThat(again.readlink("empty/link")).isEqualTo("dir/one");
    assertThat(again.attributes("new").links).isEqualTo(2);
    again.unlink("new");
    assertThat(again.attributes("dir/new").links).isEqualTo(1);
  }

  @Test
  default void a_directory_has_no_second_name() {
    Workspace workspace = workspace();
    fails(Errno.EPERM, () -> workspace.link("dir", "again"));
    assertThat(workspace.exists("again")).isFalse();
  }

  @Test
  default void D6_7_a_removed_file_gets_no_new_name() {
    Workspace workspace = workspace();
    for (String name : new String[] {"file", "twin"}) {
      try (Handle handle = workspace.open(name, FileOpen.O_RDONLY)) {
        workspace.unlink(name);
        fails(Errno.ENOENT, () -> handle.link(workspace, "again"));
      }
    }
  }

  @Test
  default void D6_7_a_file_made_without_a_name_gets_one() {
    requires(Capability.TEMPORARY_FILES);
    Workspace workspace = workspace();
    try (Handle handle = workspace.temporary("dir", 0640, FileOpen.O_RDWR)) {
      handle.write(0, "first");
      assertThat(handle.attributes().links).isZero();
      assertThat(workspace.names("dir")).containsExactlyInAnyOrder("one", "two", "sub", "hard3");
      handle.link(workspace, "named");
      handle.write(5, " second");
      assertThat(handle.attributes().links).isEqualTo(1);
      assertThat(workspace.inode("named")).isEqualTo(handle.attributes().inode);
      fails(Errno.EEXIST, () -> handle.link(workspace, "file"));
      handle.link(workspace, "dir/again");
    }
    Workspace again = remount(workspace);
    assertThat(again.text("named")).isEqualTo("first second");
    assertThat(again.mode("named")).isEqualTo(0640);
    assertThat(again.attributes("dir/again").links).isEqualTo(2);
  }

  @Test
  default void a_file_made_without_a_name_vanishes_when_it_is_closed() {
    requires(Capability.TEMPORARY_FILES);
    Workspace workspace = workspace();
    try (Handle handle = workspace.temporary("", 0600, FileOpen.O_RDWR)) {
      handle.write(0, "gone soon");
      assertThat(handle.text()).isEqualTo("gone soon");
    }
    int flags = FileOpen.O_RDWR | FileOpen.O_EXCL;
    try (Handle handle = workspace.temporary("", 0600, flags)) {
      fails(Errno.ENOENT, () -> handle.link(workspace, "named"));
    }
    fails(Errno.ENOTDIR, () -> workspace.temporary("file", 0600, FileOpen.O_RDWR));
    assertThat(workspace.names("")).hasSameSizeAs(workspace(LOWER).names(""));
  }

  @Test
  default void a_symlink_keeps_its_target_to_the_byte() {
    Workspace workspace = workspace();
    String longest = "t".repeat(4095);
    workspace.symlink("longest", longest);
    workspace.symlink("bytes", "\u00ff/\u0001/..//.");
    Workspace again = remount(workspace);
    assertThat(again.readlink("longest")).isEqualTo(longest);
    assertThat(again.attributes("longest").size).isEqualTo(4095);
    assertThat(again.readlink("bytes")).isEqualTo("\u00ff/\u0001/..//.");
    fails(Errno.EINVAL, () -> again.readlink("file"));
    fails(Errno.EINVAL, () -> again.readlink("dir"));
  }
}
