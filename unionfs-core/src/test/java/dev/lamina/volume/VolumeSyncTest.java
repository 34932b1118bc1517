package dev.lamina.volume;

import static org.assertj.core.api.Assertions.assertThat;

import dev.lamina.fs.FileSystem;
import dev.lamina.linux.FileOpen;
import dev.lamina.store.VolumeId;
import dev.lamina.testing.fs.Handle;
import dev.lamina.testing.fs.LowerTree;
import dev.lamina.testing.fs.Workspace;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What brings a volume to disk that nobody calls fsync in. */
final class VolumeSyncTest {
  private static final LowerTree LOWER =
      LowerTree.empty().file("large", "x".repeat(100_000)).file("small", "small");

  @TempDir private Path directory;
  private final List<String> taken = new CopyOnWriteArrayList<>();

  private List<String> syncs() {
    return taken.stream()
        .filter(step -> step.equals(VolumeSteps.DATA_SYNCED) || step.equals(VolumeSteps.LOG_SYNCED))
        .toList();
  }

  @Test
  void D9_1_unmount_syncs_data_first_and_then_the_log() {
    try (TestStore store = new TestStore(directory.resolve("store"), taken::add)) {
      VolumeId id = store.volume(LOWER);
      try (FileSystem fileSystem = store.open(id)) {
        new Workspace(fileSystem).file("made", "made");
        assertThat(syncs()).isEmpty();
      }
      assertThat(syncs()).containsExactly(VolumeSteps.DATA_SYNCED, VolumeSteps.LOG_SYNCED);
      taken.clear();
      try (FileSystem fileSystem = store.open(id)) {
        assertThat(new Workspace(fileSystem).text("made")).isEqualTo("made");
      }
      assertThat(syncs()).doesNotContain(VolumeSteps.DATA_SYNCED);
    }
  }

  @Test
  void D9_1_whatever_changes_a_files_data_is_synced_by_unmount() {
    try (TestStore store = new TestStore(directory.resolve("store"), taken::add)) {
      VolumeId id = store.volume(LOWER);
      changed(store, id, w -> w.write("large", 5, "changed"));
      changed(store, id, w -> w.truncate("large", 50));
      changed(store, id, w -> w.open("large", FileOpen.O_WRONLY | FileOpen.O_TRUNC).close());
      changed(store, id, w -> w.utimes("large", 1, 2));
      changed(store, id, VolumeSyncTest::allocate);
      changed(store, id, VolumeSyncTest::copy);
    }
  }

  private void changed(TestStore store, VolumeId id, Consumer<Workspace> change) {
    taken.clear();
    try (FileSystem fileSystem = store.open(id)) {
      change.accept(new Workspace(fileSystem));
      assertThat(syncs()).doesNotContain(VolumeSteps.DATA_SYNCED);
    }
    assertThat(syncs()).contains(VolumeSteps.DATA_SYNCED);
  }

  private static void allocate(Workspace w) {
    try (Handle handle = w.open("large", FileOpen.O_RDWR)) {
      handle.fallocate(0, 0, 100);
    }
  }

  private static void copy(Workspace w) {
    try (Handle from = w.open("small", FileOpen.O_RDONLY);
        Handle to = w.open("large", FileOpen.O_RDWR)) {
      assertThat(from.copyTo(0, to, 0, 5)).isEqualTo(5);
    }
  }

  @Test
  void D9_1_what_is_dirty_is_synced_of_itself() throws Exception {
    CountDownLatch synced = new CountDownLatch(1);
    try (TestStore store =
        new TestStore(
            directory.resolve("store"),
            step -> {
              if (step.equals(VolumeSteps.DATA_SYNCED)) {
                synced.countDown();
              }
            },
            Duration.ofMillis(20))) {
      VolumeId id = store.volume(LOWER);
      try (FileSystem fileSystem = store.open(id);
          Handle open = new Workspace(fileSystem).open("large", FileOpen.O_RDWR)) {
        open.write(0, "changed");
        assertThat(synced.await(60, TimeUnit.SECONDS)).isTrue();
      }
    }
  }

  @Test
  void D9_1_a_commit_of_an_open_volume_brings_that_to_disk() {
    try (TestStore store = new TestStore(directory.resolve("store"), taken::add)) {
      VolumeId id = store.volume(LOWER);
      try (FileSystem fileSystem = store.open(id)) {
        new Workspace(fileSystem).file("made", "made");
        taken.clear();
        try (VolumeCommit commit = VolumeCommit.begin(store.store(), store.volumes(), id)) {
          assertThat(commit.changes()).isNotEmpty();
        }
        assertThat(syncs()).containsExactly(VolumeSteps.DATA_SYNCED, VolumeSteps.LOG_SYNCED);
      }
    }
  }
}
