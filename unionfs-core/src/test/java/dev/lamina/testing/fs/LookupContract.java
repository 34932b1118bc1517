package dev.lamina.testing.fs;

import static org.assertj.core.api.Assertions.assertThat;

import dev.lamina.fs.Attributes;
import dev.lamina.fs.Caller;
import dev.lamina.fs.Entry;
import dev.lamina.fs.FileKind;
import dev.lamina.fs.FileName;
import dev.lamina.fs.FileSystem;
import dev.lamina.fs.NodeId;
import dev.lamina.linux.Errno;
import dev.lamina.linux.FileOpen;
import java.nio.charset.StandardCharsets;
import org.junit.jupiter.api.Test;

/** What a name leads to: D.1 and D.2 as a mounted view shows them. */
interface LookupContract extends ContractSubject {
  @Test
  default void D1_1_lower_files_are_there_with_their_attributes() {
    LowerTree lower = LOWER.mode("file", 04751).owner("file", 1000, 70000).owner("link", 5, 6);
    Workspace workspace = workspace(lower.modifyTime("dir", 999_999_999_000_000_001L));

    Attributes file = workspace.attributes("file");
    assertThat(file.kind()).isEqualTo(FileKind.REGULAR);
    assertThat(file.mode & 07777).isEqualTo(04751);
    assertThat(file.uid).isEqualTo(1000);
    assertThat(file.gid).isEqualTo(70000);
    assertThat(file.size).isEqualTo(13);
    assertThat(file.modifyTime).isEqualTo(LowerTree.DEFAULT_TIME);
    assertThat(workspace.text("file")).isEqualTo("lower content");
    assertThat(workspace.attributes("link").kind()).isEqualTo(FileKind.SYMLINK);
    assertThat(workspace.attributes("link").size).isEqualTo(7);
    assertThat(workspace.attributes("link").uid).isEqualTo(5);
    assertThat(workspace.readlink("link")).isEqualTo("dir/one");
    assertThat(workspace.attributes("fifo").kind()).isEqualTo(FileKind.FIFO);
    assertThat(workspace.attributes("socket").kind()).isEqualTo(FileKind.SOCKET);
    assertThat(workspace.attributes("null").kind()).isEqualTo(FileKind.CHARACTER_DEVICE);
    assertThat(workspace.attributes("null").device).isEqualTo(NULL_DEVICE);
    assertThat(workspace.attributes("dir").kind()).isEqualTo(FileKind.DIRECTORY);
    assertThat(workspace.attributes("dir").modifyTime).isEqualTo(999_999_999_000_000_001L);
    assertThat(workspace.text("dir/sub/deep")).isEqualTo("deep");
  }

  @Test
  default void D1_2_a_changed_directory_shows_its_new_attributes_and_its_old_entries() {
    Workspace workspace = workspace(LOWER.xattr("dir", "user.below", new byte[] {1}));
    workspace.chmod("dir", 01711);
    workspace.chown("dir", 7, 8);
    workspace.file("dir/three", "333");
    workspace.removexattr("dir", "user.below");

    Workspace again = remount(workspace);
    assertThat(again.mode("dir")).isEqualTo(01711);
    assertThat(again.attributes("dir").uid).isEqualTo(7);
    assertThat(again.attributes("dir").gid).isEqualTo(8);
    assertThat(again.xattrs("dir")).isEmpty();
    assertThat(again.names("dir")).containsExactlyInAnyOrder("one", "two", "three", "sub", "hard3");
    assertThat(again.text("dir/one")).isEqualTo("1");
  }

  @Test
  default void D1_3_a_removed_lower_name_is_absent_and_no_obstacle() {
    Workspace workspace = workspace();
    for (String name : workspace.names("dir/sub")) {
      workspace.unlink("dir/sub/" + name);
    }
    workspace.rmdir("dir/sub");
    for (String name : workspace.names("dir")) {
      workspace.unlink("dir/" + name);
    }

    assertThat(workspace.exists("dir/one")).isFalse();
    assertThat(workspace.names("dir")).isEmpty();
    Workspace again = remount(workspace);
    assertThat(again.exists("dir/one")).isFalse();
    assertThat(again.exists("dir/sub")).isFalse();
    assertThat(again.names("dir")).isEmpty();
    fails(Errno.ENOENT, () -> again.unlink("dir/one"));
    again.rmdir("dir");
    assertThat(again.exists("dir")).isFalse();
    assertThat(again.names("")).doesNotContain("dir");
  }

  @Test
  default void D1_4_attributes_of_overlays_are_ordinary() {
    requires(Capability.ORDINARY_OVERLAY_XATTRS);
    Workspace workspace = workspace();
    byte[] value = {'y'};
    workspace.setxattr("dir", "trusted.overlay.opaque", value, 0);
    workspace.setxattr("file", "trusted.overlay.whiteout", value, 0);
    workspace.setxattr("file", "user.overlay.redirect", value, 0);

    Workspace again = remount(workspace);
    assertThat(again.names("dir")).contains("one", "sub");
    assertThat(again.text("file")).isEqualTo("lower content");
    assertThat(again.getxattr("dir", "trusted.overlay.opaque")).isEqualTo(value);
    assertThat(again.xattrs("file"))
        .containsOnlyKeys("trusted.overlay.whiteout", "user.overlay.redirect");
  }

  @Test
  default void D1_5_a_device_0_0_is_an_ordinary_node() {
    requires(Capability.ORDINARY_ZERO_DEVICE);
    Workspace workspace = workspace();
    workspace.mknod("dir/zero", FileKind.CHARACTER_DEVICE, 0600, 0);
    workspace.unlink("file");
    workspace.mknod("file", FileKind.CHARACTER_DEVICE, 0600, 0);

    Workspace again = remount(workspace);
    assertThat(again.attributes("dir/zero").kind()).isEqualTo(FileKind.CHARACTER_DEVICE);
    assertThat(again.attributes("dir/zero").device).isZero();
    assertThat(again.names("")).contains("file");
    assertThat(again.attributes("file").kind()).isEqualTo(FileKind.CHARACTER_DEVICE);
    fails(Errno.EEXIST, () -> again.file("file", ""));
    again.unlink("file");
    assertThat(again.exists("file")).isFalse();
  }

  @Test
  default void D1_5_names_that_look_like_whiteouts_are_ordinary() {
    Workspace workspace = workspace();
    workspace.file("dir/.wh.one", "mine");
    workspace.file("dir/.wh..wh..opq", "");
    workspace.mkdir("dir/.wh.sub");

    Workspace again = remount(workspace);
    assertThat(again.names("dir"))
        .containsExactlyInAnyOrder(
            "one", "two", "sub", "hard3", ".wh.one", ".wh..wh..opq", ".wh.sub");
    assertThat(again.text("dir/.wh.one")).isEqualTo("mine");
    assertThat(again.text("dir/one")).isEqualTo("1");
    again.unlink("dir/.wh.one");
    assertThat(again.exists("dir/one")).isTrue();
  }

  @Test
  default void D2_6_a_directory_made_again_shows_nothing_of_the_lower_one() {
    Workspace workspace = workspace();
    workspace.removeAll("dir");
    workspace.mkdir("dir", 0700);
    workspace.file("dir/new", "new");
    workspace.unlink("file");
    workspace.mkdir("file");

    Workspace again = remount(workspace);
    assertThat(again.names("dir")).containsExactly("new");
    assertThat(again.exists("dir/one")).isFalse();
    assertThat(again.mode("dir")).isEqualTo(0700);
    assertThat(again.names("file")).isEmpty();
  }

  @Test
  default void D2_6_a_file_over_a_lower_directory_and_a_directory_over_that() {
    Workspace workspace = workspace();
    workspace.removeAll("dir");
    workspace.file("dir", "a file now");
    fails(Errno.ENOTDIR, () -> workspace.attributes("dir/one"));
    Workspace again = remount(workspace);
    assertThat(again.text("dir")).isEqualTo("a file now");
    again.unlink("dir");
    again.mkdir("dir");
    assertThat(again.names("dir")).isEmpty();
    assertThat(remount(again).names("dir")).isEmpty();
  }

  @Test
  default void D2_7_a_merged_directory_goes_only_when_its_view_is_empty() {
    Workspace workspace = workspace();
    fails(Errno.ENOTEMPTY, () -> workspace.rmdir("dir/sub"));
    workspace.file("dir/sub/new", "");
    workspace.unlink("dir/sub/deep");
    fails(Errno.ENOTEMPTY, () -> workspace.rmdir("dir/sub"));
    workspace.unlink("dir/sub/new");
    workspace.rmdir("dir/sub");
    assertThat(workspace.exists("dir/sub")).isFalse();
    assertThat(remount(workspace).names("dir")).doesNotContain("sub");
  }

  @Test
  default void D2_8_a_name_made_again_is_a_new_file_of_its_maker() {
    LowerTree lower =
        LOWER
            .directory("public/group")
            .owner("public/group", 0, 4711)
            .mode("public/group", 02777)
            .file("public/group/name", "old")
            .xattr("public/group/name", "user.old", new byte[] {1})
            .hardLink("public/group/alias", "public/group/name");
    Workspace workspace = workspace(lower);
    long inode = workspace.inode("public/group/name");
    workspace.unlink("public/group/name");
    Workspace user = workspace.as(new Caller(1000, 1000, 0, 022));
    user.create("public/group/name", 0666, FileOpen.O_RDWR).close();

    Attributes made = workspace.attributes("public/group/name");
    assertThat(made.uid).isEqualTo(1000);
    assertThat(made.gid).isEqualTo(4711);
    assertThat(made.mode & 07777).isEqualTo(0644);
    assertThat(made.size).isZero();
    assertThat(made.inode).isNotEqualTo(inode);
    assertThat(workspace.xattrs("public/group/name")).isEmpty();
    assertThat(workspace.text("public/group/alias")).isEqualTo("old");
  }

  @Test
  default void a_name_that_does_not_exist_is_not_found() {
    Workspace workspace = workspace();
    assertThat(workspace.exists("nothing")).isFalse();
    assertThat(workspace.exists("dir/nothing")).isFalse();
    assertThat(workspace.exists("dir/onE")).isFalse();
    assertThat(workspace.exists("dir/on")).isFalse();
    fails(Errno.ENOENT, () -> workspace.attributes("nothing/below"));
  }

  @Test
  default void a_file_holds_no_names() {
    Workspace workspace = workspace();
    fails(Errno.ENOTDIR, () -> workspace.attributes("file/below"));
    fails(Errno.ENOTDIR, () -> workspace.file("file/below", ""));
    fails(Errno.ENOTDIR, () -> workspace.mkdir("fifo/below"));
    fails(Errno.ENOTDIR, () -> workspace.unlink("file/below"));
    fails(Errno.ENOTDIR, () -> workspace.rename("dir", "file/below"));
    fails(Errno.ENOTDIR, () -> workspace.list("file"));
  }

  @Test
  default void D10_1_a_name_has_at_most_255_bytes() {
    String longest = "n".repeat(255);
    String wide = "\u00c3\u00a9".repeat(127) + "x";
    Workspace workspace = workspace(LOWER.file("dir/" + longest, "long"));
    assertThat(workspace.text("dir/" + longest)).isEqualTo("long");
    workspace.mkdir(wide);
    workspace.rename("dir/" + longest, wide + "/" + longest);
    workspace.link("file", longest);

    Workspace again = remount(workspace);
    assertThat(again.text(wide + "/" + longest)).isEqualTo("long");
    assertThat(again.names(wide)).containsExactly(longest);
    assertThat(again.fileSystem().statfs().maximumNameLength()).isEqualTo(255);
    String tooLong = longest + "n";
    fails(Errno.ENAMETOOLONG, () -> again.attributes(tooLong));
    fails(Errno.ENAMETOOLONG, () -> again.file(tooLong, ""));
    fails(Errno.ENAMETOOLONG, () -> again.mkdir(tooLong));
    fails(Errno.ENAMETOOLONG, () -> again.symlink(tooLong, "x"));
    fails(Errno.ENAMETOOLONG, () -> again.link("file", tooLong));
    fails(Errno.ENAMETOOLONG, () -> again.rename("file", tooLong));
    fails(Errno.ENAMETOOLONG, () -> again.unlink(tooLong));
  }

  @Test
  default void names_are_bytes_and_need_not_be_text() {
    requires(Capability.ANY_BYTES_IN_NAMES);
    String odd = "\u00ff\u00fe \n\u0080\\\"*";
    Workspace workspace = workspace(LOWER.file("dir/" + odd, "odd"));
    assertThat(workspace.text("dir/" + odd)).isEqualTo("odd");
    workspace.file("\u00e9", "latin");
    workspace.file("\u00c3\u00a9", "utf8");
    workspace.symlink("to", odd);
    workspace.rename("dir/" + odd, "\u0001" + odd);

    Workspace again = remount(workspace);
    assertThat(again.names("")).contains("\u0001" + odd, "\u00e9", "\u00c3\u00a9");
    assertThat(again.text("\u00e9")).isEqualTo("latin");
    assertThat(again.readlink("to")).isEqualTo(odd);
    assertThat(again.exists("dir/" + odd)).isFalse();
  }

  @Test
  default void two_dots_lead_to_the_parent() {
    Workspace workspace = workspace();
    FileSystem fileSystem = workspace.fileSystem();
    FileName up = FileName.of("..");
    long expected = workspace.inode("dir");
    Entry entry = new Entry();
    boolean found =
        workspace.at(
            "dir/sub",
            node -> {
              boolean there = fileSystem.lookup(node, up, entry);
              fileSystem.forget(entry.node, 1);
              return there;
            });
    assertThat(found).isTrue();
    assertThat(entry.attributes.inode).isEqualTo(expected);
  }

  @Test
  default void a_node_without_a_name_lives_until_it_is_forgotten() {
    requires(Capability.NAMELESS_HAVE_NO_LINK);
    requires(Capability.UNNAMED_ARE_REACHED);
    Workspace workspace = workspace();
    FileSystem fileSystem = workspace.fileSystem();
    for (String name : new String[] {"twin", "fifo", "link"}) {
      Entry entry = new Entry();
      byte[] bytes = name.getBytes(StandardCharsets.UTF_8);
      assertThat(fileSystem.lookup(NodeId.ROOT, FileName.of(bytes), entry)).isTrue();
      workspace.unlink(name);
      Attributes attributes = new Attributes();
      fileSystem.getattr(entry.node, FileSystem.NO_HANDLE, attributes);
      assertThat(attributes.links).isZero();
      assertThat(attributes.inode).isEqualTo(entry.attributes.inode);
      assertThat(workspace.exists(name)).isFalse();
      fileSystem.forget(entry.node, 1);
    }
  }

  @Test
  default void a_node_is_found_again_without_its_name() {
    Workspace workspace = workspace();
    FileSystem fileSystem = workspace.fileSystem();
    workspace.at(
        "dir/sub/deep",
        node -> {
          Entry entry = new Entry();
          fileSystem.lookupNode(node, entry);
          assertThat(entry.node).isEqualTo(node);
          assertThat(entry.attributes.size).isEqualTo(4);
          fileSystem.forget(node, 1);
          return true;
        });
  }
}
