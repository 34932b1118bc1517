package dev.lamina.snapshot;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import dev.lamina.fs.FileSystem;
import dev.lamina.fs.FsException;
import dev.lamina.linux.Errno;
import dev.lamina.linux.FileOpen;
import dev.lamina.store.SnapshotContent;
import dev.lamina.store.SnapshotKey;
import dev.lamina.store.VerifyOptions;
import dev.lamina.store.VolumeId;
import dev.lamina.testing.fs.Handle;
import dev.lamina.testing.fs.LowerTree;
import dev.lamina.testing.fs.TreeSnapshot;
import dev.lamina.testing.fs.Workspace;
import dev.lamina.volume.TestStore;
import java.nio.file.Path;
import java.time.Clock;
import java.util.TreeMap;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.FutureTask;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.Consumer;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** Forks of volumes, and what they are saved as and rolled back to. */
@Timeout(value = 120, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
final class VolumeSnapshotsTest {
  private static final SnapshotKey WORK = key("work");
  private static final SnapshotKey OTHER = key("other");
  private static final SnapshotKey SAVED = key("work@saved");
  private static final LowerTree LOWER =
      LowerTree.empty()
          .directory("dir")
          .file("dir/lower", "x".repeat(9_000))
          .file("small", "small")
          .hardLink("second", "small");

  @TempDir private Path directory;
  private TestStore store;
  private Snapshots snapshots;
  private VolumeSnapshots saved;

  @BeforeEach
  void open() {
    store = new TestStore(directory.resolve("store"));
    snapshots = new Snapshots(store.store(), store.volumes(), Clock.systemUTC());
    saved = new VolumeSnapshots(snapshots, store.volumes());
    VolumeId id = store.volume(LOWER);
    VolumeId _ =
        store
            .store()
            .state()
            .transact(
                transaction -> {
                  snapshots.adopt(transaction, WORK, id);
                  return id;
                });
  }

  @AfterEach
  void close() {
    store.close();
  }

  private static SnapshotKey key(String name) {
    return new SnapshotKey("test", name);
  }

  private void in(SnapshotKey key, Consumer<Workspace> action) {
    try (FileSystem fileSystem = snapshots.open(key, "a test")) {
      action.accept(new Workspace(fileSystem));
    }
  }

  private TreeSnapshot tree(SnapshotKey key) {
    try (FileSystem fileSystem = snapshots.open(key, "a test")) {
      return TreeSnapshot.of(new Workspace(fileSystem), true);
    }
  }

  private static void change(Workspace work) {
    work.file("new", "new");
    work.write("dir/lower", 5, "changed");
    work.rename("dir", "moved");
    work.unlink("second");
    work.chmod("small", 0700);
    work.setxattr("small", "user.a", new byte[] {1}, 0);
  }

  private static void fails(ThrowingCallable action, String says) {
    assertThatExceptionOfType(SnapshotException.class)
        .isThrownBy(action)
        .withMessageContaining(says);
  }

  private void isSound() {
    assertThat(store.store().verify(VerifyOptions.everything()).damages()).isEmpty();
  }

  @Test
  void a_fork_has_what_the_volume_had_and_goes_its_own_way() {
    in(WORK, VolumeSnapshotsTest::change);
    TreeSnapshot before = tree(WORK);
    VolumeId _ = saved.fork(WORK, OTHER);
    assertThat(before.differences(tree(OTHER))).isEmpty();
    in(OTHER, work -> work.write("new", 0, "of the fork"));
    in(WORK, work -> work.write("moved/lower", 0, "of the volume"));
    in(OTHER, work -> assertThat(work.text("moved/lower")).startsWith("xxxxxchanged"));
    in(WORK, work -> assertThat(work.text("new")).isEqualTo("new"));
    snapshots.remove(WORK);
    in(OTHER, work -> assertThat(work.text("new")).isEqualTo("of the fork"));
    isSound();
  }

  @Test
  void a_fork_of_an_open_volume_is_as_of_one_moment() throws Exception {
    AtomicBoolean stop = new AtomicBoolean();
    CountDownLatch begun = new CountDownLatch(40);
    try (FileSystem fileSystem = snapshots.open(WORK, "a test")) {
      Workspace work = new Workspace(fileSystem);
      change(work);
      FutureTask<Integer> writer =
          new FutureTask<>(
              () -> {
                int made = 0;
                for (; !stop.get(); made++) {
                  work.file("file" + made, "content " + made);
                  work.rename("file" + made, "done" + made);
                  begun.countDown();
                }
                return made;
              });
      Thread.ofPlatform().start(writer);
      begun.await();
      try {
        VolumeId _ = saved.fork(WORK, OTHER);
      } finally {
        stop.set(true);
      }
      int made = writer.get();
      in(OTHER, fork -> isPrefix(fork, made));
    }
    isSound();
  }

  /** All files up to some one, the last perhaps not renamed yet or without what it got later. */
  private static void isPrefix(Workspace fork, int made) {
    int last = 0;
    while (fork.exists("done" + last)) {
      assertThat(fork.text("done" + last)).isEqualTo("content " + last);
      last++;
    }
    assertThat(last).isBetween(40, made);
    for (int i = last + 1; i < made; i++) {
      assertThat(fork.exists("done" + i) || fork.exists("file" + i)).isFalse();
    }
  }

  @Test
  void what_is_unlinked_but_open_is_not_in_a_fork() {
    try (FileSystem fileSystem = snapshots.open(WORK, "a test")) {
      Workspace work = new Workspace(fileSystem);
      work.file("doomed", "doomed");
      try (Handle open = work.open("doomed", FileOpen.O_RDWR)) {
        work.unlink("doomed");
        VolumeId _ = saved.fork(WORK, OTHER);
        assertThat(open.text()).isEqualTo("doomed");
      }
    }
    in(OTHER, fork -> assertThat(fork.names("")).doesNotContain("doomed"));
    isSound();
  }

  @Test
  void a_volume_is_rolled_back_again_and_again() {
    in(WORK, VolumeSnapshotsTest::change);
    TreeSnapshot before = tree(WORK);
    VolumeId _ = saved.save(WORK, SAVED);
    for (int i = 0; i < 2; i++) {
      in(
          WORK,
          work -> {
            work.removeAll("moved");
            work.write("new", 0, "worse");
            work.unlink("small");
          });
      saved.rollBack(WORK, SAVED);
      assertThat(before.differences(tree(WORK))).isEmpty();
      assertThat(before.differences(tree(SAVED))).isEmpty();
    }
    assertThat(store.volumes().list()).hasSize(2);
    isSound();
  }

  @Test
  void no_inode_number_is_used_again_after_going_back() {
    VolumeId _ = saved.save(WORK, SAVED);
    long[] used = new long[1];
    in(WORK, work -> used[0] = work.mkdir("made").inode);
    saved.rollBack(WORK, SAVED);
    in(WORK, work -> assertThat(work.mkdir("other").inode).isGreaterThan(used[0]));
  }

  @Test
  void a_saved_state_keeps_its_volume_and_is_none() {
    VolumeId _ = saved.save(WORK, SAVED);
    fails(() -> snapshots.remove(WORK), "the parent of work@saved");
    fails(() -> saved.save(SAVED, OTHER), "saved state");
    fails(() -> saved.rollBack(SAVED, SAVED), "saved state");
    fails(() -> snapshots.commit(OTHER, SAVED, new TreeMap<>()), "not active");
    VolumeId _ = saved.fork(SAVED, OTHER);
    fails(() -> saved.rollBack(OTHER, SAVED), "is no saved state of");
    snapshots.remove(SAVED);
    snapshots.remove(WORK);
    assertThat(store.volumes().list()).hasSize(1);
  }

  @Test
  void what_cannot_be_done_leaves_everything_as_it_was() {
    VolumeId id = ((SnapshotContent.OfVolume) snapshots.stat(WORK).content()).volume();
    VolumeId _ = saved.save(WORK, SAVED);
    fails(() -> saved.save(WORK, SAVED), "work@saved");
    fails(() -> saved.fork(WORK, SAVED), "work@saved");
    fails(() -> saved.fork(key("none"), OTHER), "none");
    fails(() -> saved.rollBack(WORK, key("none")), "none");
    try (FileSystem _ = snapshots.open(WORK, "mounted somewhere")) {
      fails(() -> saved.rollBack(WORK, SAVED), "mounted somewhere");
    }
    try (FileSystem _ = snapshots.open(SAVED, "looked at")) {
      // It may be looked at, and still be what is gone back to.
      saved.rollBack(WORK, SAVED);
    }
    assertThat(snapshots.stat(WORK).content()).isNotEqualTo(new SnapshotContent.OfVolume(id));
    assertThat(store.volumes().list()).hasSize(2).doesNotContainKey(id);
    assertThat(snapshots.list("test")).hasSize(2);
    isSound();
  }

  @Test
  void nothing_changes_in_a_saved_state_access_times_included() {
    in(WORK, VolumeSnapshotsTest::change);
    VolumeId _ = saved.save(WORK, SAVED);
    in(
        SAVED,
        state -> {
          long accessed = state.attributes("new").accessTime;
          assertThat(state.text("new")).isEqualTo("new");
          assertThat(state.names("moved")).containsExactly("lower");
          assertThat(state.attributes("new").accessTime).isEqualTo(accessed);
          refused(() -> state.open("new", FileOpen.O_RDWR));
          refused(() -> state.open("new", FileOpen.O_RDONLY | FileOpen.O_TRUNC));
          refused(() -> state.create("other", 0644, FileOpen.O_RDWR));
          refused(() -> state.unlink("new"));
          refused(() -> state.rename("new", "other"));
          refused(() -> state.link("new", "other"));
          refused(() -> state.chmod("new", 0600));
          refused(() -> state.truncate("new", 0));
          refused(() -> state.setxattr("new", "user.b", new byte[1], 0));
        });
    VolumeId _ = saved.fork(SAVED, OTHER);
    in(OTHER, fork -> fork.write("new", 0, "writable"));
    isSound();
  }

  private static void refused(ThrowingCallable action) {
    assertThatExceptionOfType(FsException.class)
        .isThrownBy(action)
        .extracting(FsException::errno)
        .isEqualTo(Errno.EROFS);
  }

  @Test
  void a_volume_is_not_committed_from_under_its_saved_states() {
    VolumeId _ = saved.save(WORK, SAVED);
    fails(() -> snapshots.commit(OTHER, WORK, new TreeMap<>()), "the parent of work@saved");
    assertThat(snapshots.list("test")).containsOnlyKeys(WORK, SAVED);
    snapshots.remove(SAVED);
    assertThat(snapshots.commit(OTHER, WORK, new TreeMap<>())).isNotNull();
    isSound();
  }
}
