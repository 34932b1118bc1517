package dev.lamina.testing.fs;

import static dev.lamina.fs.FileSystem.RENAME_EXCHANGE;
import static dev.lamina.fs.FileSystem.RENAME_NOREPLACE;
import static dev.lamina.fs.FileSystem.RENAME_WHITEOUT;
import static org.assertj.core.api.Assertions.assertThat;

import dev.lamina.fs.Attributes;
import dev.lamina.fs.FileKind;
import dev.lamina.linux.Errno;
import java.util.stream.Stream;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestFactory;

/** Rename: D.6. */
interface RenameContract extends ContractSubject {
  /** Every kind of source on every kind of target with every flag, in one directory or two. */
  @TestFactory
  default Stream<DynamicTest> D6_rename_matrix() {
    RenameMatrix matrix = RenameMatrix.create(lacking().keySet());
    Workspace workspace = workspace(matrix.lower());
    matrix.prepare(workspace);
    Stream<DynamicTest> each =
        matrix.cells().stream()
            .map(
                cell ->
                    DynamicTest.dynamicTest(
                        cell.toString(), () -> cell.run(workspace, this::fails)));
    DynamicTest again =
        DynamicTest.dynamicTest(
            "all of it after a remount",
            () -> {
              Workspace remounted = remount(workspace);
              matrix.cells().forEach(cell -> cell.verify(remounted));
            });
    return Stream.concat(each, Stream.of(again));
  }

  @Test
  default void D6_2_a_renamed_directory_takes_along_all_below_it() {
    requires(Capability.STABLE_INODES);
    Workspace workspace = workspace(LOWER.file("dir/sub/more", "more"));
    long deep = workspace.inode("dir/sub/deep");
    workspace.write("dir/sub/deep", 0, "D");
    workspace.file("dir/sub/new", "new");
    workspace.unlink("dir/two");
    workspace.rename("dir", "empty/moved");

    assertThat(workspace.exists("dir")).isFalse();
    Workspace again = remount(workspace);
    assertThat(again.names("empty")).containsExactly("moved");
    assertThat(again.names("empty/moved")).containsExactlyInAnyOrder("one", "sub", "hard3");
    assertThat(again.names("empty/moved/sub")).containsExactlyInAnyOrder("deep", "more", "new");
    assertThat(again.text("empty/moved/sub/deep")).isEqualTo("Deep");
    assertThat(again.inode("empty/moved/sub/deep")).isEqualTo(deep);
    again.rename("empty/moved/sub", "dir");
    again.unlink("dir/more");
    Workspace third = remount(again);
    assertThat(third.names("dir")).containsExactlyInAnyOrder("deep", "new");
    assertThat(third.inode("dir/deep")).isEqualTo(deep);
    assertThat(parentListed(third, "dir")).isEqualTo(third.inode(""));
  }

  private static long parentListed(Workspace workspace, String directory) {
    return workspace.list(directory).stream()
        .filter(entry -> entry.name().equals(".."))
        .findFirst()
        .orElseThrow()
        .inode();
  }

  @Test
  default void D6_5_a_renamed_directory_does_not_merge_with_a_lower_one_of_the_new_name() {
    Workspace workspace = workspace();
    workspace.mkdir("new");
    workspace.file("new/mine", "");
    workspace.removeAll("dir");
    workspace.rename("new", "dir");
    assertThat(workspace.names("dir")).containsExactly("mine");
    workspace.rename("dir", "away");
    workspace.rename("empty", "dir");
    Workspace again = remount(workspace);
    assertThat(again.names("dir")).isEmpty();
    assertThat(again.names("away")).containsExactly("mine");
    assertThat(again.exists("dir/one")).isFalse();
  }

  @Test
  default void D6_5_no_directory_moves_into_itself() {
    Workspace workspace = workspace();
    workspace.mkdir("new");
    workspace.mkdir("new/below");
    fails(Errno.EINVAL, () -> workspace.rename("dir", "dir/sub/dir"));
    fails(Errno.EINVAL, () -> workspace.rename("dir", "dir/dir"));
    fails(Errno.EINVAL, () -> workspace.rename("new", "new/below/new"));
    fails(Errno.EINVAL, () -> workspace.rename("dir", "dir/sub", RENAME_EXCHANGE));
    fails(Errno.EINVAL, () -> workspace.rename("dir/sub", "dir", RENAME_EXCHANGE));
    fails(Errno.ENOTEMPTY, () -> workspace.rename("dir/sub", "dir"));
    fails(Errno.ENOTEMPTY, () -> workspace.rename("dir/one", "dir"));
    assertThat(workspace.text("dir/sub/deep")).isEqualTo("deep");
    assertThat(workspace.exists("new/below")).isTrue();
  }

  @Test
  default void D6_4_a_rename_onto_another_name_of_the_same_inode_does_nothing() {
    requires(Capability.STABLE_INODES);
    Workspace workspace = workspace();
    workspace.rename("hard1", "hard2");
    if (!lacking().containsKey(Capability.RENAME_FLAGS)) {
      workspace.rename("hard1", "dir/hard3", RENAME_EXCHANGE);
    }
    workspace.rename("file", "file");
    workspace.rename("dir", "dir");
    fails(Errno.EEXIST, () -> workspace.rename("hard1", "hard2", RENAME_NOREPLACE));
    Workspace again = remount(workspace);
    assertThat(again.attributes("hard1").links).isEqualTo(3);
    assertThat(again.text("hard2")).isEqualTo("hard");
    assertThat(again.text("dir/hard3")).isEqualTo("hard");
    assertThat(again.text("file")).isEqualTo("lower content");
  }

  @Test
  default void D6_3_exchange_swaps_file_and_merged_directory() {
    requires(Capability.RENAME_FLAGS);
    requires(Capability.STABLE_INODES);
    Workspace workspace = workspace();
    workspace.file("dir/new", "new");
    long directory = workspace.inode("dir");
    long file = workspace.inode("file");
    workspace.rename("dir", "file", RENAME_EXCHANGE);
    assertThat(workspace.inode("file")).isEqualTo(directory);
    assertThat(workspace.inode("dir")).isEqualTo(file);
    workspace.rename("file/sub", "empty", RENAME_EXCHANGE);

    Workspace again = remount(workspace);
    assertThat(again.text("dir")).isEqualTo("lower content");
    assertThat(again.names("file")).containsExactlyInAnyOrder("one", "two", "hard3", "new", "sub");
    assertThat(again.names("file/sub")).isEmpty();
    assertThat(again.text("empty/deep")).isEqualTo("deep");
    assertThat(parentListed(again, "empty")).isEqualTo(again.inode(""));
    fails(Errno.ENOENT, () -> again.rename("dir", "nothing", RENAME_EXCHANGE));
    fails(Errno.ENOENT, () -> again.rename("nothing", "dir", RENAME_EXCHANGE));
  }

  @Test
  default void D6_3_whiteout_leaves_a_device_0_0() {
    requires(Capability.RENAME_WHITEOUT);
    Workspace workspace = workspace();
    workspace.rename("file", "dir/moved", RENAME_WHITEOUT);
    workspace.rename("dir/sub", "sub", RENAME_WHITEOUT | RENAME_NOREPLACE);
    workspace.rename("twin", "dir/one", RENAME_WHITEOUT);

    Workspace again = remount(workspace);
    for (String left : new String[] {"file", "dir/sub", "twin"}) {
      Attributes attributes = again.attributes(left);
      assertThat(attributes.kind()).as(left).isEqualTo(FileKind.CHARACTER_DEVICE);
      assertThat(attributes.device).as(left).isZero();
      assertThat(attributes.mode & 07777).as(left).isZero();
    }
    assertThat(again.names("")).contains("file", "sub", "twin");
    assertThat(again.text("dir/moved")).isEqualTo("lower content");
    assertThat(again.text("dir/one")).isEqualTo("lower content");
    assertThat(again.text("sub/deep")).isEqualTo("deep");
    fails(Errno.EEXIST, () -> again.rename("void", "dir/one", RENAME_WHITEOUT | RENAME_NOREPLACE));
    again.unlink("file");
    assertThat(again.exists("file")).isFalse();
  }

  @Test
  default void flags_that_exclude_each_other_are_refused() {
    Workspace workspace = workspace();
    int both = RENAME_NOREPLACE | RENAME_EXCHANGE;
    fails(Errno.EINVAL, () -> workspace.rename("file", "twin", both));
    fails(Errno.EINVAL, () -> workspace.rename("file", "twin", RENAME_WHITEOUT | RENAME_EXCHANGE));
    fails(Errno.EINVAL, () -> workspace.rename("file", "new", 8));
    assertThat(workspace.exists("file")).isTrue();
  }

  @Test
  default void a_rename_that_replaces_takes_the_name_from_the_old_file() {
    requires(Capability.STABLE_INODES);
    Workspace workspace = workspace();
    workspace.rename("file", "hard2");
    assertThat(workspace.attributes("hard1").links).isEqualTo(2);
    workspace.file("new", "new");
    workspace.rename("new", "twin");
    workspace.rename("link", "void");
    Workspace again = remount(workspace);
    assertThat(again.text("hard2")).isEqualTo("lower content");
    assertThat(again.text("hard1")).isEqualTo("hard");
    assertThat(again.text("twin")).isEqualTo("new");
    assertThat(again.readlink("void")).isEqualTo("dir/one");
    assertThat(again.names("")).doesNotContain("file", "new", "link");
  }

  @Test
  default void a_name_comes_back_to_its_old_place() {
    requires(Capability.STABLE_INODES);
    Workspace workspace = workspace();
    long file = workspace.inode("dir/one");
    workspace.rename("dir/one", "elsewhere");
    workspace.rename("dir/sub", "subelsewhere");
    workspace = remount(workspace);
    workspace.rename("elsewhere", "dir/one");
    workspace.rename("subelsewhere", "dir/sub");
    workspace = remount(workspace);
    assertThat(workspace.inode("dir/one")).isEqualTo(file);
    assertThat(workspace.names("dir")).containsExactlyInAnyOrder("one", "two", "sub", "hard3");
    assertThat(workspace.text("dir/sub/deep")).isEqualTo("deep");
    assertThat(workspace.names("")).doesNotContain("elsewhere", "subelsewhere");
  }

  @Test
  default void directories_trade_places_by_turns() {
    Workspace workspace = workspace();
    workspace.rename("dir/sub", "other");
    workspace.rename("dir", "other/dir");
    workspace.rename("other", "dir");
    workspace = remount(workspace);
    assertThat(workspace.names("dir")).containsExactlyInAnyOrder("deep", "dir");
    assertThat(workspace.text("dir/dir/one")).isEqualTo("1");
    assertThat(workspace.names("dir/dir")).containsExactlyInAnyOrder("one", "two", "hard3");
    Workspace last = workspace;
    fails(Errno.EINVAL, () -> last.rename("dir", "dir/dir/x"));
  }

  @Test
  default void D6_1_a_failed_rename_changes_nothing() {
    Workspace workspace = workspace();
    fails(Errno.ENOENT, () -> workspace.rename("nothing", "new"));
    fails(Errno.ENOENT, () -> workspace.rename("file", "nothing/new"));
    fails(Errno.ENOTDIR, () -> workspace.rename("dir", "file"));
    fails(Errno.EISDIR, () -> workspace.rename("file", "dir"));
    fails(Errno.EISDIR, () -> workspace.rename("file", "empty"));
    fails(Errno.ENOTEMPTY, () -> workspace.rename("empty", "dir"));
    fails(Errno.EEXIST, () -> workspace.rename("file", "empty", RENAME_NOREPLACE));
    assertThat(workspace.attributes("").modifyTime).isEqualTo(LowerTree.DEFAULT_TIME);
    assertThat(workspace.text("file")).isEqualTo("lower content");
    assertThat(workspace.text("dir/sub/deep")).isEqualTo("deep");
  }
}
