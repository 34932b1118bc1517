package dev.lamina.store;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.lamina.linux.Fd;
import dev.lamina.linux.FileIo;
import dev.lamina.tree.Digest;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.Consumer;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

final class CollectionTest {
  private static final byte[] COMMON = Imports.bytes(1, 100_000);
  private static final byte[] ONLY_A = Imports.bytes(2, 50_000);
  private static final byte[] ONLY_B = Imports.bytes(3, 60_000);
  private static final Map<String, byte[]> BASE =
      Imports.layer("etc/base", Imports.text("base"), "usr/common", COMMON);
  private static final Map<String, byte[]> A = Imports.layer("opt/a", ONLY_A);
  private static final Map<String, byte[]> B = Imports.layer("opt/b", ONLY_B);

  @TempDir Path directory;
  private final AtomicReference<Steps> steps = new AtomicReference<>(Steps.NONE);
  private Store store;

  @BeforeEach
  void open() {
    store = Imports.open(directory, step -> steps.get().after(step));
  }

  @AfterEach
  void close() {
    store.close();
  }

  /** Runs something once, when a step has been taken for the first time. */
  private void once(String at, Runnable action) {
    steps.set(
        step -> {
          if (step.equals(at)) {
            steps.set(Steps.NONE);
            action.run();
          }
        });
  }

  private Set<Digest> objects() throws IOException {
    Set<Digest> found = new HashSet<>();
    try (Stream<Path> files = Files.walk(store.layout().objects())) {
      files
          .filter(Files::isRegularFile)
          .forEach(
              file ->
                  found.add(
                      Digest.parse(
                          store.layout().objects().relativize(file).toString().replace("/", ""))));
    }
    return found;
  }

  private void requireSound() {
    assertThat(store.verify(VerifyOptions.everything()).damages()).isEmpty();
  }

  @Test
  void anEmptyStoreGivesNothingBack() {
    assertThat(store.collect()).isEqualTo(new Collection(0, 0, 0, 0, 0, 0, 0));
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        Steps.MARKED,
        Steps.STATE_SWEPT,
        Steps.ROWS_SWEPT,
        Steps.SWEEP_FLUSHED,
        Steps.OBJECT_UNLINKED
      })
  void oneThatIsCancelledLeavesASoundStoreAndTheRestToTheNext(String step) throws IOException {
    Imports.image(store, "b:1", List.of(BASE, B));
    Set<Digest> objectsBefore = objects();
    long rowsBefore = rows();
    Imports.image(store, "a:1", List.of(BASE, A));
    Imports.remove(store, "a:1");
    once(step, () -> Thread.currentThread().interrupt());
    assertThatThrownBy(store::collect).hasMessageContaining("cancelled");
    assertThat(Thread.interrupted()).isTrue();
    requireSound();
    assertThat(store.collect()).isNotNull();
    assertThat(objects()).isEqualTo(objectsBefore);
    assertThat(rows()).isEqualTo(rowsBefore);
    requireSound();
  }

  @Test
  void aUsageReportIsCancelled() {
    Imports.image(store, "b:1", List.of(BASE, B));
    Thread.currentThread().interrupt();
    assertThatThrownBy(store::usage).hasMessageContaining("cancelled");
    assertThat(Thread.interrupted()).isTrue();
    assertThat(store.usage().images()).hasSize(1);
  }

  @Test
  void removingAnImageGivesBackExactlyWhatOnlyItUsed() throws IOException {
    Imports.image(store, "b:1", List.of(BASE, B));
    Set<Digest> objectsBefore = objects();
    long rowsBefore = rows();
    Imports.image(store, "a:1", List.of(BASE, A));
    assertThat(rows()).isGreaterThan(rowsBefore);
    Imports.remove(store, "a:1");
    Collection gone = store.collect();
    assertThat(gone.layers()).isEqualTo(1);
    assertThat(gone.contents()).isEqualTo(2);
    assertThat(gone.objects()).isEqualTo(1);
    assertThat(gone.framings()).isEqualTo(1);
    assertThat(gone.bytes()).isGreaterThan(ONLY_A.length).isLessThan(ONLY_A.length + 20_000);
    assertThat(objects()).isEqualTo(objectsBefore);
    assertThat(rows()).isEqualTo(rowsBefore);
    requireSound();
    assertThat(Imports.read(store, "b:1", "usr/common")).isEqualTo(COMMON);
    assertThat(store.collect()).isEqualTo(new Collection(0, 0, 0, 0, 0, 0, 0));
  }

  /**
   * What can be seen of the number of rows: a second collection would count what the first left.
   */
  private long rows() {
    Verification all = store.verify(VerifyOptions.everything());
    return all.records() + all.blobs() + all.layers();
  }

  @Test
  void theLastNameOfAnImageKeepsIt() {
    Imports.image(store, "a:1", List.of(BASE, A));
    store
        .state()
        .transact(
            changes -> {
              changes.putImage("a:2", changes.image("a:1").orElseThrow());
              changes.removeImage("a:1");
              return true;
            });
    assertThat(store.collect().layers()).isZero();
    assertThat(Imports.read(store, "a:2", "opt/a")).isEqualTo(ONLY_A);
  }

  @Test
  void aTreeInUseStaysUntilItIsLetGo() {
    ImageRecord image = Imports.image(store, "a:1", List.of(BASE, A));
    LayerKey top = LayerKey.chain(image.diffIds()).getLast();
    Digest tree = store.state().layer(top).orElseThrow().tree();
    Use use = store.state().transact(changes -> changes.use(tree));
    Use again = store.use(tree);
    Imports.remove(store, "a:1");
    store.collect();
    use.close();
    use.close();
    store.collect();
    assertThat(store.blob(Digest.sha256(ONLY_A), ONLY_A.length)).isNotNull();
    assertThat(store.record(tree)).isNotEmpty();
    again.close();
    assertThat(store.collect().objects()).isEqualTo(2);
  }

  @Test
  void snapshotsAndLeasesAndVolumesKeepWhatTheyName() {
    ImageRecord image = Imports.image(store, "a:1", List.of(BASE, A));
    List<LayerKey> chain = LayerKey.chain(image.diffIds());
    Digest tree = store.state().layer(chain.getLast()).orElseThrow().tree();
    SnapshotKey snapshot = new SnapshotKey("cli", "s");
    store.register((at, sink) -> {});
    VolumeId volume =
        store
            .state()
            .transact(
                changes -> {
                  changes.putSnapshot(
                      snapshot,
                      new SnapshotRecord(
                          SnapshotKind.COMMITTED,
                          Optional.empty(),
                          new SnapshotContent.OfTree(tree),
                          0,
                          0,
                          new TreeMap<>()));
                  changes.putLease("lease", new LeaseRecord(false, 0, chain, List.of(), List.of()));
                  VolumeId id = changes.newVolumeId();
                  changes.putVolume(
                      id,
                      new VolumeRecord(
                          tree,
                          1,
                          image.diffIds(),
                          Optional.of(image.config()),
                          "a:1",
                          VolumeState.ACTIVE,
                          0,
                          2,
                          1,
                          0));
                  changes.removeImage("a:1");
                  return id;
                });
    Collection first = store.collect();
    assertThat(first.layers()).isZero();
    assertThat(first.contents()).isEqualTo(1); // the manifest; the volume names the config
    drop(changes -> changes.removeLease("lease"));
    assertThat(store.collect().layers()).isZero();
    drop(changes -> changes.removeVolume(volume));
    Collection third = store.collect();
    assertThat(third.layers()).isEqualTo(2);
    assertThat(third.objects()).isZero();
    drop(changes -> changes.removeSnapshot(snapshot));
    assertThat(store.collect().objects()).isEqualTo(2);
  }

  private void drop(Consumer<StateTransaction> change) {
    store
        .state()
        .transact(
            changes -> {
              change.accept(changes);
              return true;
            });
  }

  @Test
  void blobsOfVolumesAreRoots() {
    try (StoreWriter session = store.begin("commit")) {
      session.putBytes(ONLY_A);
      session.putBytes(ONLY_B);
      session.flush();
    }
    Digest named = Digest.sha256(ONLY_A);
    store.register((at, sink) -> sink.blob(new VolumeId(1), 2, named, ONLY_A.length));
    assertThat(store.collect().objects()).isEqualTo(1);
    assertThat(store.blob(named, ONLY_A.length)).isNotNull();
  }

  @Test
  void volumesWithoutAnybodyWhoKnowsTheirBlobsStopACollection() {
    store
        .state()
        .transact(
            changes -> {
              changes.putVolume(
                  changes.newVolumeId(),
                  new VolumeRecord(
                      Digest.sha256(ONLY_A),
                      1,
                      List.of(),
                      Optional.empty(),
                      "",
                      VolumeState.ACTIVE,
                      0,
                      2,
                      1,
                      0));
              return true;
            });
    assertThatThrownBy(store::collect).isInstanceOf(RuntimeException.class);
  }

  @Test
  void anObjectThatIsOpenIsReadToItsEnd() {
    Imports.image(store, "a:1", List.of(A));
    try (Fd file = store.openObject(Digest.sha256(ONLY_A), ONLY_A.length)) {
      Imports.remove(store, "a:1");
      assertThat(store.collect().objects()).isEqualTo(1);
      byte[] all = new byte[ONLY_A.length];
      assertThat(FileIo.readFully(file.value(), all, 0, all.length, 0)).isEqualTo(all.length);
      assertThat(all).isEqualTo(ONLY_A);
    }
  }

  @Test
  void filesWithoutARowGo() throws IOException {
    Imports.image(store, "b:1", List.of(B));
    Path stray = store.layout().object(Digest.sha256(ONLY_A));
    Files.write(stray, ONLY_A);
    assertThat(store.usage().unreferencedBytes()).isGreaterThanOrEqualTo(ONLY_A.length);
    assertThat(store.collect().objects()).isEqualTo(1);
    assertThat(stray).doesNotExist();
    requireSound();
  }

  @Test
  void whatASessionHasPinnedStays() {
    try (StoreWriter session = store.begin("import")) {
      session.putBytes(ONLY_A);
      session.flush();
      session.putBytes(ONLY_B); // published, without a row
      assertThat(store.collect().objects()).isZero();
      session.flush();
      assertThat(store.blob(Digest.sha256(ONLY_B), ONLY_B.length)).isNotNull();
    }
    assertThat(store.collect().objects()).isEqualTo(2);
  }

  @Test
  void anImportThatBeginsAndEndsWhileACollectionMarksLosesNothing() {
    Imports.image(store, "old:1", List.of(BASE, A));
    Imports.remove(store, "old:1");
    // The collection has marked nothing; all that the import finds is about to be deleted.
    once(Steps.MARKED, () -> Imports.image(store, "new:1", List.of(BASE, A)));
    store.collect();
    requireSound();
    assertThat(Imports.read(store, "new:1", "opt/a")).isEqualTo(ONLY_A);
    assertThat(Imports.read(store, "new:1", "etc/base")).isEqualTo(Imports.text("base"));
  }

  @Test
  void anImportAfterAnyStepOfTheSweepLosesNothing() {
    for (String step :
        List.of(
            Steps.STATE_SWEPT,
            Steps.ROWS_SWEPT,
            Steps.SWEEP_FLUSHED,
            Steps.OBJECT_UNLINKED,
            Steps.STRAYS_UNLINKED)) {
      Imports.image(store, "old:1", List.of(BASE, A));
      Imports.remove(store, "old:1");
      once(step, () -> Imports.image(store, "new:1", List.of(BASE, A)));
      store.collect();
      requireSound();
      assertThat(Imports.read(store, "new:1", "opt/a")).as(step).isEqualTo(ONLY_A);
      Imports.remove(store, "new:1");
      store.collect();
    }
  }

  @Test
  void aLayerThatARunningCollectionHasNotMarkedCountsAsAbsent() {
    ImageRecord image = Imports.image(store, "old:1", List.of(BASE));
    LayerKey key = LayerKey.chain(image.diffIds()).getFirst();
    List<Boolean> taken = new ArrayList<>();
    Imports.image(store, "kept:1", List.of(B));
    Imports.remove(store, "old:1");
    once(
        Steps.MARKED,
        () -> {
          try (StoreWriter session = store.begin("import")) {
            taken.add(session.takeLayer(key).isPresent());
            taken.add(
                session
                    .takeLayer(LayerKey.chain(List.of(Imports.diffId(B))).getFirst())
                    .isPresent());
          }
        });
    store.collect();
    assertThat(taken).containsExactly(false, true);
  }

  @Test
  void aLayerThatIsTakenStaysWithItsSession() {
    ImageRecord image = Imports.image(store, "old:1", List.of(BASE));
    LayerKey key = LayerKey.chain(image.diffIds()).getFirst();
    try (StoreWriter session = store.begin("import")) {
      assertThat(session.takeLayer(key)).isPresent();
      Imports.remove(store, "old:1");
      assertThat(store.collect().layers()).isZero();
    }
    assertThat(store.state().leases()).isEmpty();
    assertThat(store.collect().layers()).isEqualTo(1);
  }

  @Test
  @Timeout(60)
  void whoHoldsTheGateKeepsNobodyOutWhileACollectionWaitsForIt() throws Exception {
    try (ExecutorService pool = Executors.newFixedThreadPool(2)) {
      Future<Collection> collection;
      try (Hold _ = store.state().hold()) {
        collection = pool.submit(store::collect);
        TimeUnit.MILLISECONDS.sleep(100); // time for it to wait; without, the test sees less
        // Waiting here for what another thread needs the gate for is what a fork may do.
        assertThat(pool.submit(() -> store.state().transact(changes -> true)).get()).isTrue();
        assertThat(collection.isDone()).isFalse();
      }
      assertThat(collection.get().objects()).isZero();
    }
  }

  @Test
  void anImageOfALayerThatIsNotThereIsRefused() {
    ImageRecord image = Imports.image(store, "old:1", List.of(BASE));
    Imports.remove(store, "old:1");
    store.collect();
    assertThatThrownBy(() -> drop(changes -> changes.putImage("new:1", image)))
        .isInstanceOf(StoreException.class)
        .hasMessageContaining("not there");
  }

  @Test
  void importsAndCollectionsBesideEachOtherLoseNothing() throws Exception {
    int importers = 3;
    int rounds = 12;
    try (ExecutorService pool = Executors.newFixedThreadPool(importers + 1)) {
      List<Future<Boolean>> running = new ArrayList<>();
      for (int i = 0; i < importers; i++) {
        running.add(pool.submit(importer("image" + i, i, rounds)));
      }
      Callable<Boolean> collector =
          () -> {
            while (!running.stream().allMatch(Future::isDone)) {
              store.collect();
            }
            return true;
          };
      Future<Boolean> collecting = pool.submit(collector);
      for (Future<Boolean> one : running) {
        one.get();
      }
      collecting.get();
    }
    requireSound();
    store.collect();
    requireSound();
  }

  /** Imports images that overlap with everybody's, reads them, and removes them again. */
  private Callable<Boolean> importer(String name, int seed, int rounds) {
    return () -> {
      for (int round = 0; round < rounds; round++) {
        Map<String, byte[]> middle =
            Imports.layer(
                "m/small", Imports.text("small " + (round + seed) % 3),
                "m/large", Imports.bytes((round + seed) % 3 + 100, 20_000));
        Map<String, byte[]> top = Imports.layer("t/" + name, Imports.text(name + round));
        Imports.image(store, name, List.of(BASE, middle, top));
        assertThat(Imports.read(store, name, "m/large")).isEqualTo(middle.get("m/large"));
        assertThat(Imports.read(store, name, "m/small")).isEqualTo(middle.get("m/small"));
        assertThat(Imports.read(store, name, "etc/base")).isEqualTo(Imports.text("base"));
        if (round % 3 == 2) {
          Imports.remove(store, name);
        }
      }
      return true;
    };
  }
}
