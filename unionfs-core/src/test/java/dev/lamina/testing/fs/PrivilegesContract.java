package dev.lamina.testing.fs;

import static org.assertj.core.api.Assertions.assertThat;

import dev.lamina.fs.AttributeChange;
import dev.lamina.fs.Caller;
import dev.lamina.fs.FileKind;
import dev.lamina.linux.FileOpen;
import org.junit.jupiter.api.Test;

/** What becomes of set-user-id, set-group-id and capabilities: D8.1 and D8.2. */
interface PrivilegesContract extends ContractSubject {
  /** A file capability (include/uapi/linux/capability.h): revision 2, CAP_NET_RAW permitted. */
  private static byte[] netRaw() {
    byte[] value = new byte[20];
    value[0] = 1;
    value[3] = 2;
    value[5] = 32;
    return value;
  }

  /** Names its attribute. */
  String CAPABILITY = "security.capability";

  private static LowerTree privileged() {
    return LOWER
        .file("public/suid", "program")
        .mode("public/suid", 06777)
        .xattr("public/suid", CAPABILITY, netRaw())
        .file("public/locking", "data")
        .owner("public/locking", 0, ThreadIdentity.NOBODY.gid())
        .mode("public/locking", 06767);
  }

  @Test
  default void D8_1_a_write_without_privileges_takes_them_from_the_file() {
    Workspace workspace = workspace(privileged());
    try (Handle suid = workspace.open("public/suid", FileOpen.O_RDWR);
        Handle locking = workspace.open("public/locking", FileOpen.O_RDWR)) {
      suid.write(0, new byte[] {1}, true);
      locking.write(0, new byte[] {1}, true);
    }
    Workspace again = remount(workspace);
    assertThat(again.mode("public/suid")).isEqualTo(0777);
    assertThat(again.xattrs("public/suid")).isEmpty();
    // Set-group-id without group execution means mandatory locking, not a privilege.
    assertThat(again.mode("public/locking")).isEqualTo(02767);
  }

  @Test
  default void D8_1_a_write_with_privileges_takes_the_capability_alone() {
    requires(Capability.KILL_CAPABILITY_ALONE);
    Workspace workspace = workspace(privileged());
    workspace.write("public/suid", 0, "x");
    Workspace again = remount(workspace);
    assertThat(again.mode("public/suid")).isEqualTo(06777);
    assertThat(again.xattrs("public/suid")).isEmpty();
  }

  @Test
  default void D8_1_truncation_without_privileges_takes_them_from_the_file() {
    Workspace workspace = workspace(privileged());
    AttributeChange change =
        ContractSubject.change(AttributeChange.SIZE | AttributeChange.KILL_PRIVILEGES);
    change.size = 3;
    workspace.change("public/suid", change);
    workspace.change("public/locking", change);
    Workspace again = remount(workspace);
    assertThat(again.mode("public/suid")).isEqualTo(0777);
    assertThat(again.xattrs("public/suid")).isEmpty();
    assertThat(again.text("public/suid")).isEqualTo("pro");
    assertThat(again.mode("public/locking")).isEqualTo(02767);
  }

  @Test
  default void D8_1_opening_with_truncation_without_privileges_takes_them_from_the_file() {
    Workspace workspace = workspace(privileged());
    workspace.open("public/suid", FileOpen.O_WRONLY | FileOpen.O_TRUNC, true).close();
    assertThat(workspace.mode("public/suid")).isEqualTo(0777);
    assertThat(workspace.xattrs("public/suid")).isEmpty();
  }

  @Test
  default void D8_1_a_new_owner_gets_no_privileges() {
    Workspace workspace = workspace(privileged().directory("public/dir").mode("public/dir", 07777));
    workspace.chown("public/suid", 1, 2);
    workspace.chown("public/locking", 1, 2);
    workspace.chown("public/dir", 1, 2);
    Workspace again = remount(workspace);
    assertThat(again.mode("public/suid")).isEqualTo(0777);
    assertThat(again.xattrs("public/suid")).isEmpty();
    assertThat(again.mode("public/locking")).isEqualTo(02767);
    assertThat(again.mode("public/dir")).isEqualTo(07777);
  }

  @Test
  default void D8_1_privileges_are_killed_alone() {
    requires(Capability.KILL_ALONE);
    Workspace workspace = workspace(privileged());
    workspace.change("public/suid", ContractSubject.change(0));
    workspace.change("public/locking", ContractSubject.change(AttributeChange.KILL_PRIVILEGES));
    assertThat(workspace.mode("public/suid")).isEqualTo(0777);
    assertThat(workspace.xattrs("public/suid")).isEmpty();
    assertThat(workspace.mode("public/locking")).isEqualTo(02767);
    assertThat(workspace.text("public/suid")).isEqualTo("program");
  }

  @Test
  default void D8_1_reading_renaming_and_linking_keep_privileges() {
    Workspace workspace = workspace(privileged());
    workspace.read("public/suid");
    workspace.rename("public/suid", "dir/suid");
    workspace.link("dir/suid", "again");
    workspace.utimes("again", 1, 1);
    Workspace again = remount(workspace);
    assertThat(again.mode("dir/suid")).isEqualTo(06777);
    assertThat(again.getxattr("dir/suid", CAPABILITY)).isEqualTo(netRaw());
  }

  @Test
  default void D8_2_a_set_group_id_directory_gives_its_group_and_to_directories_the_bit() {
    Workspace workspace =
        workspace(
            LOWER
                .directory("public/below")
                .owner("public/below", 0, 333)
                .mode("public/below", 02777));
    workspace.mkdir("public/new", 0777);
    workspace.chown("public/new", 0, 444);
    workspace.chmod("public/new", 02777);
    Workspace user = workspace.as(new Caller(1000, 1000, 0, 0));
    for (String directory : new String[] {"public/below", "public/new"}) {
      int gid = workspace.attributes(directory).gid;
      user.mkdir(directory + "/dir", 0755);
      user.create(directory + "/file", 0755, FileOpen.O_RDWR).close();
      user.symlink(directory + "/link", "x");
      user.mknod(directory + "/fifo", FileKind.FIFO, 0644, 0);
      for (String name : new String[] {"dir", "file", "link", "fifo"}) {
        assertThat(workspace.attributes(directory + "/" + name).gid).as(name).isEqualTo(gid);
      }
      assertThat(workspace.mode(directory + "/dir")).isEqualTo(02755);
      assertThat(workspace.mode(directory + "/file")).isEqualTo(0755);
    }
  }
}
