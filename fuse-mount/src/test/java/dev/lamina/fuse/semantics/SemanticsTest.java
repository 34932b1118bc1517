package dev.lamina.fuse.semantics;

import dev.lamina.archive.ArchiveException;
import dev.lamina.archive.LayerExporter;
import dev.lamina.archive.Tool;
import dev.lamina.fuse.MountOptions;
import dev.lamina.image.ImageName;
import dev.lamina.snapshot.CommitRequest;
import dev.lamina.snapshot.CommittedImage;
import dev.lamina.snapshot.VolumeImages;
import dev.lamina.store.ImageRecord;
import dev.lamina.store.LayerKey;
import dev.lamina.store.VolumeId;
import dev.lamina.testing.RequiresFuse;
import dev.lamina.testing.RequiresRoot;
import dev.lamina.testing.fs.LowerTree;
import dev.lamina.tree.Digest;
import dev.lamina.volume.TestStore;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CopyOnWriteArrayList;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.TestInfo;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** The rules of one section: a test for each line, whose name begins with the line's number. */
@RequiresFuse
@RequiresRoot
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
@Timeout(value = 120, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
abstract class SemanticsTest {
  private final List<String> steps = new CopyOnWriteArrayList<>();
  private Path directory;
  private TestStore store;
  private Lamina lamina;
  private List<UnionProgram> programs;
  private SemanticsDocument document;
  private String test = "";

  @BeforeAll
  final void openStore(@TempDir Path temporary) {
    directory = temporary;
    store = new TestStore(temporary.resolve("store"), steps::add);
    lamina = new Lamina(store);
    programs = List.of(lamina, new KernelOverlay(), new FuseOverlayfs());
    document = SemanticsDocument.of(programs);
  }

  @AfterAll
  final void closeStore() {
    store.close();
  }

  @BeforeEach
  final void rememberTest(TestInfo info) {
    test = info.getTestMethod().orElseThrow().getName();
  }

  /** The line that the running test is named after, and what it is about in a sentence or two. */
  final Line line(String rule) {
    return new Line(getClass().getSimpleName(), test, rule, programs, directory, document);
  }

  /** What is seen in a volume on layers in tars, the lowest first. */
  final String tarred(Look look, byte[]... tars) throws Exception {
    return inVolume(new TarLayers(store).volume(List.of(tars)), look);
  }

  /** What is seen in a volume that is there. */
  final String inVolume(VolumeId id, Look look) throws Exception {
    Path own = Files.createTempDirectory(directory, "volume");
    try (Union union = lamina.mount(own, id, MountOptions.defaults().forAllUsers())) {
      return Line.seen(look, new User(union));
    }
  }

  /** Something that a user does in a volume before it is committed. */
  @FunctionalInterface
  interface Deed {
    void by(User user) throws Exception;
  }

  /**
   * The tar of the layer that a volume's commit makes.
   *
   * @throws dev.lamina.archive.ArchiveException where a layer cannot carry what was done
   */
  final byte[] committed(VolumeId id, Deed deed) throws Exception {
    inVolume(
        id,
        user -> {
          deed.by(user);
          return "done";
        });
    CommittedImage image = commit(id);
    LayerKey key = LayerKey.chain(image.content().record().diffIds()).getLast();
    Digest framing = store.store().state().layer(key).orElseThrow().framing();
    ByteArrayOutputStream tar = new ByteArrayOutputStream();
    new LayerExporter(store.store()).write(image.diffId(), framing, tar);
    return tar.toByteArray();
  }

  private CommittedImage commit(VolumeId id) throws IOException {
    VolumeImages images = new VolumeImages(store.store(), store.volumes(), Clock.systemUTC());
    return images.commit(id, ImageName.parse("committed"), CommitRequest.plain("a test", _ -> {}));
  }

  /** A volume on an image of one layer. */
  final VolumeId onImage(LowerTree layer) throws IOException {
    ImageRecord image = commit(store.volume(layer)).content().record();
    LayerKey key = LayerKey.chain(image.diffIds()).getLast();
    Digest tree = store.store().state().layer(key).orElseThrow().tree();
    return store
        .store()
        .state()
        .transact(
            transaction ->
                store
                    .volumes()
                    .create(
                        transaction,
                        tree,
                        image.diffIds(),
                        Optional.of(image.config()),
                        "committed"));
  }

  /** Says whether a refusal names the path that is at fault. */
  static String refused(ArchiveException refusal, String path) {
    String message = String.valueOf(refusal.getMessage());
    return "refused, " + (message.contains(path) ? "naming " + path : message);
  }

  /** The names of a layer's entries, in their order. */
  static String entries(byte[] tar) throws IOException {
    String listed = new String(Tool.run(List.of("tar", "-t"), tar), StandardCharsets.UTF_8);
    return String.join(" ", listed.lines().toList());
  }

  /** What the store has done with its disk, step by step; to be emptied before what is watched. */
  final List<String> takenSteps() {
    return steps;
  }

  final TestStore store() {
    return store;
  }

  final Lamina lamina() {
    return lamina;
  }

  /** For what the tests of the class need on disk. */
  final Path directory() {
    return directory;
  }
}
