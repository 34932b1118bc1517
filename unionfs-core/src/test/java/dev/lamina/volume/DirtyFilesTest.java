package dev.lamina.volume;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.lamina.fs.FsException;
import dev.lamina.linux.Errno;
import dev.lamina.linux.Fd;
import dev.lamina.linux.FileOpen;
import dev.lamina.linux.LinuxException;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.function.Consumer;
import org.junit.jupiter.api.Test;

/** What is synced, when, and what is if that fails. */
final class DirtyFilesTest {
  private final Recorder files = new Recorder();
  private final LostData lost = new LostData("volume 3");
  private final DirtyFiles dirty = new DirtyFiles(files, lost);

  /** Notes what is synced; fails where told to. */
  private static final class Recorder implements DataSync {
    final List<Long> synced = new ArrayList<>();
    final Set<Long> bad = new HashSet<>();
    final Set<Long> unopened = new HashSet<>();
    final Set<Long> removed = new HashSet<>();
    final Set<Long> hidden = new HashSet<>();
    Runnable meanwhile = () -> {};
    int names;
    boolean fails;

    @Override
    public void sync(List<Long> inodes, Consumer<Failure> failures) {
      assertThat(inodes).hasSizeLessThanOrEqualTo(DirtyFiles.AT_ONCE);
      if (fails) {
        throw new IllegalStateException("told to fail");
      }
      meanwhile.run();
      for (long inode : inodes) {
        if (bad.contains(inode)) {
          failures.accept(new Failure(inode, true, failure()));
        } else if (unopened.contains(inode)) {
          failures.accept(new Failure(inode, false, failure()));
        } else {
          synced.add(inode);
        }
      }
    }

    @Override
    public boolean has(long inode) {
      if (hidden.contains(inode)) {
        throw failure();
      }
      return !removed.contains(inode);
    }

    @Override
    public void syncNames() {
      names++;
    }
  }

  private static LinuxException failure() {
    try (Fd _ = FileOpen.openat(Fd.CWD, new byte[] {'/', 0x01}, FileOpen.O_RDONLY)) {
      throw new AssertionError("it is there");
    } catch (LinuxException e) {
      return e;
    }
  }

  @Test
  void a_file_is_synced_once_for_all_its_writes_and_again_after_the_next() {
    NodeData data = new NodeData();
    dirty.wrote(7, data);
    dirty.wrote(7, data);
    dirty.wrote(8, new NodeData());
    assertThat(dirty.sync()).isTrue();
    assertThat(files.synced).containsExactlyInAnyOrder(7L, 8L);
    assertThat(files.names).isOne();
    assertThat(dirty.sync()).isFalse();
    dirty.wrote(7, data);
    assertThat(dirty.sync()).isTrue();
    assertThat(files.synced).endsWith(7L).hasSize(3);
  }

  @Test
  void a_file_that_is_removed_is_not_synced() {
    dirty.wrote(7, new NodeData());
    dirty.forget(7);
    assertThat(dirty.sync()).isFalse();
    assertThat(files.synced).isEmpty();
  }

  @Test
  void what_was_not_tried_is_tried_again_and_the_names_are_synced_all_the_same() {
    NodeData data = new NodeData();
    dirty.wrote(7, data);
    files.fails = true;
    assertThatThrownBy(dirty::sync).isInstanceOf(IllegalStateException.class);
    assertThat(files.names).isOne();
    files.fails = false;
    dirty.wrote(7, data);
    assertThat(dirty.sync()).isTrue();
    assertThat(files.synced).containsExactly(7L);
    assertThat(lost.isEmpty()).isTrue();
  }

  @Test
  void one_that_cannot_be_opened_is_tried_again_and_keeps_no_other_from_disk() {
    files.unopened.add(7L);
    dirty.wrote(7, new NodeData());
    dirty.wrote(8, new NodeData());
    assertThatThrownBy(dirty::sync).isInstanceOf(LinuxException.class);
    assertThat(files.synced).containsExactly(8L);
    assertThat(files.names).isOne();
    files.unopened.clear();
    assertThat(dirty.sync()).isTrue();
    assertThat(files.synced).containsExactly(8L, 7L);
    assertThat(lost.isEmpty()).isTrue();
  }

  @Test
  void what_is_written_while_one_cannot_be_opened_is_synced_and_so_is_what_follows() {
    NodeData again = new NodeData();
    files.unopened.add(7L);
    files.meanwhile = () -> dirty.wrote(7, again);
    dirty.wrote(7, new NodeData());
    assertThatThrownBy(dirty::sync).isInstanceOf(LinuxException.class);
    files.unopened.clear();
    files.meanwhile = () -> {};
    assertThat(dirty.sync()).isTrue();
    dirty.wrote(7, again);
    assertThat(dirty.sync()).isTrue();
    assertThat(files.synced).containsExactly(7L, 7L);
  }

  @Test
  void one_that_is_removed_while_it_cannot_be_written_is_not_lost() {
    files.bad.add(7L);
    files.meanwhile =
        () -> {
          files.removed.add(7L);
          dirty.forget(7);
        };
    dirty.wrote(7, new NodeData());
    assertThat(dirty.sync()).isTrue();
    lost.requireAllWhole();
  }

  @Test
  void one_that_cannot_be_written_or_looked_at_is_lost_and_keeps_no_other_from_disk() {
    // In the order that a hash map has them.
    files.bad.add(7L);
    files.hidden.add(7L);
    dirty.wrote(7, new NodeData());
    dirty.wrote(8, new NodeData());
    assertThat(dirty.sync()).isTrue();
    assertThat(files.synced).containsExactly(8L);
    assertThatExceptionOfType(VolumeException.class)
        .isThrownBy(lost::requireAllWhole)
        .withMessageContaining("inode 7 of volume 3");
  }

  @Test
  void what_the_kernel_could_not_write_is_lost_whatever_succeeds_later() {
    NodeData data = new NodeData();
    files.bad.add(7L);
    dirty.wrote(7, data);
    dirty.wrote(8, new NodeData());
    assertThat(dirty.sync()).isTrue();
    assertThat(files.synced).containsExactly(8L);
    assertThat(files.names).isOne();
    files.bad.clear();
    dirty.wrote(7, data);
    assertThat(dirty.sync()).isTrue();
    assertThat(files.synced).containsExactly(8L, 7L);
    assertThatExceptionOfType(VolumeException.class)
        .isThrownBy(lost::requireAllWhole)
        .withMessageContaining("inode 7 of volume 3");
    assertThatExceptionOfType(FsException.class)
        .isThrownBy(() -> lost.requireWhole(7))
        .satisfies(e -> assertThat(e.errno()).isEqualTo(Errno.EIO));
    lost.requireWhole(8);
    dirty.forget(7);
    lost.requireAllWhole();
  }

  @Test
  void very_many_files_are_synced_each_by_itself() {
    int count = 10_001;
    for (long inode = 1; inode <= count; inode++) {
      dirty.wrote(inode, new NodeData());
    }
    assertThat(dirty.sync()).isTrue();
    assertThat(files.synced).hasSize(count).doesNotHaveDuplicates();
    assertThat(dirty.sync()).isFalse();
  }
}
