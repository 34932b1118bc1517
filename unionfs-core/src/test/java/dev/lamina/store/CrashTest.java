package dev.lamina.store;

import static org.assertj.core.api.Assertions.assertThat;

import dev.lamina.tree.Digest;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.FileVisitResult;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.SimpleFileVisitor;
import java.nio.file.attribute.BasicFileAttributes;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * Takes a copy of the store's files after every step of an order of writes, which is what a process
 * that is killed there leaves behind; opens each, and looks whether it is whole.
 */
final class CrashTest {
  private static final Map<String, byte[]> BASE =
      Imports.layer("etc/base", Imports.text("base"), "usr/one", Imports.bytes(1, 50_000));
  private static final Map<String, byte[]> TOP =
      Imports.layer("opt/small", Imports.text("small"), "opt/large", Imports.bytes(2, 60_000));
  private static final byte[] CHANGED = Imports.bytes(3, 70_000);

  @TempDir Path directory;

  /** The copies, each with the step it was taken after. */
  private final List<Moment> moments = new ArrayList<>();

  private record Moment(String step, Path copy) {}

  private Path live() {
    return directory.resolve("live");
  }

  /** The first two times of each step: later ones find nothing new. */
  private void keep(String step) {
    if (moments.stream().filter(moment -> moment.step().equals(step)).count() == 2) {
      return;
    }
    Path copy = directory.resolve("copy" + moments.size());
    try {
      copyTree(live(), copy);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    moments.add(new Moment(step, copy));
  }

  private static void copyTree(Path from, Path to) throws IOException {
    Files.walkFileTree(
        from,
        new SimpleFileVisitor<>() {
          @Override
          public FileVisitResult preVisitDirectory(Path path, BasicFileAttributes attributes)
              throws IOException {
            Files.createDirectories(to.resolve(from.relativize(path)));
            return path.endsWith("lib") ? FileVisitResult.SKIP_SUBTREE : FileVisitResult.CONTINUE;
          }

          @Override
          public FileVisitResult visitFile(Path path, BasicFileAttributes attributes)
              throws IOException {
            Files.copy(path, to.resolve(from.relativize(path)));
            return FileVisitResult.CONTINUE;
          }
        });
  }

  private static Set<String> objects(Path store) throws IOException {
    try (Stream<Path> files = Files.walk(store.resolve("objects"))) {
      Set<String> names = new TreeSet<>();
      files
          .filter(Files::isRegularFile)
          .forEach(file -> names.add(store.relativize(file).toString()));
      return names;
    }
  }

  /** All layers that are there, named by anybody or not, and all images are whole. */
  private static void requireWhole(Store store) {
    List<LayerKey> layers = List.copyOf(store.state().layers().keySet());
    store
        .state()
        .transact(
            changes -> {
              changes.putLease("all", new LeaseRecord(false, 0, layers, List.of(), List.of()));
              return true;
            });
    assertThat(store.verify(VerifyOptions.everything()).damages()).isEmpty();
    store
        .state()
        .transact(
            changes -> {
              changes.removeLease("all");
              return true;
            });
  }

  /** A second collection finds nothing that the first left, and no file is without a row. */
  private static void requireReclaimed(Store store) {
    store.collect();
    assertThat(store.usage().unreferencedBytes()).isZero();
    assertThat(store.collect()).isEqualTo(new Collection(0, 0, 0, 0, 0, 0, 0));
    assertThat(store.layout().temporaries()).isEmptyDirectory();
  }

  private void requireSteps(String... steps) {
    assertThat(new LinkedHashSet<>(moments.stream().map(Moment::step).toList())).contains(steps);
  }

  @Test
  void anImportThatIsKilledAfterAnyStepLeavesACommittedOrNoTrace() throws IOException {
    Set<String> before;
    try (Store store = Imports.open(live())) {
      Imports.image(store, "base:1", List.of(BASE));
      before = objects(live());
    }
    try (Store store = Imports.open(live(), this::keep)) {
      Imports.image(store, "top:1", List.of(BASE, TOP));
    }
    requireSteps(
        Steps.TEMPORARIES_REMOVED,
        Steps.LEASES_DROPPED,
        Steps.BLOB_WRITTEN,
        Steps.OBJECT_PUBLISHED,
        Steps.RECORD_PUT,
        Steps.FRAMING_PUT,
        Steps.OBJECTS_SYNCED,
        Steps.SHARDS_SYNCED,
        Steps.ROWS_PUT,
        Steps.STORE_FLUSHED,
        Steps.LAYER_NAMED,
        Steps.TRANSACTION_WRITTEN);
    for (Moment moment : moments) {
      try (Store store = Imports.open(moment.copy())) {
        assertThat(store.state().leases()).as(moment.step()).isEmpty();
        requireWhole(store);
        requireReclaimed(store);
        assertThat(Imports.read(store, "base:1", "usr/one")).isEqualTo(BASE.get("usr/one"));
        if (store.state().image("top:1").isEmpty()) {
          assertThat(objects(moment.copy())).as(moment.step()).isEqualTo(before);
          Imports.image(store, "top:1", List.of(BASE, TOP));
        }
        assertThat(Imports.read(store, "top:1", "opt/large")).isEqualTo(TOP.get("opt/large"));
        assertThat(Imports.read(store, "top:1", "opt/small")).isEqualTo(TOP.get("opt/small"));
        requireWhole(store);
      }
    }
    assertThat(moments.getLast().step()).isEqualTo(Steps.TRANSACTION_WRITTEN);
  }

  @Test
  void aCommitThatIsKilledAfterAnyStepLosesNoData() throws IOException {
    Digest digest = Digest.sha256(CHANGED);
    Path data;
    try (Store store = Imports.open(live())) {
      data = store.layout().volumeData(new VolumeId(1));
      Files.createDirectories(data);
      Files.write(data.resolve("17"), CHANGED);
    }
    try (Store store = Imports.open(live(), this::keep);
        StoreWriter session = store.begin("commit")) {
      session.link(data.resolve("17"), digest, CHANGED.length);
      session.commit(
          changes -> {
            changes.putLease(
                "committed", new LeaseRecord(false, 0, List.of(), List.of(), List.of()));
            return true;
          });
    }
    requireSteps(
        Steps.DATA_LINKED, Steps.OBJECT_PUBLISHED, Steps.ROWS_PUT, Steps.TRANSACTION_WRITTEN);
    for (Moment moment : moments) {
      try (Store store = Imports.open(moment.copy())) {
        Path file = store.layout().volumeData(new VolumeId(1)).resolve("17");
        assertThat(file).as(moment.step()).hasBinaryContent(CHANGED);
        if (store.state().leases().containsKey("committed")) {
          assertThat(store.blob(digest, CHANGED.length)).isInstanceOf(Blob.ObjectFile.class);
        }
        requireReclaimed(store);
        assertThat(file).hasBinaryContent(CHANGED);
      }
    }
  }

  @Test
  void aSweepThatIsKilledAfterAnyStepIsFinishedByTheNext() throws IOException {
    try (Store store = Imports.open(live())) {
      Imports.image(store, "base:1", List.of(BASE));
      Imports.image(store, "top:1", List.of(BASE, TOP));
      Imports.image(
          store,
          "other:1",
          List.of(Imports.layer("x", CHANGED, "usr/one", Imports.bytes(1, 50_000))));
      Imports.remove(store, "top:1");
      Imports.remove(store, "other:1");
    }
    try (Store store = Imports.open(live(), this::keep)) {
      assertThat(store.collect().objects()).isEqualTo(2);
    }
    requireSteps(
        Steps.MARKED,
        Steps.STATE_SWEPT,
        Steps.ROWS_SWEPT,
        Steps.SWEEP_FLUSHED,
        Steps.OBJECT_UNLINKED,
        Steps.STRAYS_UNLINKED);
    for (Moment moment : moments) {
      try (Store store = Imports.open(moment.copy())) {
        requireWhole(store);
        // What was half deleted is no foundation for an import.
        Imports.image(store, "top:1", List.of(BASE, TOP));
        requireWhole(store);
        Imports.remove(store, "top:1");
        requireReclaimed(store);
        assertThat(objects(moment.copy())).as(moment.step()).hasSize(1);
        assertThat(Imports.read(store, "base:1", "usr/one")).isEqualTo(BASE.get("usr/one"));
        requireWhole(store);
      }
    }
  }

  @Test
  void theMakingOfAStoreMayBeKilled() throws IOException {
    try (Store store = Imports.open(live())) {
      keep("made");
      assertThat(store.state().images()).isEmpty();
    }
    for (String missing : List.of("format", "state", "store", "tmp")) {
      Path copy = directory.resolve("without-" + missing);
      copyTree(moments.getFirst().copy(), copy);
      Files.delete(copy.resolve("format"));
      if (!missing.equals("format")) {
        deleteTree(copy.resolve(missing));
      }
      try (Store store = Imports.open(copy)) {
        Imports.image(store, "base:1", List.of(BASE));
        requireWhole(store);
      }
    }
  }

  private static void deleteTree(Path path) throws IOException {
    try (Stream<Path> files = Files.walk(path)) {
      for (Path file : files.sorted(Comparator.reverseOrder()).toList()) {
        Files.delete(file);
      }
    }
  }
}
