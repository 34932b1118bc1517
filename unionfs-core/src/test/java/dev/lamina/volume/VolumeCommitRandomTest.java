package dev.lamina.volume;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.fail;

import dev.lamina.archive.ArchiveException;
import dev.lamina.archive.LayerChange;
import dev.lamina.archive.LayerExporter;
import dev.lamina.archive.LayerImporter;
import dev.lamina.archive.LayerSource;
import dev.lamina.archive.LayerWriter;
import dev.lamina.archive.Limits;
import dev.lamina.archive.WrittenLayer;
import dev.lamina.fs.FileKind;
import dev.lamina.fs.FileSystem;
import dev.lamina.store.LayerKey;
import dev.lamina.store.LayerRecord;
import dev.lamina.store.StoreWriter;
import dev.lamina.store.VolumeId;
import dev.lamina.store.VolumeRecord;
import dev.lamina.testing.fs.LowerTree;
import dev.lamina.testing.fs.RandomOperations;
import dev.lamina.testing.fs.RandomSubject;
import dev.lamina.tree.Change;
import dev.lamina.tree.Digest;
import dev.lamina.tree.Metadata;
import dev.lamina.tree.TreeDifference;
import dev.lamina.tree.TreeEntry;
import dev.lamina.tree.TreePath;
import dev.lamina.tree.TreeView;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.IdentityHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * Random sequences of operations on a volume with commits among them, against the model: a new
 * volume on the committed tree shows the same. Each commit is made of the open volume, of the
 * closed one, which inherits it, and of what that is then: all three make one tree and one layer,
 * which makes that tree of the base. What changed is told as two whole trees differ.
 */
final class VolumeCommitRandomTest implements RandomSubject {
  private final IdentityHashMap<FileSystem, VolumeId> ids = new IdentityHashMap<>();
  private TestStore store;
  private long commits;
  private long layers;

  @BeforeEach
  void openStore(@TempDir Path directory) {
    store = new TestStore(directory.resolve("store"));
  }

  @AfterEach
  void closeStore() {
    store.close();
  }

  @Test
  void a_commit_makes_exactly_the_tree_that_the_volume_shows() throws Exception {
    long seed = Long.getLong("lamina.random.seed", 1);
    Duration duration = Duration.ofSeconds(Long.getLong("lamina.random.seconds", 10));
    assertThat(new RandomOperations(this).run(seed, duration)).isPositive();
    assertThat(commits).isPositive();
    assertThat(layers).isPositive();
  }

  @Override
  public boolean commits() {
    return true;
  }

  @Override
  public FileSystem create(LowerTree lower) {
    return open(store.volume(lower));
  }

  private FileSystem open(VolumeId id) {
    FileSystem fileSystem = store.open(id);
    ids.put(fileSystem, id);
    return fileSystem;
  }

  private VolumeId id(FileSystem fileSystem) {
    return Objects.requireNonNull(ids.get(fileSystem));
  }

  @Override
  public FileSystem remount(FileSystem fileSystem) {
    VolumeId id = id(fileSystem);
    fileSystem.close();
    return open(id);
  }

  @Override
  public FileSystem commit(FileSystem fileSystem) {
    try {
      return commits(fileSystem);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private FileSystem commits(FileSystem fileSystem) throws IOException {
    commits++;
    VolumeId id = id(fileSystem);
    Committed fork = committed(id, false);
    List<VolumeChange> told = VolumeDiff.of(store.store(), id);
    fileSystem.close();
    assertThat(VolumeDiff.of(store.store(), id)).isEqualTo(told);
    assertThat(committed(id, true)).isEqualTo(fork);
    assertThat(VolumeDiff.of(store.store(), id)).isEqualTo(told);
    checkTold(told, store.store().state().volume(id).orElseThrow(), fork.tree);
    try (VolumeCommit commit = VolumeCommit.beginUnused(store.store(), store.volumes(), id)) {
      assertThat(committed(commit)).isEqualTo(fork);
      VolumeId next =
          commit
              .writer()
              .commit(
                  transaction -> {
                    commit.remove(transaction);
                    return store
                        .volumes()
                        .create(transaction, fork.tree, List.of(), Optional.empty(), "committed");
                  });
      commit.settle();
      return open(next);
    }
  }

  /** What a commit makes; no layer where something was deleted that has too long a name. */
  private record Committed(Digest tree, Optional<Digest> diffId) {}

  private Committed committed(VolumeId id, boolean inherits) throws IOException {
    try (VolumeCommit commit = VolumeCommit.begin(store.store(), store.volumes(), id)) {
      Committed made = committed(commit);
      if (inherits) {
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
        assertThat(store.store().layout().volumeData(id)).isEmptyDirectory();
      }
      return made;
    }
  }

  /**
   * Makes tree and layer, each from the changes: the layer's tar, imported on the base as any other
   * one is, makes the same tree.
   */
  private Committed committed(VolumeCommit commit) throws IOException {
    List<LayerChange> changes = commit.changes();
    Digest tree = commit.tree(changes).digest();
    StoreWriter writer = commit.writer();
    writer.flush();
    LayerWriter layerWriter =
        new LayerWriter(
            store.store()::content,
            path -> metadata(TreeView.open(store.store().directories(), tree), path),
            warning -> fail(warning));
    WrittenLayer written;
    try {
      written = layerWriter.write(changes, writer);
    } catch (ArchiveException e) {
      assertThat(e).hasMessageContaining("its name of 255 bytes is too long for the whiteout");
      return new Committed(tree, Optional.empty());
    }
    layers++;
    writer.flush();
    ByteArrayOutputStream tar = new ByteArrayOutputStream();
    new LayerExporter(store.store()).write(written.diffId(), written.framing(), tar);
    assertThat(imported(tar.toByteArray(), written, commit.volume().baseTree())).isEqualTo(tree);
    return new Committed(tree, Optional.of(written.diffId()));
  }

  private static Metadata metadata(TreeView tree, TreePath path) {
    return tree.entry(tree.walk(path)).metadata();
  }

  private Digest imported(byte[] tar, WrittenLayer written, Digest base) throws IOException {
    try (StoreWriter writer = store.store().begin("import what was committed")) {
      LayerImporter importer =
          new LayerImporter(store.store(), writer, Limits.defaults(), warning -> fail(warning));
      LayerSource source =
          new LayerSource(
              "the committed layer",
              () -> new ByteArrayInputStream(tar),
              Optional.of(written.diffId()),
              Optional.of(written.diffId()),
              false);
      LayerRecord below = new LayerRecord(base, written.framing(), 0, 0, 0, false);
      LayerKey key = new LayerKey(written.diffId(), Optional.of(base));
      return importer.apply(importer.read(source, bytes -> {}), key, Optional.of(below)).tree();
    }
  }

  /** What is told against a comparison of two whole trees. */
  private void checkTold(List<VolumeChange> told, VolumeRecord volume, Digest committed) {
    // The commit's session is over; nothing is collected meanwhile.
    TreeView before = TreeView.open(store.store().directories(), volume.baseTree());
    TreeView after = TreeView.open(store.store().directories(), committed);
    TreeMap<TreePath, VolumeChange.Kind> lines = new TreeMap<>();
    told.forEach(change -> lines.put(change.path(), change.kind()));
    TreeSet<TreePath> added = new TreeSet<>();
    TreeSet<TreePath> deleted = new TreeSet<>();
    TreeSet<TreePath> modified = new TreeSet<>();
    TreeDifference.diff(
        before,
        after,
        change -> {
          switch (change) {
            case Change.Added(TreePath path, TreeEntry _, long _) -> added.add(path);
            case Change.Deleted(TreePath path, TreeEntry _) -> deleted.add(path);
            case Change.Modified m -> modified.add(m.path());
          }
        });
    modified.remove(TreePath.ROOT);
    added.removeIf(path -> before.walk(path) != 0 && modified.add(path));
    deleted.removeIf(path -> after.walk(path) != 0 || !isInDirectory(after, path));
    assertThat(of(lines, VolumeChange.Kind.ADDED)).isEqualTo(added);
    assertThat(of(lines, VolumeChange.Kind.DELETED)).isEqualTo(deleted);
    assertThat(of(lines, VolumeChange.Kind.CHANGED)).containsAll(modified);
  }

  private static boolean isInDirectory(TreeView tree, TreePath path) {
    long parent = tree.walk(path.parent());
    return parent != 0 && tree.entry(parent).kind() == FileKind.DIRECTORY;
  }

  private static Set<TreePath> of(Map<TreePath, VolumeChange.Kind> lines, VolumeChange.Kind kind) {
    TreeSet<TreePath> paths = new TreeSet<>();
    lines.forEach(
        (path, k) -> {
          if (k == kind) {
            paths.add(path);
          }
        });
    return paths;
  }
}
