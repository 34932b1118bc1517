package dev.lamina.testing.fs;

import static org.assertj.core.api.Assertions.assertThat;

import dev.lamina.fs.FileKind;
import dev.lamina.linux.Errno;
import java.util.HashMap;
import java.util.HashSet;
import java.util.Map;
import java.util.Set;
import org.junit.jupiter.api.Test;

/** Inode numbers and hard links: D.4. */
interface IdentityContract extends ContractSubject {
  @Test
  default void D4_1_inode_numbers_are_unique() {
    Workspace workspace = workspace();
    workspace.file("new", "");
    workspace.mkdir("dir/new");
    workspace.file("dir/new/file", "");
    Map<Long, String> seen = new HashMap<>();
    walk(workspace, "", seen);
    // Three of the lower names are of one inode.
    assertThat(seen).hasSize(LOWER.entries().size() - 2 + 3);
    assertThat(workspace.inode("hard1"))
        .isEqualTo(workspace.inode("hard2"))
        .isEqualTo(workspace.inode("dir/hard3"));
  }

  private static void walk(Workspace workspace, String path, Map<Long, String> seen) {
    seen.put(workspace.inode(path), path);
    if (workspace.attributes(path).kind() == FileKind.DIRECTORY) {
      for (String name : workspace.names(path)) {
        walk(workspace, path.isEmpty() ? name : path + "/" + name, seen);
      }
    }
  }

  @Test
  default void D4_1_inode_numbers_are_constant_over_change_and_remount() {
    requires(Capability.STABLE_INODES);
    Workspace workspace = workspace();
    Map<String, Long> before = new HashMap<>();
    for (String path :
        new String[] {"file", "dir", "dir/sub", "dir/sub/deep", "link", "fifo", "null", "hard1"}) {
      before.put(path, workspace.inode(path));
    }
    workspace.write("file", 3, "changed");
    workspace.chmod("dir/sub", 0700);
    workspace.utimes("link", 1, 2);
    workspace.chown("fifo", 1, 2);
    workspace.setxattr("dir/sub/deep", "user.x", new byte[1], 0);
    workspace.link("null", "dir/null");
    workspace.truncate("hard2", 1);
    before.forEach((path, inode) -> assertThat(workspace.inode(path)).as(path).isEqualTo(inode));

    workspace.rename("dir", "moved");
    workspace.rename("file", "moved/file");
    workspace.rename("null", "moved/sub/null");
    Workspace again = remount(workspace);
    assertThat(again.inode("moved")).isEqualTo(before.get("dir"));
    assertThat(again.inode("moved/sub")).isEqualTo(before.get("dir/sub"));
    assertThat(again.inode("moved/sub/deep")).isEqualTo(before.get("dir/sub/deep"));
    assertThat(again.inode("moved/file")).isEqualTo(before.get("file"));
    assertThat(again.inode("moved/sub/null")).isEqualTo(before.get("null"));
    assertThat(again.inode("moved/null")).isEqualTo(before.get("null"));
    assertThat(again.inode("moved/hard3")).isEqualTo(before.get("hard1"));
    assertThat(again.inode("link")).isEqualTo(before.get("link"));
  }

  @Test
  default void D4_1_new_files_keep_their_numbers_over_remount() {
    Workspace workspace = workspace();
    workspace.file("new", "n");
    workspace.mkdir("newdir");
    workspace.symlink("newdir/link", "x");
    long file = workspace.inode("new");
    long directory = workspace.inode("newdir");
    long link = workspace.inode("newdir/link");
    Workspace again = remount(workspace);
    again.file("newer", "");
    assertThat(again.inode("new")).isEqualTo(file);
    assertThat(again.inode("newdir")).isEqualTo(directory);
    assertThat(again.inode("newdir/link")).isEqualTo(link);
    assertThat(again.inode("newer")).isNotIn(file, directory, link);
  }

  @Test
  default void D4_2_a_listing_has_the_numbers_that_stat_has() {
    Workspace workspace = workspace();
    workspace.file("dir/new", "");
    workspace.rename("dir/sub", "sub");
    workspace.write("file", 0, "x");
    expectSameNumbers(workspace);
    expectSameNumbers(remount(workspace));
  }

  private static void expectSameNumbers(Workspace workspace) {
    for (String directory : new String[] {"dir", "sub", "empty"}) {
      for (Workspace.Listed listed : workspace.list(directory)) {
        long expected =
            switch (listed.name()) {
              case "." -> workspace.inode(directory);
              case ".." -> workspace.inode("");
              default -> workspace.inode(directory + "/" + listed.name());
            };
        assertThat(listed.inode()).as(directory + "/" + listed.name()).isEqualTo(expected);
      }
    }
  }

  @Test
  default void D4_2_the_roots_parent_is_the_root() {
    requires(Capability.ROOT_IS_ITS_PARENT);
    Workspace workspace = workspace();
    long root = workspace.inode("");
    assertThat(workspace.list(""))
        .filteredOn(listed -> listed.name().startsWith("."))
        .extracting(Workspace.Listed::inode)
        .containsExactly(root, root);
  }

  @Test
  default void D4_3_all_names_of_a_lower_inode_are_one_inode() {
    requires(Capability.STABLE_INODES);
    Workspace workspace = workspace();
    assertThat(workspace.attributes("hard1").links).isEqualTo(3);
    workspace.write("hard1", 0, "H");
    workspace.chmod("dir/hard3", 0600);
    workspace.setxattr("hard2", "user.n", new byte[] {5}, 0);
    for (String name : new String[] {"hard1", "hard2", "dir/hard3"}) {
      assertThat(workspace.text(name)).isEqualTo("Hard");
      assertThat(workspace.mode(name)).isEqualTo(0600);
      assertThat(workspace.attributes(name).links).isEqualTo(3);
      assertThat(workspace.xattrs(name)).containsOnlyKeys("user.n");
    }
  }

  @Test
  default void D4_3_the_count_of_links_is_that_of_visible_names() {
    requires(Capability.LINKS_OUTLIVE_REMOUNT);
    Workspace workspace = workspace();
    workspace.link("hard2", "empty/hard4");
    assertThat(workspace.attributes("hard1").links).isEqualTo(4);
    workspace.unlink("hard2");
    assertThat(workspace.attributes("dir/hard3").links).isEqualTo(3);
    workspace.unlink("hard1");
    Workspace again = remount(workspace);
    assertThat(again.attributes("dir/hard3").links).isEqualTo(2);
    assertThat(again.inode("dir/hard3")).isEqualTo(again.inode("empty/hard4"));
    again.write("dir/hard3", 1, "AR");
    assertThat(again.text("empty/hard4")).isEqualTo("hARd");
    again.rename("file", "dir/hard3");
    assertThat(again.attributes("empty/hard4").links).isEqualTo(1);
    again.unlink("empty/hard4");
    assertThat(again.exists("empty/hard4")).isFalse();
  }

  @Test
  default void D4_3_removing_a_directory_with_one_of_the_names_leaves_the_others() {
    requires(Capability.STABLE_INODES);
    Workspace workspace = workspace();
    workspace.removeAll("dir");
    Workspace again = remount(workspace);
    assertThat(again.attributes("hard1").links).isEqualTo(2);
    assertThat(again.text("hard2")).isEqualTo("hard");
  }

  @Test
  default void D4_5_a_number_is_never_used_again() {
    requires(Capability.INODES_NEVER_REUSED);
    Workspace workspace = workspace();
    Set<Long> seen = new HashSet<>();
    for (int round = 0; round < 3; round++) {
      for (int i = 0; i < 20; i++) {
        workspace.file("name", "");
        assertThat(seen.add(workspace.inode("name"))).isTrue();
        workspace.unlink("name");
        workspace.mkdir("name");
        assertThat(seen.add(workspace.inode("name"))).isTrue();
        workspace.rmdir("name");
      }
      workspace = remount(workspace);
    }
    Workspace last = workspace;
    fails(Errno.ENOENT, () -> last.unlink("name"));
  }
}
