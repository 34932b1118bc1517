package dev.lamina.volume;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import dev.lamina.fs.FileKind;
import dev.lamina.fs.FileName;
import dev.lamina.fs.FsException;
import dev.lamina.linux.Errno;
import dev.lamina.linux.FileOpen;
import dev.lamina.store.Damage;
import dev.lamina.store.StateDatabase;
import dev.lamina.store.StateFamily;
import dev.lamina.store.Steps;
import dev.lamina.store.StoreException;
import dev.lamina.store.VerifyOptions;
import dev.lamina.store.VolumeId;
import dev.lamina.testing.fs.LowerTree;
import dev.lamina.testing.fs.Workspace;
import dev.lamina.tree.TreeView;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Proxy;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.atomic.AtomicReference;
import java.util.stream.Stream;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.rocksdb.RocksDBException;
import org.rocksdb.WriteBatch;

/** What damage costs: what it touches, and nothing else; and what a failure leaves: nothing. */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
@Timeout(value = 60, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
final class VolumeDamageTest {
  private static final byte[] LARGE = new byte[1 << 20];
  private static final LowerTree LOWER =
      LowerTree.empty().directory("dir").file("dir/one", "1").file("large", LARGE);

  private final AtomicReference<Steps> steps = new AtomicReference<>(Steps.NONE);
  private TestStore store;

  @BeforeAll
  void openStore(@TempDir Path directory) {
    store = new TestStore(directory.resolve("store"), step -> steps.get().after(step));
  }

  @AfterAll
  void closeStore() {
    store.close();
  }

  private Workspace open(VolumeId id) {
    return new Workspace(store.open(id));
  }

  private StateDatabase database() {
    return store.store().state().database();
  }

  private void damage(StateFamily family, byte[] key) {
    damage(database(), family, key);
  }

  private static void damage(StateDatabase database, StateFamily family, byte[] key) {
    try (WriteBatch batch = new WriteBatch()) {
      batch.put(database.family(family), key, new byte[] {(byte) 0xff, 1, 2});
      database.write(batch, false);
    } catch (RocksDBException e) {
      throw new IllegalStateException(e);
    }
  }

  private static void fails(Errno errno, ThrowingCallable action) {
    assertThatExceptionOfType(FsException.class)
        .isThrownBy(action)
        .satisfies(e -> assertThat(e.errno()).isEqualTo(errno));
  }

  /** Fills a volume and returns the inode of {@code dir/bad}. */
  private long fill(VolumeId id) {
    try (Workspace workspace = open(id)) {
      workspace.file("dir/bad", "bad");
      workspace.file("dir/good", "good");
      return workspace.inode("dir/bad");
    }
  }

  private static void expectOneBadFile(Workspace workspace) {
    fails(Errno.EIO, () -> workspace.exists("dir/bad"));
    fails(Errno.EIO, () -> workspace.unlink("dir/bad"));
    fails(Errno.EIO, () -> workspace.rename("dir/bad", "elsewhere"));
    fails(Errno.EIO, () -> workspace.rename("dir/good", "dir/bad"));
    fails(Errno.EIO, () -> workspace.rmdir("dir/bad"));
    assertThat(workspace.text("dir/good")).isEqualTo("good");
    assertThat(workspace.text("dir/one")).isEqualTo("1");
    assertThat(workspace.names("dir")).containsExactlyInAnyOrder("one", "bad", "good");
    workspace.write("dir/one", 0, "2");
    workspace.file("dir/new", "new");
    workspace.rename("dir/good", "dir/new");
    assertThat(workspace.text("dir/new")).isEqualTo("good");
  }

  @Test
  void aNameWithoutItsInodeIsEioAndEndsEveryLookup() {
    VolumeId id = store.volume(LOWER);
    long bad = fill(id);
    try (Delta delta = RocksDelta.of(database(), id.number())) {
      delta.write(batch -> batch.removeInode(bad));
    }
    try (Workspace workspace = open(id)) {
      expectOneBadFile(workspace);
    }
  }

  @Test
  void anInodeWhoseRecordCannotBeReadIsEioAlone() {
    VolumeId id = store.volume(LOWER);
    long bad = fill(id);
    damage(StateFamily.INODES, new DeltaKeys(id.number()).inode(bad));
    try (Workspace workspace = open(id)) {
      fails(Errno.EIO, () -> workspace.exists("dir/bad"));
      expectOneBadFile(workspace);
    }
  }

  /** In a store of its own: nothing else is collected in there. */
  @Test
  void anInodeWhoseRecordCannotBeReadIsNamedByWhateverNeedsIt(@TempDir Path directory) {
    try (TestStore own = new TestStore(directory.resolve("store"))) {
      VolumeId id = own.volume(LOWER);
      long bad;
      try (Workspace workspace = new Workspace(own.open(id))) {
        workspace.file("bad", "bad");
        bad = workspace.inode("bad");
      }
      long inodes = own.volumes().usage(id).inodes();
      damage(
          own.store().state().database(),
          StateFamily.INODES,
          new DeltaKeys(id.number()).inode(bad));
      String inode = "inode " + bad;

      assertThat(own.store().verify(VerifyOptions.everything()).damages())
          .singleElement()
          .satisfies(
              damage -> {
                assertThat(damage.kind()).isEqualTo(Damage.Kind.STATE);
                assertThat(damage.message()).contains("volume " + id + ", " + inode);
              });
      assertThatExceptionOfType(StoreException.class)
          .isThrownBy(own.store()::collect)
          .withMessageContainingAll("Nothing was collected", "volume " + id, inode, "remove it");
      assertThat(own.volumes().usage(id).inodes()).isEqualTo(inodes);
      assertThat(own.store().usage()).isNotNull();
      assertThatExceptionOfType(VolumeException.class)
          .isThrownBy(() -> VolumeDiff.of(own.store(), id))
          .withMessageContaining(inode);
      assertThatExceptionOfType(VolumeException.class)
          .isThrownBy(() -> VolumeCommit.begin(own.store(), own.volumes(), id).close())
          .withMessageContaining(inode);
      try (Workspace workspace = new Workspace(own.open(id))) {
        assertThat(workspace.text("dir/one")).isEqualTo("1");
        assertThatExceptionOfType(VolumeException.class)
            .isThrownBy(() -> VolumeCommit.begin(own.store(), own.volumes(), id).close())
            .withMessageContaining(inode);
      }
      own.volumes().remove(id);
      own.store().collect();
    }
  }

  @Test
  void aNameThatCannotBeReadIsEioForItsDirectoryAlone() {
    VolumeId id = store.volume(LOWER);
    try (Workspace workspace = open(id)) {
      workspace.mkdir("other");
      workspace.file("other/file", "fine");
      workspace.file("dir/bad", "bad");
    }
    long directory;
    try (Workspace workspace = open(id)) {
      directory = workspace.inode("dir");
    }
    damage(StateFamily.NAMES, new DeltaKeys(id.number()).name(directory, FileName.of("bad")));
    try (Workspace workspace = open(id)) {
      fails(Errno.EIO, () -> workspace.exists("dir/bad"));
      assertThatExceptionOfType(FsException.class)
          .isThrownBy(() -> workspace.names("dir"))
          .withMessageContainingAll("\"bad\"", "inode " + directory)
          .satisfies(e -> assertThat(e.errno()).isEqualTo(Errno.EIO));
      assertThat(workspace.text("other/file")).isEqualTo("fine");
      workspace.file("other/new", "");
      // Of an open volume a fork is committed.
      expectNamed(directory, () -> VolumeCommit.begin(store.store(), store.volumes(), id).close());
    }
    expectNamed(directory, () -> VolumeDiff.of(store.store(), id));
    expectNamed(directory, () -> VolumeCommit.begin(store.store(), store.volumes(), id).close());
    store.volumes().remove(id);
  }

  private static void expectNamed(long directory, ThrowingCallable action) {
    assertThatExceptionOfType(VolumeException.class)
        .isThrownBy(action)
        .withMessageContainingAll("\"bad\"", "inode " + directory, "remove it");
  }

  @Test
  void D3_7_a_copy_up_whose_record_is_not_written_leaves_nothing() throws IOException {
    VolumeId id = store.volume(LOWER);
    AtomicBoolean full = new AtomicBoolean();
    VolumeFileSystem opened = store.open(id);
    Union real = opened.union();
    Union failing =
        new Union(
            real.base(),
            failing(real.delta(), full),
            real.files(),
            real.contents(),
            real.numbers(),
            real.syncer(),
            real.clock(),
            real.steps(),
            true);
    VolumeParts parts = Opening.open(failing, false);
    Workspace workspace = new Workspace(new VolumeFileSystem(failing, parts, () -> {}));
    full.set(true);
    fails(Errno.ENOSPC, () -> workspace.open("large", FileOpen.O_RDWR));
    fails(Errno.ENOSPC, () -> workspace.open("large", FileOpen.O_RDWR | FileOpen.O_TRUNC));
    fails(Errno.ENOSPC, () -> workspace.create("new", 0644, FileOpen.O_RDWR));
    fails(Errno.ENOSPC, () -> workspace.truncate("large", 5));
    assertThat(files(id, "data")).isEmpty();
    assertThat(files(id, "tmp")).isEmpty();
    full.set(false);
    assertThat(workspace.read("large")).isEqualTo(LARGE);
    assertThat(workspace.exists("new")).isFalse();
    workspace.write("large", 0, "x");
    assertThat(files(id, "data")).hasSize(1);
    opened.close();
  }

  private static Delta failing(Delta delta, AtomicBoolean full) {
    return (Delta)
        Proxy.newProxyInstance(
            Delta.class.getClassLoader(),
            new Class<?>[] {Delta.class},
            (proxy, method, arguments) -> {
              if (method.getName().equals("write") && full.get()) {
                throw FsException.of(Errno.ENOSPC);
              }
              try {
                return method.invoke(delta, arguments);
              } catch (InvocationTargetException e) {
                throw e.getCause();
              }
            });
  }

  private List<String> files(VolumeId id, String directory) {
    try (Stream<Path> files = Files.list(store.store().layout().volume(id).resolve(directory))) {
      return files.map(file -> file.getFileName().toString()).toList();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  @Test
  void D3_4_truncating_a_file_that_is_linked_into_the_store_copies_only_what_stays()
      throws IOException {
    VolumeId id = store.volume(LOWER);
    try (Workspace workspace = open(id)) {
      workspace.write("large", 0, "own");
      workspace.file("second", "some words");
      AtomicLong filled = new AtomicLong(-1);
      Path linked = link(id, workspace.inode("large"), filled);
      workspace.open("large", FileOpen.O_WRONLY | FileOpen.O_TRUNC).close();
      assertThat(filled).hasValue(0);
      assertThat(workspace.attributes("large").size).isZero();
      assertThat(Files.size(linked)).isEqualTo(LARGE.length);

      Path other = link(id, workspace.inode("second"), filled);
      workspace.truncate("second", 4);
      assertThat(filled).hasValue(4);
      assertThat(workspace.text("second")).isEqualTo("some");
      assertThat(other).hasContent("some words");
    } finally {
      steps.set(Steps.NONE);
    }
  }

  /** Gives a data file a second name, as a commit does; notes how much of it is then copied. */
  private Path link(VolumeId id, long inode, AtomicLong filled) throws IOException {
    Path volume = store.store().layout().volume(id);
    Path temporary = volume.resolve("tmp/" + inode);
    steps.set(
        step -> {
          if (step.equals(VolumeSteps.COPY_FILLED)) {
            filled.set(temporary.toFile().length());
          }
        });
    return Files.createLink(volume.resolve("linked-" + inode), volume.resolve("data/" + inode));
  }

  @Test
  void directoriesDeeperThanAStackAreFound() {
    VolumeId id = store.volume(LOWER);
    int depth = 30_000;
    List<Long> made = new ArrayList<>();
    try (Delta delta = RocksDelta.of(database(), id.number())) {
      Base base = base(id);
      long parent = base.positions() + 1;
      for (int i = 0; i < depth; i++) {
        long at = parent;
        delta.write(
            batch ->
                batch.putName(at, FileName.of("d"), new NameRow(at + 1, FileKind.DIRECTORY, 1)));
        made.add(at);
        parent = at + 1;
      }
      long deepest = parent;
      // The topmost is nowhere: then all of them are.
      assertThat(VolumeView.read(base, delta).directory(deepest)).isEmpty();
      delta.write(
          batch ->
              batch.putName(
                  TreeView.ROOT,
                  FileName.of("top"),
                  new NameRow(made.getFirst(), FileKind.DIRECTORY, 1)));
      assertThatExceptionOfType(VolumeException.class)
          .isThrownBy(() -> VolumeView.read(base, delta).directory(deepest))
          .withMessageContaining("directories deep");
      assertThat(VolumeView.read(base, delta).directory(made.get(1000)))
          .hasValueSatisfying(spot -> assertThat(spot.path().size()).isEqualTo(1001));
    }
  }

  @Test
  void directoriesThatAreSaidToBeAboveThemselvesAreNowhere() {
    VolumeId id = store.volume(LOWER);
    try (Delta delta = RocksDelta.of(database(), id.number())) {
      Base base = base(id);
      long one = base.positions() + 1;
      long two = one + 1;
      delta.write(
          batch -> {
            batch.putName(one, FileName.of("a"), new NameRow(two, FileKind.DIRECTORY, 1));
            batch.putName(two, FileName.of("b"), new NameRow(one, FileKind.DIRECTORY, 1));
          });
      VolumeView view = VolumeView.read(base, delta);
      assertThat(view.directory(one)).isEmpty();
      assertThat(view.directory(two)).isEmpty();
      assertThat(view.directory(TreeView.ROOT)).isPresent();
    }
  }

  private Base base(VolumeId id) {
    return new Base(
        TreeView.open(store.store().directories(), store.volumes().require(id).baseTree()));
  }
}
