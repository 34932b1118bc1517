package dev.lamina.volume;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

/** What is synced, when, and what is if that fails. */
final class DirtyFilesTest {
  private final Recorder files = new Recorder();
  private final DirtyFiles dirty = new DirtyFiles(files);

  /** Notes what is synced; fails where told to. */
  private static final class Recorder implements DataSync {
    final List<Long> synced = new ArrayList<>();
    int names;
    int fileSystems;
    boolean fails;

    @Override
    public void sync(List<Long> inodes) {
      failIfTold();
      synced.addAll(inodes);
    }

    @Override
    public void syncNames() {
      failIfTold();
      names++;
    }

    @Override
    public void syncFileSystem() {
      failIfTold();
      fileSystems++;
    }

    private void failIfTold() {
      if (fails) {
        throw new IllegalStateException("told to fail");
      }
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
  void what_could_not_be_synced_is_tried_again() {
    NodeData data = new NodeData();
    dirty.wrote(7, data);
    files.fails = true;
    assertThatThrownBy(dirty::sync).isInstanceOf(IllegalStateException.class);
    files.fails = false;
    dirty.wrote(7, data);
    assertThat(dirty.sync()).isTrue();
    assertThat(files.synced).containsExactly(7L);
  }

  @Test
  void very_many_files_are_synced_with_their_file_system() {
    NodeData last = new NodeData();
    for (long inode = 1; inode <= DirtyFiles.MOST; inode++) {
      dirty.wrote(inode, new NodeData());
    }
    dirty.wrote(DirtyFiles.MOST + 1, last);
    assertThat(dirty.sync()).isTrue();
    assertThat(files.fileSystems).isOne();
    assertThat(files.synced).isEmpty();
    dirty.wrote(DirtyFiles.MOST + 1, last);
    assertThat(dirty.sync()).isTrue();
    assertThat(files.fileSystems).isOne();
    assertThat(files.synced).containsExactly(DirtyFiles.MOST + 1L);
  }
}
