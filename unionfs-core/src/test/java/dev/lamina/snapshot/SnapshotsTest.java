package dev.lamina.snapshot;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.lamina.fs.FileSystem;
import dev.lamina.store.SnapshotContent;
import dev.lamina.store.SnapshotKey;
import dev.lamina.store.SnapshotKind;
import dev.lamina.store.SnapshotRecord;
import dev.lamina.store.Store;
import dev.lamina.store.StoreOptions;
import dev.lamina.store.VolumeId;
import dev.lamina.testing.fs.Workspace;
import dev.lamina.tree.Digest;
import dev.lamina.volume.VolumeOptions;
import dev.lamina.volume.Volumes;
import java.nio.file.Path;
import java.time.Clock;
import java.util.Collections;
import java.util.Optional;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.function.Consumer;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The life of snapshots, and what is refused in it. */
final class SnapshotsTest {
  private static final SortedMap<String, String> NONE =
      Collections.unmodifiableSortedMap(new TreeMap<>());

  private Store store;
  private Volumes volumes;
  private Snapshots snapshots;

  @BeforeEach
  void open(@TempDir Path directory) {
    store = Store.open(directory.resolve("store"), StoreOptions.defaults(), Clock.systemUTC());
    volumes = Volumes.of(store, VolumeOptions.defaults(), Clock.systemUTC());
    snapshots = new Snapshots(store, volumes, Clock.systemUTC());
  }

  @AfterEach
  void close() {
    volumes.close();
    store.close();
  }

  private static SnapshotKey key(String name) {
    return new SnapshotKey("test", name);
  }

  private void in(VolumeId id, Consumer<Workspace> action) {
    try (FileSystem fileSystem = volumes.open(id, "a test")) {
      action.accept(new Workspace(fileSystem));
    }
  }

  private void layer(String name, Optional<String> parent, Consumer<Workspace> changes) {
    VolumeId id = snapshots.prepare(key("work"), parent, NONE);
    in(id, changes);
    assertThat(snapshots.commit(key(name), key("work"), NONE).kind())
        .isEqualTo(SnapshotKind.COMMITTED);
  }

  private static void refused(SnapshotException.Reason reason, Runnable action) {
    assertThatThrownBy(action::run)
        .isInstanceOfSatisfying(
            SnapshotException.class, e -> assertThat(e.reason()).isEqualTo(reason));
  }

  @Test
  void a_life_prepare_commit_prepare_on_top_view_and_remove() {
    layer("base", Optional.empty(), w -> w.file("a", "from base"));
    layer("top", Optional.of("base"), w -> w.file("b", "from top"));
    Digest seen = snapshots.view(key("v"), Optional.of("top"), NONE);
    try (FileSystem view = volumes.openTree(seen)) {
      assertThat(new Workspace(view).text("a")).isEqualTo("from base");
      assertThat(new Workspace(view).text("b")).isEqualTo("from top");
    }
    assertThat(snapshots.list("test").keySet()).containsExactly(key("base"), key("top"), key("v"));
    assertThat(snapshots.list("other")).isEmpty();
    assertThat(snapshots.stat(key("top")).parent()).contains("base");
    assertThat(snapshots.usage(key("top"))).isEqualTo(new Usage(8, 2));
    assertThat(volumes.list()).isEmpty();
    refused(SnapshotException.Reason.FAILED_PRECONDITION, () -> snapshots.remove(key("top")));
    snapshots.remove(key("v"));
    snapshots.remove(key("top"));
    snapshots.remove(key("base"));
    assertThat(snapshots.list("test")).isEmpty();
    refused(SnapshotException.Reason.NOT_FOUND, () -> snapshots.stat(key("base")));
  }

  @Test
  void what_is_in_use_can_neither_be_removed_nor_committed() {
    VolumeId id = snapshots.prepare(key("work"), Optional.empty(), NONE);
    try (FileSystem _ = volumes.open(id, "mounted on /mnt")) {
      refused(SnapshotException.Reason.FAILED_PRECONDITION, () -> snapshots.remove(key("work")));
      assertThatThrownBy(() -> snapshots.commit(key("base"), key("work"), NONE))
          .isInstanceOf(SnapshotException.class)
          .hasMessageContaining("mounted on /mnt");
    }
    snapshots.remove(key("work"));
    assertThat(volumes.list()).isEmpty();
  }

  @Test
  void a_view_that_is_open_can_not_be_removed() {
    layer("base", Optional.empty(), w -> w.file("a", "a"));
    assertThat(snapshots.view(key("v"), Optional.of("base"), NONE)).isNotNull();
    try (FileSystem one = snapshots.open(key("v"), "mounted on /one")) {
      try (FileSystem two = snapshots.open(key("v"), "mounted on /two")) {
        assertThat(new Workspace(one).text("a")).isEqualTo("a");
        assertThat(new Workspace(two).text("a")).isEqualTo("a");
      }
      assertThatThrownBy(() -> snapshots.remove(key("v")))
          .isInstanceOf(SnapshotException.class)
          .hasMessageContaining("mounted on /one")
          .hasMessageNotContaining("/two");
      assertThat(snapshots.stat(key("v")).kind()).isEqualTo(SnapshotKind.VIEW);
    }
    snapshots.remove(key("v"));
    refused(SnapshotException.Reason.NOT_FOUND, () -> snapshots.open(key("v"), "too late"));
  }

  @Test
  void a_prepared_snapshot_that_is_open_can_neither_be_removed_nor_opened_again() {
    assertThat(snapshots.prepare(key("work"), Optional.empty(), NONE)).isNotNull();
    try (FileSystem fileSystem = snapshots.open(key("work"), "mounted on /mnt")) {
      new Workspace(fileSystem).file("a", "a");
      refused(SnapshotException.Reason.FAILED_PRECONDITION, () -> snapshots.remove(key("work")));
      assertThatThrownBy(() -> snapshots.open(key("work"), "another"))
          .isInstanceOf(SnapshotException.class)
          .hasMessageContaining("mounted on /mnt");
    }
    snapshots.remove(key("work"));
    assertThat(snapshots.list("test")).isEmpty();
  }

  @Test
  void names_are_taken_once_and_parents_are_committed() {
    VolumeId id = snapshots.prepare(key("work"), Optional.empty(), NONE);
    in(id, w -> w.file("a", "a"));
    refused(
        SnapshotException.Reason.ALREADY_EXISTS,
        () -> assertThat(snapshots.prepare(key("work"), Optional.empty(), NONE)).isNotNull());
    refused(
        SnapshotException.Reason.FAILED_PRECONDITION,
        () -> assertThat(snapshots.prepare(key("x"), Optional.of("work"), NONE)).isNotNull());
    refused(
        SnapshotException.Reason.NOT_FOUND,
        () -> assertThat(snapshots.view(key("x"), Optional.of("nothing"), NONE)).isNotNull());
    refused(
        SnapshotException.Reason.ALREADY_EXISTS,
        () -> assertThat(snapshots.commit(key("work"), key("work"), NONE)).isNotNull());
    refused(
        SnapshotException.Reason.NOT_FOUND,
        () -> assertThat(snapshots.commit(key("base"), key("nothing"), NONE)).isNotNull());
    in(id, w -> assertThat(w.text("a")).isEqualTo("a"));
  }

  @Test
  void labels_are_replaced_and_survive_a_commit_only_where_given() {
    TreeMap<String, String> labels = new TreeMap<>();
    labels.put("k", "v");
    VolumeId id = snapshots.prepare(key("work"), Optional.empty(), labels);
    assertThat(snapshots.stat(key("work")).labels()).containsEntry("k", "v");
    assertThat(snapshots.stat(key("work")).content()).isEqualTo(new SnapshotContent.OfVolume(id));
    SnapshotRecord changed = snapshots.label(key("work"), NONE);
    assertThat(changed.labels()).isEmpty();
    assertThat(snapshots.commit(key("base"), key("work"), labels).labels()).containsEntry("k", "v");
  }

  @Test
  void what_a_commit_named_is_not_collected() {
    layer("base", Optional.empty(), w -> w.file("big", "b".repeat(50_000)));
    assertThat(store.collect().objects()).isZero();
    Digest tree = snapshots.view(key("v"), Optional.of("base"), NONE);
    try (FileSystem view = volumes.openTree(tree)) {
      assertThat(new Workspace(view).text("big")).isEqualTo("b".repeat(50_000));
    }
    snapshots.remove(key("v"));
    snapshots.remove(key("base"));
    assertThat(store.collect().objects()).isOne();
  }
}
