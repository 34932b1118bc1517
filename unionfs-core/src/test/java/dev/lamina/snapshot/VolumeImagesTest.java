package dev.lamina.snapshot;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.lamina.archive.ArchiveException;
import dev.lamina.fs.FileKind;
import dev.lamina.fs.FileSystem;
import dev.lamina.image.ExportOptions;
import dev.lamina.image.ImageContent;
import dev.lamina.image.ImageExporter;
import dev.lamina.image.ImageImporter;
import dev.lamina.image.ImageLocation;
import dev.lamina.image.ImageName;
import dev.lamina.image.Images;
import dev.lamina.image.ImportOptions;
import dev.lamina.image.ImportedImage;
import dev.lamina.image.Progress;
import dev.lamina.store.ImageRecord;
import dev.lamina.store.LayerKey;
import dev.lamina.store.SnapshotKey;
import dev.lamina.store.Steps;
import dev.lamina.store.Store;
import dev.lamina.store.StoreOptions;
import dev.lamina.store.VerifyOptions;
import dev.lamina.store.VolumeId;
import dev.lamina.testing.fs.Workspace;
import dev.lamina.tree.Digest;
import dev.lamina.volume.VolumeChange;
import dev.lamina.volume.VolumeDiff;
import dev.lamina.volume.VolumeOptions;
import dev.lamina.volume.Volumes;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Optional;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.function.Consumer;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Images made of volumes: another store that imports what is exported has the same trees. */
final class VolumeImagesTest {
  private static final ImageName BASE = ImageName.parse("base");
  private static final ImageName NEXT = ImageName.parse("next:1");

  @TempDir private Path directory;
  private final List<String> warnings = new ArrayList<>();
  private Store store;
  private Volumes volumes;
  private VolumeImages images;

  @BeforeEach
  void open() {
    store = Store.open(directory.resolve("store"), StoreOptions.defaults(), Clock.systemUTC());
    volumes = Volumes.of(store, VolumeOptions.defaults(), Clock.systemUTC());
    images = new VolumeImages(store, volumes, Clock.systemUTC());
  }

  @AfterEach
  void close() {
    volumes.close();
    store.close();
  }

  private CommitRequest request(String... changes) {
    return new CommitRequest(
        "a test", Optional.of("a message"), Optional.empty(), List.of(changes), warnings::add);
  }

  private void in(VolumeId id, Consumer<Workspace> action) {
    try (FileSystem fileSystem = volumes.open(id, "a test")) {
      action.accept(new Workspace(fileSystem));
    }
  }

  private VolumeId empty() {
    return new Snapshots(store, volumes, Clock.systemUTC())
        .prepare(new SnapshotKey("test", "empty"), Optional.empty(), new TreeMap<>());
  }

  private VolumeId on(ImageName name) {
    return store
        .state()
        .transact(
            transaction -> {
              ImageRecord image = transaction.image(name.toString()).orElseThrow();
              return volumes.create(
                  transaction,
                  tree(store, image),
                  image.diffIds(),
                  Optional.of(image.config()),
                  name.toString());
            });
  }

  private static Digest tree(Store of, ImageRecord image) {
    return of.state().layer(LayerKey.chain(image.diffIds()).getLast()).orElseThrow().tree();
  }

  private CommittedImage base() throws Exception {
    VolumeId id = empty();
    in(
        id,
        w -> {
          w.mkdir("dir");
          w.file("dir/a", "a");
          w.link("dir/a", "dir/b");
          w.file("large", "l".repeat(50_000));
          w.mkdir("gone");
          w.file("gone/x", "x");
          w.mkdir("again");
          w.file("again/old", "old");
          w.file("socket", "a file yet");
        });
    return images.commit(id, BASE, request());
  }

  private static void change(Workspace w) {
    w.removeAll("gone");
    w.rename("dir", "moved");
    w.link("moved/a", "c");
    w.write("large", 7, "changed");
    w.removeAll("again");
    w.mkdir("again");
    w.file("again/new", "new");
    w.unlink("socket");
    w.mknod("socket", FileKind.SOCKET, 0600, 0);
    w.mknod("again/socket", FileKind.SOCKET, 0600, 0);
    w.symlink("link", "moved/a");
    w.chmod("", 0750);
  }

  @Test
  void D2_4_what_is_exported_and_imported_elsewhere_is_the_committed_tree() throws Exception {
    CommittedImage base = base();
    VolumeId id = on(BASE);
    in(id, VolumeImagesTest::change);
    CommittedImage next =
        images.commit(id, NEXT, request("CMD [\"sh\"]", "ENV a=b", "ONBUILD RUN x"));
    assertThat(warnings).hasSize(2).allSatisfy(w -> assertThat(w).contains("socket"));
    ImageRecord record = store.state().image("next:1").orElseThrow();
    assertThat(record.diffIds()).containsExactly(base.diffId(), next.diffId());
    String config = new String(next.content().config(), StandardCharsets.UTF_8);
    assertThat(config).contains("\"a message\"").contains("\"Cmd\":[\"sh\"]").contains("a=b");

    assertThat(importedElsewhere(next)).isEqualTo(tree(store, record));
    try (FileSystem image = volumes.openTree(tree(store, record))) {
      Workspace w = new Workspace(image);
      assertThat(w.names("")).doesNotContain("socket", "dir", "gone");
      assertThat(w.names("again")).containsExactly("new");
      assertThat(w.inode("c")).isEqualTo(w.inode("moved/a")).isEqualTo(w.inode("moved/b"));
      assertThat(w.mode("") & 07777).isEqualTo(0750);
    }
    // The volume lives on and still differs from its base.
    in(id, w -> assertThat(w.text("large")).startsWith("lllllllchangedlll"));
    assertThat(VolumeDiff.of(store, id)).isNotEmpty();
  }

  /** The tree that another store makes of what is exported here. */
  private Digest importedElsewhere(CommittedImage made) throws Exception {
    Path out = directory.resolve("out");
    ImageLocation location = ImageLocation.parse("oci:" + out + ":1");
    ImageContent content = new Images(store).content(made.content().record());
    new ImageExporter(store, ExportOptions.defaults(), Progress.NONE)
        .run(content, Optional.of(NEXT), location, OutputStream.nullOutputStream());
    try (Store other =
        Store.open(directory.resolve("other"), StoreOptions.defaults(), Clock.systemUTC())) {
      ImportedImage imported =
          new ImageImporter(other, ImportOptions.defaults(), Progress.NONE, Clock.systemUTC())
              .run(location, Optional.of(NEXT), InputStream.nullInputStream());
      assertThat(imported.id()).isEqualTo(made.id());
      return tree(other, imported.record());
    }
  }

  @Test
  void sockets_of_a_snapshot_are_left_out_of_the_image_and_of_its_tree() throws Exception {
    Snapshots snapshots = new Snapshots(store, volumes, Clock.systemUTC());
    SnapshotKey work = new SnapshotKey("test", "work");
    SnapshotKey committed = new SnapshotKey("test", "committed");
    in(
        snapshots.prepare(work, Optional.empty(), new TreeMap<>()),
        w -> {
          w.mkdir("dir");
          w.mkdir("dir/sub");
          w.file("dir/sub/a", "a");
          w.mknod("dir/sub/socket", FileKind.SOCKET, 0600, 0);
          w.link("dir/sub/socket", "dir/again");
        });
    assertThat(snapshots.commit(committed, work, new TreeMap<>())).isNotNull();
    VolumeId id = snapshots.prepare(work, Optional.of("committed"), new TreeMap<>());
    in(id, w -> w.rename("dir", "moved"));
    CommittedImage made = images.commit(id, NEXT, request());
    Digest tree = tree(store, made.content().record());
    assertThat(importedElsewhere(made)).isEqualTo(tree);
    assertThat(warnings).isNotEmpty().allSatisfy(w -> assertThat(w).contains("socket"));
    try (FileSystem image = volumes.openTree(tree)) {
      Workspace w = new Workspace(image);
      assertThat(w.names("moved/sub")).containsExactly("a");
      assertThat(w.names("moved")).containsExactly("sub");
    }
    in(id, w -> assertThat(w.exists("moved/sub/socket")).isTrue());
  }

  @Test
  void a_mounted_volume_makes_the_same_image_as_an_unmounted_one() throws Exception {
    assertThat(base().changes()).isPositive();
    VolumeId id = on(BASE);
    CommittedImage mounted;
    try (FileSystem fileSystem = volumes.open(id, "a test")) {
      change(new Workspace(fileSystem));
      mounted = images.with(id, request(), image -> image);
    }
    assertThat(images.with(id, request(), image -> image).diffId()).isEqualTo(mounted.diffId());
    assertThat(store.state().images()).containsOnlyKeys("base:latest");
    assertThat(store.collect().layers()).isOne();
    assertThat(images.commit(id, NEXT, request()).diffId()).isEqualTo(mounted.diffId());
  }

  @Test
  void an_export_changes_nothing_of_the_volume_or_its_files() throws Exception {
    assertThat(base().changes()).isPositive();
    VolumeId id = on(BASE);
    in(id, VolumeImagesTest::change);
    in(id, w -> w.file("big", "b".repeat(60_000)));
    SortedMap<String, String> before = status(id);
    assertThat(before).hasSizeGreaterThan(2);
    List<VolumeChange> changes = VolumeDiff.of(store, id);
    assertThat(images.with(id, request(), image -> image).changes()).isPositive();
    assertThat(status(id)).isEqualTo(before);
    try (FileSystem _ = volumes.open(id, "a test")) {
      assertThat(images.with(id, request(), image -> image).changes()).isPositive();
      assertThat(status(id)).isEqualTo(before);
    }
    assertThat(VolumeDiff.of(store, id)).isEqualTo(changes);
    assertThat(store.collect().objects()).isPositive();
    assertThat(status(id)).isEqualTo(before);
  }

  @Test
  void large_files_of_an_exported_volume_are_cloned_or_copied_by_the_kernel() throws Exception {
    VolumeId id = empty();
    in(id, w -> w.file("big", "b".repeat(60_000)));
    volumes.close();
    store.close();
    List<String> steps = Collections.synchronizedList(new ArrayList<>());
    store =
        Store.open(
            directory.resolve("store"),
            StoreOptions.defaults().withSteps(steps::add),
            Clock.systemUTC());
    volumes = Volumes.of(store, VolumeOptions.defaults(), Clock.systemUTC());
    images = new VolumeImages(store, volumes, Clock.systemUTC());
    assertThat(images.with(id, request(), image -> image).changes()).isPositive();
    assertThat(steps).contains(Steps.DATA_COPIED).doesNotContain(Steps.DATA_LINKED);
    assertThat(store.verify(VerifyOptions.everything()).damages()).isEmpty();
    assertThat(store.usage().unreferencedBytes()).isGreaterThanOrEqualTo(60_000);
    assertThat(store.collect().objects()).isPositive();
    assertThat(store.usage().unreferencedBytes()).isZero();
    in(id, w -> assertThat(w.text("big")).isEqualTo("b".repeat(60_000)));
  }

  /** What the data files of a volume are, but for when they were read. */
  private SortedMap<String, String> status(VolumeId id) throws IOException {
    SortedMap<String, String> files = new TreeMap<>();
    try (Stream<Path> all = Files.list(store.layout().volumeData(id))) {
      for (Path file : all.toList()) {
        files.put(
            file.getFileName().toString(),
            Files.readAttributes(file, "unix:ino,mode,nlink,size,ctime,lastModifiedTime")
                .toString());
      }
    }
    return files;
  }

  @Test
  void a_change_that_is_no_instruction_is_refused_before_anything_is_done() throws Exception {
    assertThat(base().changes()).isPositive();
    VolumeId id = on(BASE);
    assertThatThrownBy(() -> images.commit(id, NEXT, request("RUN make")))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("RUN");
    assertThat(store.state().images()).containsOnlyKeys("base:latest");
  }

  @Test
  void D1_5_what_would_be_a_marker_in_a_layer_is_refused_with_its_path() throws Exception {
    assertThat(base().changes()).isPositive();
    VolumeId id = on(BASE);
    in(id, w -> w.file("dir/.wh.a", "a"));
    assertThatThrownBy(() -> images.commit(id, NEXT, request()))
        .isInstanceOf(ArchiveException.class)
        .hasMessageContaining("/dir/.wh.a");
    in(id, w -> assertThat(w.text("dir/.wh.a")).isEqualTo("a"));
    in(id, w -> w.unlink("dir/.wh.a"));
    in(id, w -> w.mknod("zero", FileKind.CHARACTER_DEVICE, 0600, 0));
    assertThatThrownBy(() -> images.commit(id, NEXT, request()))
        .isInstanceOf(ArchiveException.class)
        .hasMessageContaining("/zero");
  }
}
