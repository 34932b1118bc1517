package dev.lamina.testing.fs;

import static org.assertj.core.api.Assertions.assertThat;

import dev.lamina.fs.Caller;
import dev.lamina.fs.FileKind;
import dev.lamina.linux.Errno;
import dev.lamina.linux.FileOpen;
import org.junit.jupiter.api.Test;

/** POSIX access control lists: D8.2 and D8.4. */
interface AclContract extends ContractSubject {
  /** The attribute of the list that holds for a node itself. */
  String ACCESS = "system.posix_acl_access";

  /** The attribute of the list that new nodes in a directory inherit. */
  String DEFAULT = "system.posix_acl_default";

  private static PosixAcl acl(int owner, int user, int group, int mask, int other) {
    int none = PosixAcl.UNDEFINED_ID;
    return PosixAcl.of(
        new PosixAcl.Entry(PosixAcl.USER_OBJECT, owner, none),
        new PosixAcl.Entry(PosixAcl.USER, user, 1000),
        new PosixAcl.Entry(PosixAcl.GROUP_OBJECT, group, none),
        new PosixAcl.Entry(PosixAcl.MASK, mask, none),
        new PosixAcl.Entry(PosixAcl.OTHER, other, none));
  }

  private static PosixAcl minimal(int owner, int group, int other) {
    int none = PosixAcl.UNDEFINED_ID;
    return PosixAcl.of(
        new PosixAcl.Entry(PosixAcl.USER_OBJECT, owner, none),
        new PosixAcl.Entry(PosixAcl.GROUP_OBJECT, group, none),
        new PosixAcl.Entry(PosixAcl.OTHER, other, none));
  }

  @Test
  default void D8_4_an_access_list_sets_the_mode_and_is_kept() {
    Workspace workspace = workspace();
    byte[] value = acl(6, 7, 4, 5, 1).encode();
    workspace.setxattr("file", ACCESS, value, 0);
    workspace.setxattr("dir", ACCESS, value, 0);
    Workspace again = remount(workspace);
    for (String name : new String[] {"file", "dir"}) {
      assertThat(again.mode(name)).as(name).isEqualTo(0651);
      assertThat(again.getxattr(name, ACCESS)).as(name).isEqualTo(value);
      assertThat(again.xattrs(name)).containsOnlyKeys(ACCESS);
    }
  }

  @Test
  default void D8_4_a_list_that_a_mode_can_say_is_no_attribute() {
    Workspace workspace = workspace();
    workspace.setxattr("file", ACCESS, acl(6, 7, 4, 5, 1).encode(), 0);
    workspace.setxattr("file", ACCESS, minimal(7, 5, 0).encode(), 0);
    assertThat(workspace.mode("file")).isEqualTo(0750);
    assertThat(workspace.xattrs("file")).isEmpty();
    fails(Errno.ENODATA, () -> workspace.getxattr("file", ACCESS));
  }

  @Test
  default void D8_4_chmod_changes_the_mask_of_a_list() {
    Workspace workspace =
        workspace(LOWER.xattr("file", ACCESS, acl(6, 7, 4, 6, 0).encode()).mode("file", 0660));
    workspace.chmod("file", 0741);
    assertThat(workspace.getxattr("file", ACCESS)).isEqualTo(acl(7, 7, 4, 4, 1).encode());
    Workspace again = remount(workspace);
    assertThat(again.mode("file")).isEqualTo(0741);
    assertThat(again.getxattr("file", ACCESS)).isEqualTo(acl(7, 7, 4, 4, 1).encode());
  }

  @Test
  default void D8_4_a_removed_list_leaves_the_mode() {
    Workspace workspace = workspace();
    workspace.setxattr("file", ACCESS, acl(6, 7, 4, 5, 1).encode(), 0);
    workspace.removexattr("file", ACCESS);
    assertThat(workspace.mode("file")).isEqualTo(0651);
    assertThat(workspace.xattrs("file")).isEmpty();
  }

  @Test
  default void D8_2_new_nodes_inherit_the_default_list_and_the_umask_does_not_count() {
    Workspace workspace = workspace();
    byte[] inherited = acl(7, 7, 5, 7, 4).encode();
    workspace.setxattr("public", DEFAULT, inherited, 0);
    Workspace user = workspace.as(new Caller(1001, 1001, 0, 077));
    user.create("public/file", 0666, FileOpen.O_RDWR).close();
    user.mkdir("public/dir", 0777);
    user.mknod("public/fifo", FileKind.FIFO, 0640, 0);
    user.symlink("public/link", "x");

    Workspace again = remount(workspace);
    assertThat(again.mode("public/file")).isEqualTo(0664);
    assertThat(again.xattrs("public/file")).containsOnlyKeys(ACCESS);
    assertThat(again.getxattr("public/file", ACCESS)).isEqualTo(acl(6, 7, 5, 6, 4).encode());
    assertThat(again.mode("public/dir")).isEqualTo(0774);
    assertThat(again.getxattr("public/dir", ACCESS)).isEqualTo(acl(7, 7, 5, 7, 4).encode());
    assertThat(again.getxattr("public/dir", DEFAULT)).isEqualTo(inherited);
    assertThat(again.mode("public/fifo")).isEqualTo(0640);
    assertThat(again.getxattr("public/fifo", ACCESS)).isEqualTo(acl(6, 7, 5, 4, 0).encode());
    assertThat(again.xattrs("public/link")).isEmpty();
  }

  @Test
  default void D8_2_a_default_list_without_names_masks_the_mode_alone() {
    Workspace workspace = workspace(LOWER.xattr("public", DEFAULT, minimal(7, 5, 5).encode()));
    Workspace user = workspace.as(new Caller(1001, 1001, 0, 077));
    user.create("public/file", 0666, FileOpen.O_RDWR).close();
    user.mkdir("public/dir", 0777);
    assertThat(workspace.mode("public/file")).isEqualTo(0644);
    assertThat(workspace.xattrs("public/file")).isEmpty();
    assertThat(workspace.mode("public/dir")).isEqualTo(0755);
    assertThat(workspace.xattrs("public/dir")).containsOnlyKeys(DEFAULT);
  }

  @Test
  default void D8_2_a_file_made_without_a_name_inherits_too() {
    requires(Capability.TEMPORARY_FILES);
    Workspace workspace = workspace(LOWER.xattr("public", DEFAULT, acl(7, 7, 5, 7, 4).encode()));
    try (Handle handle = workspace.temporary("public", 0666, FileOpen.O_RDWR)) {
      handle.link(workspace, "public/named");
    }
    assertThat(workspace.mode("public/named")).isEqualTo(0664);
    assertThat(workspace.getxattr("public/named", ACCESS)).isEqualTo(acl(6, 7, 5, 6, 4).encode());
  }

  @Test
  default void D8_4_what_is_no_list_is_refused() {
    Workspace workspace = workspace();
    byte[] noMask = acl(6, 7, 4, 5, 1).encode();
    noMask[4 + 3 * 8] = PosixAcl.GROUP;
    fails(Errno.EINVAL, () -> workspace.setxattr("file", ACCESS, noMask, 0));
    fails(Errno.EINVAL, () -> workspace.setxattr("file", ACCESS, new byte[] {2, 0, 0}, 0));
    byte[] otherVersion = minimal(7, 5, 5).encode();
    otherVersion[0] = 9;
    fails(Errno.EOPNOTSUPP, () -> workspace.setxattr("file", ACCESS, otherVersion, 0));
    fails(Errno.EACCES, () -> workspace.setxattr("file", DEFAULT, minimal(7, 5, 5).encode(), 0));
    assertThat(workspace.mode("file")).isEqualTo(0644);
    assertThat(workspace.xattrs("file")).isEmpty();
  }
}
