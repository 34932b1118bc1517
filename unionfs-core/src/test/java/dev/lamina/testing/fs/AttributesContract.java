package dev.lamina.testing.fs;

import static org.assertj.core.api.Assertions.assertThat;

import dev.lamina.fs.AttributeChange;
import dev.lamina.fs.Attributes;
import dev.lamina.fs.FileKind;
import dev.lamina.fs.FileSystemStatus;
import dev.lamina.linux.FileOpen;
import java.util.HashMap;
import java.util.Map;
import org.junit.jupiter.api.Test;

/** Modes, owners and times: D.8 and D3.8. */
interface AttributesContract extends ContractSubject {
  /** What has this time or a later one was changed by the test. */
  long RECENT = 1_700_000_000_000_000_000L;

  @Test
  default void a_mode_has_twelve_bits() {
    Workspace workspace = workspace();
    for (String name : new String[] {"file", "dir", "fifo", "null", "hard1"}) {
      workspace.chmod(name, 07751);
    }
    workspace.create("new", 04711, FileOpen.O_RDWR).close();
    Workspace again = remount(workspace);
    for (String name : new String[] {"file", "dir", "fifo", "null", "hard2"}) {
      assertThat(again.mode(name)).as(name).isEqualTo(07751);
    }
    assertThat(again.mode("new")).isEqualTo(04711);
    again.chmod("file", 0);
    assertThat(again.mode("file")).isZero();
    assertThat(again.attributes("file").kind()).isEqualTo(FileKind.REGULAR);
  }

  @Test
  default void an_owner_may_be_any_number_and_is_set_alone_or_with_the_group() {
    Workspace workspace = workspace();
    workspace.chown("file", 1_000_000, 4_000_000);
    workspace.chown("link", 11, 12);
    workspace.chown("dir", 13, 14);
    AttributeChange user = ContractSubject.change(AttributeChange.UID);
    user.uid = 77;
    workspace.change("null", user);
    AttributeChange group = ContractSubject.change(AttributeChange.GID);
    group.gid = 88;
    Attributes answer = workspace.change("fifo", group);
    assertThat(answer.gid).isEqualTo(88);

    Workspace again = remount(workspace);
    assertThat(again.attributes("file").uid).isEqualTo(1_000_000);
    assertThat(again.attributes("file").gid).isEqualTo(4_000_000);
    assertThat(again.attributes("link").uid).isEqualTo(11);
    assertThat(again.attributes("dir").gid).isEqualTo(14);
    assertThat(again.attributes("null").uid).isEqualTo(77);
    assertThat(again.attributes("null").gid).isZero();
    assertThat(again.attributes("fifo").uid).isZero();
    assertThat(again.attributes("fifo").gid).isEqualTo(88);
    assertThat(again.text("file")).isEqualTo("lower content");
  }

  @Test
  default void D8_3_times_are_kept_to_the_nanosecond() {
    Workspace workspace = workspace();
    long before1970 = -86_400_000_000_000L + 1;
    long after2038 = 4_000_000_000_987_654_321L;
    for (String name : new String[] {"file", "dir", "link", "fifo", "null"}) {
      workspace.utimes(name, 1_111_111_111_000_000_001L, before1970);
    }
    workspace.file("new", "new");
    workspace.utimes("new", 1, after2038);
    workspace.write("twin", 0, "x");
    workspace.utimes("twin", 2, after2038);
    Workspace again = remount(workspace);
    for (String name : new String[] {"file", "dir", "link", "fifo", "null"}) {
      assertThat(again.attributes(name).modifyTime).as(name).isEqualTo(before1970);
      assertThat(again.attributes(name).accessTime).as(name).isEqualTo(1_111_111_111_000_000_001L);
    }
    assertThat(again.attributes("new").modifyTime).isEqualTo(after2038);
    assertThat(again.attributes("twin").modifyTime).isEqualTo(after2038);
    assertThat(again.text("file")).isEqualTo("lower content");
  }

  @Test
  default void D8_3_each_time_is_set_or_omitted_or_made_now() {
    Workspace workspace = workspace();
    AttributeChange access = ContractSubject.change(AttributeChange.ACCESS_TIME);
    access.accessTime = 5_000_000_000L;
    workspace.change("file", access);
    assertThat(workspace.attributes("file").accessTime).isEqualTo(5_000_000_000L);
    assertThat(workspace.attributes("file").modifyTime).isEqualTo(LowerTree.DEFAULT_TIME);

    AttributeChange modifyNow =
        ContractSubject.change(AttributeChange.MODIFY_TIME | AttributeChange.MODIFY_TIME_NOW);
    Attributes answer = workspace.change("file", modifyNow);
    assertThat(answer.modifyTime).isGreaterThan(RECENT);
    assertThat(answer.accessTime).isEqualTo(5_000_000_000L);

    AttributeChange modify = ContractSubject.change(AttributeChange.MODIFY_TIME);
    modify.modifyTime = 7;
    assertThat(workspace.change("file", modify).modifyTime).isEqualTo(7);
    assertThat(workspace.attributes("file").accessTime).isEqualTo(5_000_000_000L);
  }

  @Test
  default void the_change_time_can_be_set() {
    requires(Capability.SETTABLE_CHANGE_TIME);
    Workspace workspace = workspace();
    AttributeChange change = ContractSubject.change(AttributeChange.CHANGE_TIME);
    change.changeTime = 1_234_567_890_123_456_789L;
    assertThat(workspace.change("file", change).changeTime).isEqualTo(1_234_567_890_123_456_789L);
  }

  @Test
  default void a_change_of_attributes_moves_the_change_time_alone() {
    Workspace workspace = workspace();
    workspace.chmod("file", 0600);
    workspace.chown("twin", 1, 1);
    workspace.setxattr("void", "user.x", new byte[1], 0);
    workspace.link("hard1", "hard4");
    workspace.rename("dir/one", "dir/renamed");
    for (String name : new String[] {"file", "twin", "void", "hard1", "dir/renamed"}) {
      assertThat(workspace.attributes(name).changeTime).as(name).isGreaterThan(RECENT);
      assertThat(workspace.attributes(name).modifyTime).as(name).isEqualTo(LowerTree.DEFAULT_TIME);
    }
  }

  @Test
  default void a_change_of_content_moves_its_modify_and_change_time() {
    Workspace workspace = workspace();
    workspace.write("file", 0, "x");
    workspace.truncate("twin", 1);
    workspace.truncate("hard1", 100);
    for (String name : new String[] {"file", "twin", "hard2"}) {
      assertThat(workspace.attributes(name).modifyTime).as(name).isGreaterThan(RECENT);
      assertThat(workspace.attributes(name).changeTime).as(name).isGreaterThan(RECENT);
    }
    Workspace again = remount(workspace);
    assertThat(again.attributes("file").modifyTime).isGreaterThan(RECENT);
  }

  @Test
  default void a_change_of_names_moves_its_directorys_times() {
    Workspace workspace = workspace();
    Map<String, Runnable> changes = new HashMap<>();
    changes.put("made", () -> workspace.file("made/new", ""));
    changes.put("removed", () -> workspace.unlink("removed/below"));
    changes.put("dirs", () -> workspace.mkdir("dirs/new"));
    changes.put("linked", () -> workspace.link("file", "linked/new"));
    changes.put("from", () -> workspace.rename("from/below", "to/new"));
    changes.put("nodes", () -> workspace.mknod("nodes/new", FileKind.FIFO, 0600, 0));
    changes.put("links", () -> workspace.symlink("links/new", "x"));
    for (String name : changes.keySet()) {
      workspace.mkdir(name);
      workspace.file(name + "/below", "");
    }
    workspace.mkdir("to");
    for (String name : changes.keySet()) {
      workspace.utimes(name, 1, 1);
    }
    workspace.utimes("to", 1, 1);
    changes.values().forEach(Runnable::run);
    for (String name : changes.keySet()) {
      assertThat(workspace.attributes(name).modifyTime).as(name).isGreaterThan(RECENT);
    }
    assertThat(workspace.attributes("to").modifyTime).isGreaterThan(RECENT);
  }

  @Test
  default void D3_8_a_change_below_leaves_the_directories_above_as_they_were() {
    Workspace workspace = workspace();
    workspace.write("dir/sub/deep", 0, "changed");
    workspace.chmod("dir/one", 0600);
    workspace.setxattr("dir/two", "user.x", new byte[1], 0);
    for (String directory : new String[] {"", "dir", "dir/sub"}) {
      assertThat(workspace.attributes(directory).modifyTime)
          .as(directory)
          .isEqualTo(LowerTree.DEFAULT_TIME);
    }
    Workspace again = remount(workspace);
    assertThat(again.attributes("dir/sub").modifyTime).isEqualTo(LowerTree.DEFAULT_TIME);
    assertThat(again.attributes("").modifyTime).isEqualTo(LowerTree.DEFAULT_TIME);
  }

  @Test
  default void D3_1_reading_changes_nothing() {
    Workspace workspace = workspace();
    long changed = workspace.attributes("file").changeTime;
    workspace.read("file");
    workspace.names("dir");
    workspace.readlink("link");
    workspace.xattrs("file");
    assertThat(workspace.attributes("file").changeTime).isEqualTo(changed);
    assertThat(workspace.attributes("file").modifyTime).isEqualTo(LowerTree.DEFAULT_TIME);
    assertThat(workspace.attributes("dir").modifyTime).isEqualTo(LowerTree.DEFAULT_TIME);
  }

  @Test
  default void new_files_have_the_time_of_their_making() {
    Workspace workspace = workspace();
    workspace.file("new", "");
    workspace.mkdir("newdir");
    workspace.symlink("newlink", "x");
    for (String name : new String[] {"new", "newdir", "newlink"}) {
      Attributes attributes = workspace.attributes(name);
      assertThat(attributes.modifyTime).as(name).isGreaterThan(RECENT);
      assertThat(attributes.accessTime).as(name).isGreaterThan(RECENT);
      assertThat(attributes.changeTime).as(name).isGreaterThan(RECENT);
      if (!lacking().containsKey(Capability.BIRTH_TIME)) {
        assertThat(attributes.birthTime).as(name).isGreaterThan(RECENT);
      }
    }
  }

  @Test
  default void an_open_file_takes_changes_too() {
    Workspace workspace = workspace();
    try (Handle handle = workspace.open("file", FileOpen.O_RDWR)) {
      AttributeChange mode = ContractSubject.change(AttributeChange.MODE);
      mode.mode = 0611;
      assertThat(handle.change(mode).mode & 07777).isEqualTo(0611);
      workspace.unlink("file");
      mode.mode = 0622;
      assertThat(handle.change(mode).mode & 07777).isEqualTo(0622);
      assertThat(handle.attributes().mode & 07777).isEqualTo(0622);
    }
  }

  @Test
  default void D10_1_the_whole_has_sizes() {
    FileSystemStatus status = workspace().fileSystem().statfs();
    assertThat(status.blockSize()).isPositive();
    assertThat(status.blocks()).isPositive();
    assertThat(status.freeBlocks()).isBetween(0L, status.blocks());
    assertThat(status.availableBlocks()).isBetween(0L, status.freeBlocks());
    assertThat(status.maximumNameLength()).isEqualTo(255);
  }
}
