package dev.lamina.volume;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.lamina.archive.LayerChange;
import dev.lamina.fs.FileSystem;
import dev.lamina.linux.FileOpen;
import dev.lamina.store.StateDatabase;
import dev.lamina.store.StateFamily;
import dev.lamina.store.Steps;
import dev.lamina.store.VerifyOptions;
import dev.lamina.store.VolumeId;
import dev.lamina.testing.fs.Handle;
import dev.lamina.testing.fs.LowerTree;
import dev.lamina.testing.fs.Workspace;
import dev.lamina.tree.Digest;
import dev.lamina.tree.Tree;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Consumer;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.rocksdb.WriteBatch;

/** What a commit makes of a volume, what it costs, and what a crash within it leaves. */
final class VolumeCommitTest {
  private static final LowerTree LOWER =
      LowerTree.empty()
          .directory("dir")
          .file("dir/one", "1")
          .file("dir/two", "2")
          .hardLink("dir/again", "dir/two")
          .directory("other")
          .file("other/x", "x")
          .file("large", "x".repeat(100_000))
          .file("small", "small");

  @TempDir private Path directory;

  private static void change(TestStore store, VolumeId id, Consumer<Workspace> changes) {
    try (FileSystem fileSystem = store.open(id)) {
      changes.accept(new Workspace(fileSystem));
    }
  }

  private static List<String> told(TestStore store, VolumeId id) {
    return VolumeDiff.of(store.store(), id).stream().map(VolumeChange::toString).toList();
  }

  @Test
  void a_moved_directory_is_told_whole_and_what_is_back_is_not_told() {
    try (TestStore store = new TestStore(directory.resolve("store"))) {
      VolumeId id = store.volume(LOWER);
      change(
          store,
          id,
          w -> {
            w.rename("dir", "moved");
            w.rename("other/x", "x");
            w.rename("x", "other/x");
            w.utimes("other", LowerTree.DEFAULT_TIME, LowerTree.DEFAULT_TIME);
          });
      assertThat(told(store, id))
          .containsExactly("D /dir", "A /moved", "A /moved/again", "A /moved/one", "A /moved/two");
    }
  }

  @Test
  void D2_4_a_directory_in_another_ones_place_hides_what_was_there() {
    try (TestStore store = new TestStore(directory.resolve("store"))) {
      VolumeId id = store.volume(LOWER);
      change(
          store,
          id,
          w -> {
            w.removeAll("dir");
            w.mkdir("dir");
            w.file("dir/one", "new");
          });
      assertThat(told(store, id))
          .containsExactly("C /dir", "D /dir/again", "C /dir/one", "D /dir/two");
      try (VolumeCommit commit = VolumeCommit.begin(store.store(), store.volumes(), id)) {
        assertThat(commit.changes())
            .anySatisfy(change -> assertThat(change).isInstanceOf(LayerChange.Opaque.class));
      }
    }
  }

  @Test
  void a_volume_that_is_being_committed_cannot_be_opened() {
    try (TestStore store = new TestStore(directory.resolve("store"))) {
      VolumeId id = store.volume(LOWER);
      try (VolumeCommit _ = VolumeCommit.begin(store.store(), store.volumes(), id)) {
        assertThatThrownBy(() -> store.open(id))
            .isInstanceOf(VolumeException.class)
            .hasMessageContaining("being committed");
      }
    }
  }

  @Test
  void a_file_written_while_its_volume_is_committed_goes_on_being_written() {
    try (TestStore store = new TestStore(directory.resolve("store"))) {
      VolumeId id = store.volume(LOWER);
      try (FileSystem fileSystem = store.open(id)) {
        Workspace w = new Workspace(fileSystem);
        try (Handle open = w.open("large", FileOpen.O_RDWR)) {
          open.write(0, new byte[] {'a'});
          Digest tree;
          try (VolumeCommit commit = VolumeCommit.begin(store.store(), store.volumes(), id)) {
            open.write(0, new byte[] {'b'});
            tree = commit.tree(commit.changes()).digest();
            try (FileSystem image = store.volumes().openTree(tree)) {
              commit.writer().flush();
              assertThat(new Workspace(image).text("large")).startsWith("ax");
            }
          }
        }
        assertThat(w.text("large")).startsWith("bx");
      }
      assertThat(store.store().layout().volumes().toFile().list()).hasSize(1);
    }
  }

  @Test
  void what_is_written_while_an_open_volume_is_committed_is_not_inherited_away() {
    try (TestStore store = new TestStore(directory.resolve("store"))) {
      VolumeId id = store.volume(LOWER);
      try (FileSystem fileSystem = store.open(id)) {
        Workspace w = new Workspace(fileSystem);
        w.file("big", "b".repeat(50_000));
        w.write("large", 0, "first");
        try (VolumeCommit commit = VolumeCommit.begin(store.store(), store.volumes(), id)) {
          Tree tree = commit.tree(commit.changes());
          // Between the test of who may write and the batch that names the outcome.
          w.write("large", 0, "later");
          w.truncate("big", 3);
          boolean done =
              commit
                  .writer()
                  .commit(
                      transaction -> {
                        commit.inherit(transaction);
                        return true;
                      });
          assertThat(done).isTrue();
          commit.settle();
          try (FileSystem image = store.volumes().openTree(tree.digest())) {
            assertThat(new Workspace(image).text("large")).startsWith("firstxx");
            assertThat(new Workspace(image).text("big")).hasSize(50_000);
          }
        }
        assertThat(w.text("large")).startsWith("laterxx");
        assertThat(w.text("big")).isEqualTo("bbb");
      }
      change(
          store,
          id,
          w -> {
            assertThat(w.text("large")).startsWith("laterxx");
            assertThat(w.text("big")).isEqualTo("bbb");
          });
    }
  }

  @Test
  void a_file_that_somebody_could_still_write_to_is_copied_and_not_linked() throws Exception {
    try (TestStore store = new TestStore(directory.resolve("store"))) {
      VolumeId id = store.volume(LOWER);
      change(store, id, w -> w.file("big", "b".repeat(50_000)));
      Path data;
      try (var files = Files.list(store.store().layout().volumeData(id))) {
        data = files.findFirst().orElseThrow();
      }
      try (var writer = Files.newByteChannel(data, StandardOpenOption.WRITE);
          VolumeCommit commit = VolumeCommit.begin(store.store(), store.volumes(), id)) {
        assertThat(commit.changes()).isNotEmpty();
        assertThat(Files.getAttribute(data, "unix:nlink")).isEqualTo(1);
        assertThat(writer.write(ByteBuffer.wrap(new byte[1]))).isOne();
        commit.writer().flush();
        Digest blob = Digest.sha256("b".repeat(50_000).getBytes(StandardCharsets.UTF_8));
        assertThat(Files.readString(store.store().layout().object(blob)))
            .isEqualTo("b".repeat(50_000));
      }
    }
  }

  @Test
  void a_commit_that_cannot_begin_leaves_nothing_open() throws Exception {
    try (TestStore store = new TestStore(directory.resolve("store"))) {
      VolumeId id = store.volume(LOWER);
      change(store, id, w -> w.file("a", "a"));
      StateDatabase database = store.store().state().database();
      try (WriteBatch batch = new WriteBatch()) {
        batch.put(
            database.family(StateFamily.INODES),
            new DeltaKeys(id.number()).inode(3),
            new byte[] {99});
        database.write(batch, false);
      }
      assertThatThrownBy(() -> VolumeCommit.begin(store.store(), store.volumes(), id).close())
          .isInstanceOf(RuntimeException.class);
      assertThat(store.volumes().holder(id)).isEmpty();
      assertThat(openBelow(store.store().layout().volume(id))).isEmpty();
    }
  }

  /** What this process has open below a directory. */
  private static List<Path> openBelow(Path directory) throws IOException {
    try (Stream<Path> all = Files.list(Path.of("/proc/self/fd"))) {
      return all.flatMap(VolumeCommitTest::target)
          .filter(path -> path.startsWith(directory))
          .toList();
    }
  }

  private static Stream<Path> target(Path descriptor) {
    try {
      return Stream.of(Files.readSymbolicLink(descriptor));
    } catch (IOException e) {
      // Closed since it was listed.
      return Stream.empty();
    }
  }

  @Test
  void D7_2_a_file_that_was_linked_into_the_store_is_copied_before_it_is_written()
      throws Exception {
    try (TestStore store = new TestStore(directory.resolve("store"))) {
      VolumeId id = store.volume(LOWER);
      change(store, id, w -> w.file("big", "b".repeat(50_000)));
      // A commit that comes to nothing: the data file has a second name, among the objects.
      Digest blob;
      try (VolumeCommit commit = VolumeCommit.begin(store.store(), store.volumes(), id)) {
        assertThat(commit.changes()).isNotEmpty();
        blob = Digest.sha256("b".repeat(50_000).getBytes(StandardCharsets.UTF_8));
        commit.writer().flush();
      }
      Path object = store.store().layout().object(blob);
      assertThat(Files.getAttribute(object, "unix:nlink")).isEqualTo(2);
      change(
          store,
          id,
          w -> {
            assertThat(w.text("big")).hasSize(50_000);
            w.file("source", "s");
            w.rename("big", "source");
            w.rename("source", "big");
          });
      // Neither reading nor renaming copies anything.
      assertThat(Files.getAttribute(object, "unix:nlink")).isEqualTo(2);
      change(
          store,
          id,
          w -> {
            // Opened to read before it is copied, it reads what is written afterwards.
            try (Handle reading = w.open("big", FileOpen.O_RDONLY)) {
              assertThat(reading.read(0, 3)).isEqualTo("bbb".getBytes(StandardCharsets.UTF_8));
              w.write("big", 0, "b!b");
              assertThat(reading.read(0, 3)).isEqualTo("b!b".getBytes(StandardCharsets.UTF_8));
            }
          });
      assertThat(Files.getAttribute(object, "unix:nlink")).isEqualTo(1);
      change(store, id, w -> w.write("big", 0, "changed"));
      assertThat(Files.readString(object)).isEqualTo("b".repeat(50_000));
      change(store, id, w -> assertThat(w.text("big")).startsWith("changedbbb").hasSize(50_000));
    }
  }

  @Test
  void a_commit_of_one_file_reads_and_writes_what_changed() {
    AtomicInteger records = new AtomicInteger();
    Steps count =
        step -> {
          if (step.equals(Steps.RECORD_PUT)) {
            records.incrementAndGet();
          }
        };
    try (TestStore store = new TestStore(directory.resolve("store"), count)) {
      VolumeId first = store.volume(LowerTree.empty());
      change(
          store,
          first,
          w -> {
            for (int d = 0; d < 20; d++) {
              w.mkdir("d" + d);
              for (int f = 0; f < 250; f++) {
                w.create("d" + d + "/f" + f, 0644, FileOpen.O_RDWR).close();
              }
            }
          });
      VolumeId id = committed(store, first);
      change(store, id, w -> w.write("d7/f77", 0, "one file"));
      records.set(0);
      try (VolumeCommit commit = VolumeCommit.begin(store.store(), store.volumes(), id)) {
        assertThat(commit.changes()).hasSize(1);
      }
      assertThat(records).hasValue(0);
      VolumeId last = committed(store, id);
      // The directory, the root, the link table, the tree.
      assertThat(records).hasValueLessThanOrEqualTo(4);
      assertThat(told(store, last)).isEmpty();
    }
  }

  @Test
  void a_moved_directory_keeps_the_records_of_what_did_not_change_below_it() {
    AtomicInteger records = new AtomicInteger();
    Steps count =
        step -> {
          if (step.equals(Steps.RECORD_PUT)) {
            records.incrementAndGet();
          }
        };
    LowerTree lower = LowerTree.empty().directory("from").directory("to");
    for (int d = 0; d < 50; d++) {
      lower = lower.directory("from/d" + d);
      for (int f = 0; f < 5; f++) {
        lower = lower.file("from/d" + d + "/f" + f, "content");
      }
    }
    lower = lower.hardLink("from/d7/linked", "from/d7/f0").hardLink("to/linked", "from/d9/f0");
    try (TestStore store = new TestStore(directory.resolve("store"), count)) {
      VolumeId id = store.volume(lower);
      change(
          store,
          id,
          w -> {
            w.rename("from", "to/new");
            w.write("to/new/d3/f1", 0, "changed");
            w.unlink("to/new/d4/f2");
          });
      records.set(0);
      VolumeId next = committed(store, id);
      // Directories: two with what changed, two with hard links, new, to, the root. Also the link
      // table and the tree.
      assertThat(records).hasValue(9);
      assertThat(told(store, next)).isEmpty();
      change(
          store,
          next,
          w -> {
            assertThat(w.names("to/new")).hasSize(50);
            assertThat(w.text("to/new/d49/f4")).isEqualTo("content");
            assertThat(w.text("to/new/d3/f1")).isEqualTo("changed");
            assertThat(w.exists("to/new/d4/f2")).isFalse();
            assertThat(w.inode("to/new/d7/linked")).isEqualTo(w.inode("to/new/d7/f0"));
            assertThat(w.inode("to/linked")).isEqualTo(w.inode("to/new/d9/f0"));
            assertThat(w.attributes("to/linked").links).isEqualTo(2);
            assertThat(w.exists("from")).isFalse();
          });
    }
  }

  /** Commits a volume, which goes, and returns one on the new tree. */
  private static VolumeId committed(TestStore store, VolumeId id) {
    try (VolumeCommit commit = VolumeCommit.begin(store.store(), store.volumes(), id)) {
      Tree tree = commit.tree(commit.changes());
      VolumeId next =
          commit
              .writer()
              .commit(
                  transaction -> {
                    commit.remove(transaction);
                    return store
                        .volumes()
                        .create(transaction, tree.digest(), List.of(), Optional.empty(), "test");
                  });
      commit.settle();
      return next;
    }
  }

  /** Ends as a killed process does: by what nobody catches. */
  private static final class Killed extends Error {
    private static final long serialVersionUID = 1L;
  }

  @Test
  void a_crash_after_any_step_of_a_commit_leaves_the_volume_as_it_was() throws Exception {
    Set<String> seen = new HashSet<>();
    for (boolean mounted : new boolean[] {false, true}) {
      boolean died = true;
      for (int at = 1; died; at++) {
        died = crash(directory.resolve(mounted + "-" + at), at, mounted, seen);
      }
    }
    assertThat(seen)
        .contains(
            VolumeSteps.FILE_COMMITTED,
            VolumeSteps.FORK_RECORDED,
            VolumeSteps.FORK_ROWS_COPIED,
            VolumeSteps.FORK_DATA_CLONED,
            VolumeSteps.DATA_FILE_REMOVED,
            Steps.DATA_LINKED,
            Steps.STORE_FLUSHED,
            Steps.TRANSACTION_WRITTEN);
  }

  @Test
  void a_killed_process_leaves_a_fork_that_the_next_opening_removes() throws Exception {
    Path original = directory.resolve("store");
    Set<String> forks =
        Set.of(
            VolumeSteps.FORK_RECORDED,
            VolumeSteps.FORK_ROWS_COPIED,
            VolumeSteps.FORK_DATA_CLONED,
            VolumeSteps.FILE_COMMITTED);
    Set<String> seen = new HashSet<>();
    Steps steps =
        step -> {
          // The files as they are now are what a process that is killed here leaves.
          if (forks.contains(step) && seen.add(step)) {
            copy(original, directory.resolve(step));
          }
        };
    VolumeId id;
    try (TestStore store = new TestStore(original, steps)) {
      id = store.volume(LOWER);
      change(
          store,
          id,
          w -> {
            w.file("big", "b".repeat(50_000));
            w.write("large", 5, "changed");
            w.file("tiny", "tiny");
            w.unlink("small");
          });
      try (FileSystem _ = store.open(id);
          VolumeCommit commit = VolumeCommit.begin(store.store(), store.volumes(), id)) {
        assertThat(commit.changes()).isNotEmpty();
      }
    }
    assertThat(seen).isEqualTo(forks);
    for (String step : seen) {
      Path left = directory.resolve(step);
      assertThat(left.resolve("volumes").toFile().list()).as(step).hasSizeBetween(1, 2);
      try (TestStore store = new TestStore(left)) {
        assertThat(store.store().layout().volumes().toFile().list()).as(step).hasSize(1);
        assertThat(store.store().state().volumes()).as(step).containsOnlyKeys(id);
        check(store, id);
        assertThat(store.store().collect()).isNotNull();
        assertThat(store.store().collect().objects()).as(step).isZero();
        check(store, id);
      }
    }
  }

  private static void copy(Path from, Path to) {
    try (Stream<Path> all = Files.walk(from)) {
      for (Path file : all.toList()) {
        Files.copy(file, to.resolve(from.relativize(file).toString()));
      }
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private static boolean crash(Path directory, int at, boolean mounted, Set<String> seen) {
    AtomicInteger left = new AtomicInteger(Integer.MAX_VALUE);
    Steps steps =
        step -> {
          if (left.decrementAndGet() == 0) {
            seen.add(step);
            throw new Killed();
          }
        };
    boolean died = false;
    VolumeId id;
    try (TestStore store = new TestStore(directory, steps)) {
      id = store.volume(LOWER);
      change(
          store,
          id,
          w -> {
            w.file("big", "b".repeat(50_000));
            w.write("large", 5, "changed");
            w.file("tiny", "tiny");
            w.unlink("small");
          });
      FileSystem open = mounted ? store.open(id) : null;
      left.set(at);
      try (VolumeCommit commit = VolumeCommit.begin(store.store(), store.volumes(), id)) {
        Tree tree = commit.tree(commit.changes());
        boolean done =
            commit
                .writer()
                .commit(
                    transaction -> {
                      commit.inherit(transaction);
                      return transaction.volume(id).isPresent() && tree.positions() > 0;
                    });
        assertThat(done).isTrue();
        commit.settle();
      } catch (Killed e) {
        died = true;
      }
      left.set(Integer.MAX_VALUE);
      if (open != null) {
        open.close();
      }
    }
    try (TestStore store = new TestStore(directory)) {
      check(store, id);
      var collected = store.store().collect();
      assertThat(collected).isNotNull();
      check(store, id);
      assertThat(store.volumes().list()).containsOnlyKeys(id);
      assertThat(store.store().layout().volumes().toFile().list()).hasSize(1);
      assertThat(store.store().verify(VerifyOptions.everything()).damages()).isEmpty();
      assertThat(store.store().collect().objects()).isZero();
    }
    return died;
  }

  private static void check(TestStore store, VolumeId id) {
    change(
        store,
        id,
        w -> {
          assertThat(w.text("big")).isEqualTo("b".repeat(50_000));
          assertThat(w.text("large")).startsWith("xxxxxchangedxxx").hasSize(100_000);
          assertThat(w.text("tiny")).isEqualTo("tiny");
          assertThat(w.exists("small")).isFalse();
          w.write("big", 0, "bb");
        });
  }
}
