package dev.lamina.testing.fs;

import static org.assertj.core.api.Assertions.assertThat;

import dev.lamina.linux.Errno;
import dev.lamina.linux.Xattrs;
import java.util.Random;
import org.junit.jupiter.api.Test;

/** Extended attributes: D8.4. */
interface XattrContract extends ContractSubject {
  @Test
  default void D8_4_attributes_of_all_namespaces_are_kept() {
    Workspace workspace = workspace(LOWER.xattr("dir", "user.below", new byte[] {0, 1, 2}));
    byte[] value = {0, (byte) 0xff, 'v', 0};
    for (String name : new String[] {"file", "dir"}) {
      workspace.setxattr(name, "user.one", value, 0);
      workspace.setxattr(name, "trusted.two", new byte[0], 0);
      workspace.setxattr(name, "security.three", value, 0);
    }
    workspace.setxattr("link", "trusted.link", value, 0);
    workspace.setxattr("fifo", "trusted.fifo", value, 0);
    workspace.rename("file", "dir/file");
    Workspace again = remount(workspace);
    assertThat(again.xattrs("dir/file"))
        .containsOnlyKeys("user.one", "trusted.two", "security.three");
    assertThat(again.xattrs("dir"))
        .containsOnlyKeys("user.below", "user.one", "trusted.two", "security.three");
    assertThat(again.getxattr("dir", "user.below")).containsExactly(0, 1, 2);
    assertThat(again.getxattr("dir/file", "user.one")).isEqualTo(value);
    assertThat(again.getxattr("dir/file", "trusted.two")).isEmpty();
    assertThat(again.getxattr("link", "trusted.link")).isEqualTo(value);
    assertThat(again.getxattr("fifo", "trusted.fifo")).isEqualTo(value);
    assertThat(again.text("dir/file")).isEqualTo("lower content");
  }

  @Test
  default void D8_4_an_attribute_that_is_not_there_has_no_data() {
    Workspace workspace = workspace(LOWER.xattr("file", "user.below", new byte[1]));
    fails(Errno.ENODATA, () -> workspace.getxattr("file", "user.none"));
    fails(Errno.ENODATA, () -> workspace.removexattr("file", "user.none"));
    fails(Errno.ENODATA, () -> workspace.getxattr("file", "user.belo"));
    workspace.removexattr("file", "user.below");
    fails(Errno.ENODATA, () -> workspace.getxattr("file", "user.below"));
    fails(Errno.ENODATA, () -> workspace.removexattr("file", "user.below"));
    Workspace again = remount(workspace);
    assertThat(again.xattrs("file")).isEmpty();
    assertThat(again.xattrs("dir")).isEmpty();
  }

  @Test
  default void D8_4_create_and_replace_mind_what_is_there() {
    Workspace workspace = workspace(LOWER.xattr("file", "user.below", new byte[] {1}));
    byte[] value = {2};
    fails(Errno.EEXIST, () -> workspace.setxattr("file", "user.below", value, Xattrs.XATTR_CREATE));
    fails(Errno.ENODATA, () -> workspace.setxattr("file", "user.new", value, Xattrs.XATTR_REPLACE));
    assertThat(workspace.xattrs("file")).containsOnlyKeys("user.below");
    assertThat(workspace.getxattr("file", "user.below")).containsExactly(1);
    workspace.setxattr("file", "user.below", value, Xattrs.XATTR_REPLACE);
    workspace.setxattr("file", "user.new", value, Xattrs.XATTR_CREATE);
    workspace.setxattr("file", "user.new", new byte[] {3, 4}, 0);
    Workspace again = remount(workspace);
    assertThat(again.getxattr("file", "user.below")).containsExactly(2);
    assertThat(again.getxattr("file", "user.new")).containsExactly(3, 4);
  }

  @Test
  default void D8_4_values_have_up_to_64_KiB() {
    requires(Capability.LARGE_XATTRS);
    Workspace workspace = workspace();
    byte[] large = new byte[65536];
    new Random(1).nextBytes(large);
    workspace.setxattr("file", "user.large", large, 0);
    workspace.setxattr("dir", "trusted.large", large, 0);
    Workspace again = remount(workspace);
    assertThat(again.getxattr("file", "user.large")).isEqualTo(large);
    assertThat(again.getxattr("dir", "trusted.large")).isEqualTo(large);
  }

  @Test
  default void D8_4_a_value_above_64_KiB_is_too_big() {
    Workspace workspace = workspace();
    fails(Errno.E2BIG, () -> workspace.setxattr("file", "user.large", new byte[65537], 0));
    assertThat(workspace.xattrs("file")).isEmpty();
  }

  @Test
  default void D8_4_names_have_up_to_255_bytes() {
    Workspace workspace = workspace();
    String name = "user." + "n".repeat(250);
    workspace.setxattr("file", name, new byte[] {7}, 0);
    assertThat(remount(workspace).getxattr("file", name)).containsExactly(7);
  }

  @Test
  default void D4_3_all_names_of_a_file_have_its_attributes() {
    requires(Capability.STABLE_INODES);
    Workspace workspace = workspace(LOWER.xattr("hard1", "user.below", new byte[] {1}));
    workspace.setxattr("hard2", "user.new", new byte[] {2}, 0);
    Workspace again = remount(workspace);
    assertThat(again.xattrs("dir/hard3")).containsOnlyKeys("user.below", "user.new");
    again.removexattr("dir/hard3", "user.below");
    assertThat(again.xattrs("hard1")).containsOnlyKeys("user.new");
  }
}
