package dev.lamina.testing.fs;

import static org.assertj.core.api.Assertions.assertThat;

import dev.lamina.linux.Errno;
import dev.lamina.linux.FileOpen;
import java.util.Arrays;
import java.util.Random;
import org.junit.jupiter.api.Test;

/** Reading and writing files, lower and new: D.3 as a user sees it, D.7. */
interface DataContract extends ContractSubject {
  private static byte[] pattern(int length, int seed) {
    byte[] bytes = new byte[length];
    new Random(seed).nextBytes(bytes);
    return bytes;
  }

  @Test
  default void a_file_is_read_in_parts_and_ends_where_it_ends() {
    byte[] content = pattern(300_000, 1);
    Workspace workspace = workspace(LOWER.file("big", content));
    workspace.create("new", 0644, FileOpen.O_RDWR).close();
    try (Handle handle = workspace.open("new", FileOpen.O_RDWR)) {
      handle.write(0, content);
    }
    for (String name : new String[] {"big", "new"}) {
      try (Handle handle = workspace.open(name, FileOpen.O_RDONLY)) {
        assertThat(handle.read(0, 400_000)).as(name).isEqualTo(content);
        assertThat(handle.read(4095, 2))
            .as(name)
            .isEqualTo(Arrays.copyOfRange(content, 4095, 4097));
        assertThat(handle.read(299_990, 100)).as(name).hasSize(10);
        assertThat(handle.read(300_000, 10)).as(name).isEmpty();
        assertThat(handle.read(1L << 40, 10)).as(name).isEmpty();
      }
    }
    try (Handle handle = workspace.open("void", FileOpen.O_RDONLY)) {
      assertThat(handle.read(0, 10)).isEmpty();
    }
  }

  @Test
  default void D3_1_a_write_changes_what_it_says_and_nothing_else() {
    byte[] content = pattern(200_000, 2);
    Workspace workspace =
        workspace(LOWER.file("big", content).file("dir/bigtwin", content).mode("big", 0640));
    byte[] change = pattern(50_001, 3);
    try (Handle handle = workspace.open("big", FileOpen.O_RDWR)) {
      handle.write(70_001, change);
      System.arraycopy(change, 0, content, 70_001, change.length);
      assertThat(handle.readAll()).isEqualTo(content);
    }
    workspace.write("file", 6, "CON");

    Workspace again = remount(workspace);
    assertThat(again.read("big")).isEqualTo(content);
    assertThat(again.mode("big")).isEqualTo(0640);
    assertThat(again.text("file")).isEqualTo("lower CONtent");
    assertThat(again.text("twin")).isEqualTo("lower content");
    assertThat(again.read("dir/bigtwin")).isEqualTo(pattern(200_000, 2));
  }

  @Test
  default void writing_behind_the_end_leaves_zeros_between() {
    Workspace workspace = workspace();
    workspace.write("file", 20, "end");
    workspace.write("void", 5000, "end");
    Workspace again = remount(workspace);
    assertThat(again.text("file")).isEqualTo("lower content" + "\0".repeat(7) + "end");
    assertThat(again.text("void")).isEqualTo("\0".repeat(5000) + "end");
  }

  @Test
  default void D7_6_appending_is_at_the_end_whatever_the_position() {
    Workspace workspace = workspace();
    try (Handle first = workspace.open("file", FileOpen.O_WRONLY | FileOpen.O_APPEND);
        Handle second = workspace.open("file", FileOpen.O_WRONLY | FileOpen.O_APPEND)) {
      first.write(0, "-first");
      second.write(0, "-second");
      first.write(3, "-third");
    }
    assertThat(remount(workspace).text("file")).isEqualTo("lower content-first-second-third");
  }

  @Test
  default void D3_4_opening_with_truncation_empties_the_file() {
    Workspace workspace = workspace();
    try (Handle handle = workspace.open("file", FileOpen.O_WRONLY | FileOpen.O_TRUNC)) {
      assertThat(handle.attributes().size).isZero();
      handle.write(0, "new");
    }
    workspace.open("twin", FileOpen.O_RDWR | FileOpen.O_TRUNC).close();
    Workspace again = remount(workspace);
    assertThat(again.text("file")).isEqualTo("new");
    assertThat(again.text("twin")).isEmpty();
    assertThat(again.attributes("twin").modifyTime).isGreaterThan(LowerTree.DEFAULT_TIME);
  }

  @Test
  default void truncation_cuts_and_extends_with_zeros() {
    Workspace workspace = workspace(LOWER.file("big", pattern(100_000, 4)));
    workspace.truncate("big", 50_000);
    workspace.truncate("big", 60_000);
    workspace.truncate("file", 5);
    workspace.truncate("void", 3);
    try (Handle handle = workspace.open("twin", FileOpen.O_RDWR)) {
      handle.truncate(4);
      handle.truncate(6);
      assertThat(handle.text()).isEqualTo("lowe\0\0");
    }
    Workspace again = remount(workspace);
    byte[] expected = Arrays.copyOf(Arrays.copyOf(pattern(100_000, 4), 50_000), 60_000);
    assertThat(again.read("big")).isEqualTo(expected);
    assertThat(again.text("file")).isEqualTo("lower");
    assertThat(again.text("void")).isEqualTo("\0\0\0");
    assertThat(again.text("twin")).isEqualTo("lowe\0\0");
  }

  @Test
  default void only_regular_files_have_a_size_to_set() {
    Workspace workspace = workspace();
    fails(Errno.EISDIR, () -> workspace.truncate("dir", 0));
    fails(Errno.EINVAL, () -> workspace.truncate("fifo", 0));
    fails(Errno.EFBIG, () -> workspace.truncate("file", Long.MAX_VALUE));
    assertThat(workspace.text("file")).isEqualTo("lower content");
  }

  @Test
  default void D7_1_handles_opened_after_a_write_agree() {
    Workspace workspace = workspace();
    try (Handle writer = workspace.open("file", FileOpen.O_RDWR)) {
      writer.write(0, "LOWER");
      try (Handle reader = workspace.open("file", FileOpen.O_RDONLY);
          Handle other = workspace.open("file", FileOpen.O_RDWR)) {
        assertThat(reader.text()).isEqualTo("LOWER content");
        other.write(6, "CONTENT!");
        assertThat(reader.text()).isEqualTo("LOWER CONTENT!");
        assertThat(writer.text()).isEqualTo("LOWER CONTENT!");
        writer.truncate(5);
        assertThat(other.text()).isEqualTo("LOWER");
      }
    }
  }

  @Test
  default void D7_3_an_old_handle_is_of_the_inode_as_it_is_now() {
    requires(Capability.STABLE_INODES);
    Workspace workspace = workspace();
    try (Handle old = workspace.open("file", FileOpen.O_RDONLY)) {
      workspace.write("file", 13, " and more");
      assertThat(old.attributes().size).isEqualTo(22);
      assertThat(old.attributes().inode).isEqualTo(workspace.inode("file"));
      workspace.chmod("file", 0600);
      assertThat(old.attributes().mode & 07777).isEqualTo(0600);
    }
  }

  @Test
  default void D7_5_an_unlinked_file_is_usable_while_it_is_open() {
    Workspace workspace = workspace();
    workspace.file("new", "new content");
    for (String name : new String[] {"file", "new"}) {
      try (Handle handle = workspace.open(name, FileOpen.O_RDWR)) {
        workspace.unlink(name);
        assertThat(handle.attributes().links).isZero();
        assertThat(handle.text()).endsWith("content");
        handle.write(0, "WRITE");
        handle.truncate(6);
        assertThat(handle.text()).startsWith("WRITE").hasSize(6);
        workspace.file(name, "another");
        assertThat(handle.text()).startsWith("WRITE");
        assertThat(workspace.text(name)).isEqualTo("another");
      }
    }
    Workspace again = remount(workspace);
    assertThat(again.text("file")).isEqualTo("another");
    assertThat(again.text("new")).isEqualTo("another");
  }

  @Test
  default void D7_5_a_file_renamed_over_is_usable_while_it_is_open() {
    Workspace workspace = workspace();
    try (Handle handle = workspace.open("file", FileOpen.O_RDWR)) {
      workspace.rename("twin", "file");
      handle.write(0, "old");
      assertThat(handle.text()).isEqualTo("older content");
      assertThat(handle.attributes().links).isZero();
      assertThat(workspace.text("file")).isEqualTo("lower content");
    }
  }

  @Test
  default void D7_5_an_open_file_follows_its_rename() {
    Workspace workspace = workspace();
    try (Handle handle = workspace.open("dir/one", FileOpen.O_RDWR)) {
      workspace.rename("dir/one", "moved");
      workspace.rename("dir", "empty/dir");
      handle.write(0, "one");
      handle.sync();
    }
    assertThat(remount(workspace).text("moved")).isEqualTo("one");
  }

  @Test
  default void what_was_written_and_synced_is_there_after_a_remount() {
    Workspace workspace = workspace();
    byte[] content = pattern(1_000_000, 5);
    try (Handle handle = workspace.create("new", 0644, FileOpen.O_WRONLY)) {
      handle.write(0, content);
      handle.sync();
    }
    assertThat(remount(workspace).read("new")).isEqualTo(content);
  }

  @Test
  default void many_small_writes_and_truncations_give_what_an_array_gives() {
    byte[] start = pattern(20_000, 6);
    Workspace workspace = workspace(LOWER.file("big", start));
    byte[] expected = start;
    Random random = new Random(7);
    try (Handle handle = workspace.open("big", FileOpen.O_RDWR)) {
      for (int i = 0; i < 200; i++) {
        int position = random.nextInt(30_000);
        if (random.nextInt(5) == 0) {
          handle.truncate(position);
          expected = Arrays.copyOf(expected, position);
        } else {
          byte[] bytes = pattern(random.nextInt(1, 5000), i);
          handle.write(position, bytes);
          int end = Math.max(expected.length, position + bytes.length);
          expected = Arrays.copyOf(expected, end);
          System.arraycopy(bytes, 0, expected, position, bytes.length);
        }
      }
      assertThat(handle.readAll()).isEqualTo(expected);
    }
    assertThat(remount(workspace).read("big")).isEqualTo(expected);
  }
}
