package dev.lamina.snapshot;

import static org.assertj.core.api.Assertions.assertThat;

import dev.lamina.fs.FileSystem;
import dev.lamina.image.ImageName;
import dev.lamina.store.Collection;
import dev.lamina.store.ImageRecord;
import dev.lamina.store.LayerKey;
import dev.lamina.store.SnapshotContent;
import dev.lamina.store.SnapshotKey;
import dev.lamina.store.Steps;
import dev.lamina.store.Store;
import dev.lamina.store.StoreOptions;
import dev.lamina.store.VerifyOptions;
import dev.lamina.store.VolumeId;
import dev.lamina.testing.fs.Workspace;
import dev.lamina.tree.Digest;
import dev.lamina.volume.VolumeOptions;
import dev.lamina.volume.Volumes;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.Consumer;
import java.util.function.Predicate;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * Takes a copy of the store's files after each step of a commit to an image and of what is done to
 * snapshots, which is what a process that is killed there leaves. Opened, each has all of the
 * operation or nothing; nothing is damaged, nothing stays that nobody names, and it can be done
 * again.
 */
final class SnapshotCrashTest {
  private static final Clock CLOCK =
      Clock.fixed(Instant.ofEpochSecond(1_700_000_000), ZoneOffset.UTC);
  private static final SortedMap<String, String> NONE =
      Collections.unmodifiableSortedMap(new TreeMap<>());
  private static final ImageName BASE = ImageName.parse("base");
  private static final ImageName NEXT = ImageName.parse("next:1");

  @TempDir private Path directory;

  /** The copies, each with the step it was taken after. */
  private final List<Moment> moments = new ArrayList<>();

  private record Moment(String step, Path copy) {}

  /** A store with what works on it. */
  private record Opened(Store store, Volumes volumes) implements AutoCloseable {
    static Opened of(Path directory, Steps steps) {
      // A compaction would change files while they are copied.
      StoreOptions options = StoreOptions.defaults().withSteps(steps).withoutCompaction();
      Store store = Store.open(directory, options, CLOCK);
      return new Opened(
          store, Volumes.of(store, new VolumeOptions(Duration.ofMinutes(1), false), CLOCK));
    }

    Snapshots snapshots() {
      return new Snapshots(store, volumes, CLOCK);
    }

    VolumeImages images() {
      return new VolumeImages(store, volumes, CLOCK);
    }

    /** The only volume. */
    VolumeId volume() {
      assertThat(volumes.list()).hasSize(1);
      return volumes.list().firstKey();
    }

    void in(VolumeId id, Consumer<Workspace> action) {
      try (FileSystem fileSystem = volumes.open(id, "a test")) {
        action.accept(new Workspace(fileSystem));
      }
    }

    /** All files of a volume that are not in directories. */
    SortedMap<String, String> read(VolumeId id) {
      try (FileSystem fileSystem = volumes.open(id, "a test")) {
        return read(fileSystem);
      }
    }

    SortedMap<String, String> read(Digest tree) {
      try (FileSystem fileSystem = volumes.openTree(tree)) {
        return read(fileSystem);
      }
    }

    private static SortedMap<String, String> read(FileSystem fileSystem) {
      Workspace w = new Workspace(fileSystem);
      SortedMap<String, String> files = new TreeMap<>();
      w.names("").forEach(name -> files.put(name, w.text(name)));
      return files;
    }

    Digest tree(ImageName name) {
      ImageRecord image = store.state().image(name.toString()).orElseThrow();
      assertThat(store.state().content(image.config())).isPresent();
      assertThat(store.state().content(image.manifest())).isPresent();
      return store
          .state()
          .layer(LayerKey.chain(image.diffIds()).getLast())
          .orElseThrow(() -> new AssertionError("an image without its layer"))
          .tree();
    }

    @Override
    public void close() {
      volumes.close();
      store.close();
    }
  }

  /** Does something in a store. */
  @FunctionalInterface
  private interface Operation {
    void run(Opened opened) throws Exception;
  }

  private static SnapshotKey key(String name) {
    return new SnapshotKey("test", name);
  }

  private static CommitRequest request() {
    return new CommitRequest(
        "a test", Optional.of("a message"), Optional.empty(), List.of(), warning -> {});
  }

  private synchronized void keep(Path live, String step) {
    boolean names = step.equals(Steps.TRANSACTION_WRITTEN);
    if (!names && moments.stream().anyMatch(moment -> moment.step().equals(step))) {
      // Later ones of a kind find nothing new, but for what names something.
      return;
    }
    Path copy = directory.resolve("copy" + moments.size());
    Map<Object, Path> copied = new HashMap<>();
    try {
      Files.walkFileTree(live, new Copying(live, copy, copied));
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    moments.add(new Moment(step, copy));
  }

  /**
   * Runs an operation and looks at what each of its steps leaves.
   *
   * @param setUp makes what the operation works on
   * @param isDone whether the operation has happened
   * @param check what is to be seen whether it has happened or not
   */
  private void crash(
      Operation setUp,
      Operation operation,
      Predicate<Opened> isDone,
      Operation check,
      String... steps)
      throws Exception {
    Path live = directory.resolve("live");
    try (Opened opened = Opened.of(live, Steps.NONE)) {
      setUp.run(opened);
      assertThat(isDone.test(opened)).isFalse();
      assertThat(opened.store().collect()).isNotNull();
    }
    AtomicBoolean isOpen = new AtomicBoolean();
    Steps keeping =
        step -> {
          if (isOpen.get()) {
            keep(live, step);
          }
        };
    try (Opened opened = Opened.of(live, keeping)) {
      isOpen.set(true);
      operation.run(opened);
      assertThat(isDone.test(opened)).isTrue();
    }
    assertThat(moments.stream().map(Moment::step)).contains(steps);
    for (Moment moment : moments) {
      try (Opened opened = Opened.of(moment.copy(), Steps.NONE)) {
        String after = "after " + moment.step();
        boolean done = isDone.test(opened);
        assertThat(opened.store().state().leases()).as(after).isEmpty();
        requireReclaimed(opened, after);
        requireWhole(opened, after);
        check.run(opened);
        if (!done) {
          operation.run(opened);
          assertThat(isDone.test(opened)).as(after).isTrue();
          requireWhole(opened, after);
          check.run(opened);
        }
      }
    }
    try (Opened opened = Opened.of(moments.getLast().copy(), Steps.NONE)) {
      assertThat(isDone.test(opened)).isTrue();
    }
  }

  private static void requireWhole(Opened opened, String after) {
    assertThat(opened.store().verify(VerifyOptions.everything()).damages()).as(after).isEmpty();
  }

  /** No layer, manifest or config was without a name, and one collection deletes the rest. */
  private static void requireReclaimed(Opened opened, String after) throws IOException {
    Collection first = opened.store().collect();
    assertThat(first.layers()).as(after).isZero();
    assertThat(first.contents()).as(after).isZero();
    assertThat(opened.store().usage().unreferencedBytes()).as(after).isZero();
    assertThat(opened.store().collect()).as(after).isEqualTo(new Collection(0, 0, 0, 0, 0, 0, 0));
    assertThat(opened.store().layout().temporaries()).isEmptyDirectory();
    try (var volumes = Files.list(opened.store().layout().volumes())) {
      assertThat(volumes.map(path -> path.getFileName().toString()))
          .as(after)
          .allMatch(name -> opened.volumes().list().keySet().toString().contains(name));
    }
  }

  private static void fill(Workspace w) {
    w.file("a", "from base");
    w.file("large", "l".repeat(50_000));
    w.file("gone", "gone");
  }

  private static void change(Workspace w) {
    w.write("large", 7, "changed");
    w.file("big", "b".repeat(60_000));
    w.file("tiny", "tiny");
    w.unlink("gone");
  }

  private static final SortedMap<String, String> FILLED =
      new TreeMap<>(Map.of("a", "from base", "large", "l".repeat(50_000), "gone", "gone"));

  private static final SortedMap<String, String> CHANGED =
      new TreeMap<>(
          Map.of(
              "a",
              "from base",
              "large",
              "lllllllchanged" + "l".repeat(50_000 - 14),
              "big",
              "b".repeat(60_000),
              "tiny",
              "tiny"));

  /** An image with a changed volume on it, and nothing else. */
  private static void imageAndVolume(Opened opened) throws Exception {
    SnapshotKey work = key("work");
    VolumeId id = opened.snapshots().prepare(work, Optional.empty(), NONE);
    opened.in(id, SnapshotCrashTest::fill);
    assertThat(opened.images().commit(id, BASE, request()).changes()).isPositive();
    opened.snapshots().remove(work);
    VolumeId volume =
        opened
            .store()
            .state()
            .transact(
                transaction -> {
                  ImageRecord image = transaction.image(BASE.toString()).orElseThrow();
                  return opened
                      .volumes()
                      .create(
                          transaction,
                          opened.tree(BASE),
                          image.diffIds(),
                          Optional.of(image.config()),
                          "base");
                });
    opened.in(volume, SnapshotCrashTest::change);
  }

  private static boolean isCommitted(Opened opened) {
    return opened.store().state().image(NEXT.toString()).isPresent();
  }

  private static void checkImage(Opened opened) {
    assertThat(opened.read(opened.tree(BASE))).isEqualTo(FILLED);
    if (isCommitted(opened)) {
      assertThat(opened.read(opened.tree(NEXT))).isEqualTo(CHANGED);
    }
    assertThat(opened.store().state().layers()).hasSize(isCommitted(opened) ? 2 : 1);
    assertThat(opened.read(opened.volume())).isEqualTo(CHANGED);
  }

  @Test
  void an_image_made_of_a_closed_volume_is_there_with_its_layer_or_nothing_is() throws Exception {
    crash(
        SnapshotCrashTest::imageAndVolume,
        opened ->
            assertThat(opened.images().commit(opened.volume(), NEXT, request()).changes())
                .isPositive(),
        SnapshotCrashTest::isCommitted,
        SnapshotCrashTest::checkImage,
        "file committed",
        Steps.DATA_LINKED,
        Steps.OBJECT_PUBLISHED,
        Steps.RECORD_PUT,
        Steps.FRAMING_PUT,
        Steps.ROWS_PUT,
        Steps.STORE_FLUSHED,
        Steps.TRANSACTION_WRITTEN,
        "data file removed");
    assertThat(moments.stream().map(Moment::step)).doesNotContain(Steps.LAYER_NAMED);
  }

  @Test
  void an_image_made_of_an_open_volume_is_there_with_its_layer_or_nothing_is() throws Exception {
    crash(
        SnapshotCrashTest::imageAndVolume,
        opened -> {
          VolumeId id = opened.volume();
          try (FileSystem _ = opened.volumes().open(id, "mounted")) {
            assertThat(opened.images().commit(id, NEXT, request()).changes()).isPositive();
          }
        },
        SnapshotCrashTest::isCommitted,
        SnapshotCrashTest::checkImage,
        "fork recorded",
        "fork rows copied",
        "fork data cloned",
        Steps.STORE_FLUSHED,
        Steps.TRANSACTION_WRITTEN,
        "volume rows removed",
        "volume data removed");
    assertThat(moments.stream().map(Moment::step)).doesNotContain(Steps.LAYER_NAMED);
  }

  /** A committed snapshot and nothing else. */
  private static void committed(Opened opened) {
    VolumeId id = opened.snapshots().prepare(key("work"), Optional.empty(), NONE);
    opened.in(id, SnapshotCrashTest::fill);
    assertThat(opened.snapshots().commit(key("base"), key("work"), NONE)).isNotNull();
  }

  /** A committed snapshot with a changed volume on it. */
  private static void active(Opened opened) {
    committed(opened);
    VolumeId id = opened.snapshots().prepare(key("active"), Optional.of("base"), NONE);
    opened.in(id, SnapshotCrashTest::change);
  }

  private static boolean has(Opened opened, String name) {
    return opened.store().state().snapshot(key(name)).isPresent();
  }

  private static SortedMap<String, String> view(Opened opened, String name) {
    SnapshotKey look = key("look");
    Digest tree = opened.snapshots().view(look, Optional.of(name), NONE);
    SortedMap<String, String> files = opened.read(tree);
    opened.snapshots().remove(look);
    return files;
  }

  @Test
  void a_snapshot_is_prepared_with_its_volume_or_not() throws Exception {
    crash(
        SnapshotCrashTest::committed,
        opened ->
            assertThat(opened.snapshots().prepare(key("active"), Optional.of("base"), NONE))
                .isNotNull(),
        opened -> has(opened, "active"),
        opened -> {
          assertThat(view(opened, "base")).isEqualTo(FILLED);
          if (has(opened, "active")) {
            assertThat(opened.read(opened.volume())).isEqualTo(FILLED);
          } else {
            assertThat(opened.volumes().list()).isEmpty();
          }
        },
        Steps.STORE_FLUSHED,
        Steps.TRANSACTION_WRITTEN);
  }

  @Test
  void a_view_is_made_or_not() throws Exception {
    crash(
        SnapshotCrashTest::committed,
        opened ->
            assertThat(opened.snapshots().view(key("v"), Optional.of("base"), NONE)).isNotNull(),
        opened -> has(opened, "v"),
        opened -> assertThat(view(opened, "base")).isEqualTo(FILLED),
        Steps.STORE_FLUSHED,
        Steps.TRANSACTION_WRITTEN);
  }

  @Test
  void a_snapshot_is_committed_or_still_active() throws Exception {
    crash(
        SnapshotCrashTest::active,
        opened ->
            assertThat(opened.snapshots().commit(key("top"), key("active"), NONE)).isNotNull(),
        opened -> has(opened, "top"),
        opened -> {
          assertThat(has(opened, "active")).isNotEqualTo(has(opened, "top"));
          if (has(opened, "top")) {
            assertThat(opened.volumes().list()).isEmpty();
            assertThat(view(opened, "top")).isEqualTo(CHANGED);
          } else {
            assertThat(opened.read(opened.volume())).isEqualTo(CHANGED);
          }
          assertThat(view(opened, "base")).isEqualTo(FILLED);
        },
        "file committed",
        Steps.DATA_LINKED,
        Steps.STORE_FLUSHED,
        Steps.TRANSACTION_WRITTEN,
        "volume rows removed",
        "volume data removed");
  }

  @Test
  void an_active_snapshot_is_removed_with_its_volume_or_not() throws Exception {
    crash(
        SnapshotCrashTest::active,
        opened -> opened.snapshots().remove(key("active")),
        opened -> !has(opened, "active"),
        opened -> {
          if (has(opened, "active")) {
            assertThat(opened.read(opened.volume())).isEqualTo(CHANGED);
          } else {
            assertThat(opened.volumes().list()).isEmpty();
          }
          assertThat(view(opened, "base")).isEqualTo(FILLED);
        },
        Steps.TRANSACTION_WRITTEN,
        "volume rows removed",
        "volume data removed");
  }

  @Test
  void a_committed_snapshot_is_removed_or_not() throws Exception {
    crash(
        SnapshotCrashTest::committed,
        opened -> opened.snapshots().remove(key("base")),
        opened -> !has(opened, "base"),
        opened -> {
          if (has(opened, "base")) {
            assertThat(view(opened, "base")).isEqualTo(FILLED);
          }
        },
        Steps.TRANSACTION_WRITTEN);
  }

  @Test
  void a_view_is_removed_or_not() throws Exception {
    crash(
        opened -> {
          committed(opened);
          assertThat(opened.snapshots().view(key("v"), Optional.of("base"), NONE)).isNotNull();
        },
        opened -> opened.snapshots().remove(key("v")),
        opened -> !has(opened, "v"),
        opened -> assertThat(view(opened, "base")).isEqualTo(FILLED),
        Steps.TRANSACTION_WRITTEN);
  }

  private static VolumeSnapshots saved(Opened opened) {
    return new VolumeSnapshots(opened.snapshots(), opened.volumes());
  }

  private static VolumeId volume(Opened opened, String name) {
    SnapshotContent content = opened.snapshots().stat(key(name)).content();
    return ((SnapshotContent.OfVolume) content).volume();
  }

  /** What a volume or a saved state has, if it is there. */
  private static void hasIfThere(Opened opened, String name, SortedMap<String, String> expected) {
    if (has(opened, name)) {
      assertThat(opened.read(volume(opened, name))).as(name).isEqualTo(expected);
    }
  }

  /** Makes a copy of the active volume, which is there whole after each step or is not. */
  private void crashCopying(String copy, Operation operation) throws Exception {
    crash(
        SnapshotCrashTest::active,
        operation,
        opened -> has(opened, copy),
        opened -> {
          hasIfThere(opened, "active", CHANGED);
          hasIfThere(opened, copy, CHANGED);
          assertThat(opened.volumes().list()).hasSize(has(opened, copy) ? 2 : 1);
        },
        "fork recorded",
        "fork rows copied",
        "fork data cloned",
        Steps.TRANSACTION_WRITTEN);
  }

  @Test
  void a_closed_volume_is_forked_or_not() throws Exception {
    crashCopying(
        "fork", opened -> assertThat(saved(opened).fork(key("active"), key("fork"))).isNotNull());
  }

  @Test
  void an_open_volume_is_forked_or_not() throws Exception {
    crashCopying(
        "fork",
        opened -> {
          try (FileSystem _ = opened.volumes().open(volume(opened, "active"), "mounted")) {
            assertThat(saved(opened).fork(key("active"), key("fork"))).isNotNull();
          }
        });
  }

  @Test
  void a_volume_is_saved_or_not() throws Exception {
    crashCopying(
        "active@then",
        opened -> assertThat(saved(opened).save(key("active"), key("active@then"))).isNotNull());
  }

  private static final SortedMap<String, String> WORSE =
      new TreeMap<>(Map.of("big", "worse", "large", "lllllllchanged" + "l".repeat(50_000 - 14)));

  @Test
  void a_volume_is_rolled_back_or_as_it_was() throws Exception {
    Predicate<Opened> isBack = opened -> opened.read(volume(opened, "active")).equals(CHANGED);
    crash(
        opened -> {
          active(opened);
          assertThat(saved(opened).save(key("active"), key("active@then"))).isNotNull();
          opened.in(
              volume(opened, "active"),
              w -> {
                w.unlink("big");
                w.file("big", "worse");
                w.unlink("a");
                w.unlink("tiny");
              });
        },
        opened -> saved(opened).rollBack(key("active"), key("active@then")),
        isBack,
        opened -> {
          hasIfThere(opened, "active", isBack.test(opened) ? CHANGED : WORSE);
          hasIfThere(opened, "active@then", CHANGED);
          assertThat(opened.volumes().list()).hasSize(2);
        },
        "fork recorded",
        "fork rows copied",
        "fork data cloned",
        Steps.TRANSACTION_WRITTEN,
        "volume rows removed",
        "volume data removed");
  }
}
