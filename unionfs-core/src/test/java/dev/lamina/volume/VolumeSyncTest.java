package dev.lamina.volume;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.lamina.fs.FileSystem;
import dev.lamina.fs.FsException;
import dev.lamina.linux.Fd;
import dev.lamina.linux.FileIo;
import dev.lamina.linux.FileOpen;
import dev.lamina.linux.LinuxException;
import dev.lamina.store.VolumeId;
import dev.lamina.testing.fs.Handle;
import dev.lamina.testing.fs.LowerTree;
import dev.lamina.testing.fs.Workspace;
import java.lang.reflect.Proxy;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Consumer;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
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

  @Test
  void D9_1_what_could_not_be_written_fails_unmount_and_commit_until_it_is_removed() {
    try (TestStore store = new TestStore(directory.resolve("store"), taken::add)) {
      VolumeId id = store.volume(LOWER);
      VolumeFileSystem fileSystem = store.open(id);
      Workspace workspace = new Workspace(fileSystem);
      workspace.file("made", "made");
      workspace.file("other", "other");
      long inode = workspace.inode("made");
      store.volumes().lost(id).add(inode, failure());
      try (Handle handle = workspace.open("made", FileOpen.O_RDWR)) {
        assertThatExceptionOfType(FsException.class).isThrownBy(handle::sync);
      }
      try (Handle handle = workspace.open("other", FileOpen.O_RDWR)) {
        handle.sync();
      }
      refused(inode, () -> VolumeCommit.begin(store.store(), store.volumes(), id).close());
      refused(inode, fileSystem::close);
      assertThat(syncs()).contains(VolumeSteps.DATA_SYNCED, VolumeSteps.LOG_SYNCED);
      refused(inode, () -> VolumeCommit.begin(store.store(), store.volumes(), id).close());
      try (FileSystem again = store.open(id)) {
        assertThat(new Workspace(again).text("other")).isEqualTo("other");
        new Workspace(again).unlink("made");
      }
      VolumeCommit.begin(store.store(), store.volumes(), id).close();
    }
  }

  private static void refused(long inode, ThrowingCallable action) {
    assertThatExceptionOfType(VolumeException.class)
        .isThrownBy(action)
        .withMessageContaining("inode " + inode + " ");
  }

  private static LinuxException failure() {
    try (Fd _ = FileOpen.openat(Fd.CWD, new byte[] {'/', 1}, FileOpen.O_RDONLY)) {
      throw new AssertionError("it is there");
    } catch (LinuxException e) {
      return e;
    }
  }

  /** A delta of which only the sync matters. */
  private static Delta delta(Runnable sync) {
    return (Delta)
        Proxy.newProxyInstance(
            Delta.class.getClassLoader(),
            new Class<?>[] {Delta.class},
            (proxy, method, arguments) -> {
              assertThat(method.getName()).isEqualTo("sync");
              sync.run();
              return null;
            });
  }

  @Test
  void D10_2_the_space_of_a_large_file_comes_back_soon_after_it_was_removed() throws Exception {
    CountDownLatch removed = new CountDownLatch(1);
    try (TestStore store =
        new TestStore(
            directory.resolve("store"),
            step -> {
              if (step.equals(VolumeSteps.DATA_FILE_REMOVED)) {
                removed.countDown();
              }
            },
            Duration.ofDays(1))) {
      try (FileSystem fileSystem = store.open(store.volume(LOWER))) {
        Workspace w = new Workspace(fileSystem);
        w.file("big", "b".repeat(2 << 20));
        w.unlink("big");
        assertThat(removed.await(60, TimeUnit.SECONDS)).isTrue();
      }
    }
  }

  @Test
  void D3_7_a_copy_that_finds_no_space_waits_for_what_is_being_removed() {
    AtomicInteger copies = new AtomicInteger();
    try (TestStore store =
        new TestStore(
            directory.resolve("store"),
            step -> {
              taken.add(step);
              if (step.equals(VolumeSteps.COPY_FILLED) && copies.getAndIncrement() % 2 == 0) {
                fillDisk();
              }
            },
            Duration.ofDays(1))) {
      LowerTree lower = LOWER.file("other", "o".repeat(100_000));
      try (FileSystem fileSystem = store.open(store.volume(lower))) {
        Workspace w = new Workspace(fileSystem);
        w.file("small file", "gone soon");
        w.unlink("small file");
        taken.clear();
        w.write("large", 5, "changed");
        assertThat(w.text("large")).startsWith("xxxxxchanged");
        assertThat(taken)
            .containsSubsequence(
                VolumeSteps.COPY_FILLED, VolumeSteps.DATA_FILE_REMOVED, VolumeSteps.COPY_FILLED);
        // With nothing to be removed the answer stands.
        assertThatThrownBy(() -> w.write("other", 0, "x")).hasMessageContaining("ENOSPC");
      }
    }
  }

  private static void fillDisk() {
    byte[] device = "/dev/full".getBytes(StandardCharsets.UTF_8);
    try (Fd full = FileOpen.openat(Fd.CWD, device, FileOpen.O_WRONLY)) {
      FileIo.writeFully(full.value(), new byte[1], 0, 1, 0);
    }
  }

  @Test
  void D9_1_data_that_cannot_be_synced_keeps_no_record_from_it() {
    AtomicInteger logs = new AtomicInteger();
    DirtyFiles dirty = new DirtyFiles(new Failing(() -> {}), new LostData("a test"));
    try (Syncer syncer = syncer(logs::incrementAndGet, dirty, Duration.ofDays(1))) {
      dirty.wrote(7, new NodeData());
      syncer.wrote();
      assertThatExceptionOfType(OutOfMemoryError.class).isThrownBy(syncer::syncAll);
      assertThat(logs).hasValue(1);
    }
  }

  @Test
  void D9_1_not_even_an_error_ends_the_syncs_of_itself() throws Exception {
    CountDownLatch tries = new CountDownLatch(3);
    DirtyFiles dirty = new DirtyFiles(new Failing(tries::countDown), new LostData("a test"));
    dirty.wrote(7, new NodeData());
    try (Syncer syncer = syncer(() -> {}, dirty, Duration.ofMillis(1))) {
      syncer.start();
      assertThat(tries.await(60, TimeUnit.SECONDS)).isTrue();
    }
  }

  private static Syncer syncer(Runnable log, DirtyFiles dirty, Duration period) {
    return new Syncer(delta(log), dirty, period, inode -> {}, step -> {}, "a test");
  }

  /** Has no memory to sync with. */
  private record Failing(Runnable tried) implements DataSync {
    @Override
    public void sync(List<Long> inodes, Consumer<Failure> failures) {
      tried.run();
      throw new OutOfMemoryError("told to fail");
    }

    @Override
    public boolean has(long inode) {
      return true;
    }

    @Override
    public void syncNames() {}
  }
}
