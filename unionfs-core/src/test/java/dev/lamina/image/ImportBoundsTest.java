package dev.lamina.image;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.lamina.archive.ArchiveException;
import dev.lamina.archive.Compression;
import dev.lamina.archive.LayerImporter;
import dev.lamina.archive.LayerSource;
import dev.lamina.archive.Limits;
import dev.lamina.archive.ReadLayer;
import dev.lamina.archive.TarBytes;
import dev.lamina.store.LayerKey;
import dev.lamina.store.LayerRecord;
import dev.lamina.store.Store;
import dev.lamina.store.StoreOptions;
import dev.lamina.store.StoreWriter;
import dev.lamina.tree.Digest;
import dev.lamina.tree.Tree;
import dev.lamina.tree.TreePath;
import dev.lamina.tree.TreeView;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** What would go on for ever, ends. */
final class ImportBoundsTest {
  @TempDir Path dir;
  private Store store;

  @BeforeEach
  void open() {
    store = Store.open(dir.resolve("store"), StoreOptions.defaults(), Clock.systemUTC());
  }

  @AfterEach
  void close() {
    store.close();
  }

  private ImportedImage load(String from, Limits limits, InputStream in) throws IOException {
    ImportOptions options = ImportOptions.defaults().withLimits(limits);
    return new ImageImporter(store, options, Progress.NONE, Clock.systemUTC())
        .run(ImageLocation.parse(from), Optional.of(ImageName.parse("it")), in);
  }

  @Test
  @Timeout(60)
  void standard_input_without_an_end_is_spooled_up_to_the_limit() throws Exception {
    InputStream endless =
        new InputStream() {
          @Override
          public int read() {
            return 'x';
          }

          @Override
          public int read(byte[] target, int offset, int length) {
            return length;
          }
        };
    assertThatThrownBy(() -> load("-", Limits.defaults().withBytes(1 << 20), endless))
        .isInstanceOf(ArchiveException.class)
        .hasMessageContaining("standard input")
        .hasMessageContaining("1048576 bytes")
        .hasMessageContaining("limit");
    try (var left = Files.list(store.layout().temporaries())) {
      assertThat(left).isEmpty();
    }
  }

  @Test
  @Timeout(60)
  void a_directory_that_holds_the_store_is_imported_without_it() throws Exception {
    Files.writeString(dir.resolve("file"), "content");
    ImportedImage image = load(dir.toString(), Limits.defaults(), InputStream.nullInputStream());
    TreeView tree =
        TreeView.open(
            store.directories(),
            Tree.load(store, new Images(store).tree(image.record()).orElseThrow().digest()));
    assertThat(tree.walk(TreePath.parse("file"))).isPositive();
    assertThat(tree.walk(TreePath.parse("store"))).isPositive();
    assertThat(tree.walk(TreePath.parse("store/objects"))).isZero();
  }

  private static Limits memory(long bytes) {
    Limits d = Limits.defaults();
    return new Limits(
        d.bytes(),
        d.ratio(),
        d.ratioFrom(),
        d.entries(),
        d.headerBytes(),
        d.holeBytes(),
        d.sparseSegments(),
        bytes,
        3,
        d.inflaterBytes());
  }

  private static LayerSource layer(String name, byte[] tar) {
    return new LayerSource(
        name,
        () -> new ByteArrayInputStream(tar),
        Optional.empty(),
        Optional.of(Digest.sha256(tar)),
        false);
  }

  private static byte[] files(int count) {
    TarBytes tar = new TarBytes();
    for (int i = 0; i < count; i++) {
      tar.file("file" + i, "");
    }
    return tar.end();
  }

  @Test
  void layers_that_wait_to_be_applied_share_one_budget_of_memory() throws Exception {
    byte[] tar = files(1000);
    try (StoreWriter writer = store.begin("import")) {
      LayerImporter importer = new LayerImporter(store, writer, memory(1_000_000), _ -> {});
      ReadLayer first = importer.read(layer("first", tar), _ -> {});
      ReadLayer second = importer.read(layer("second", tar), _ -> {});
      assertThatThrownBy(() -> importer.read(layer("third", tar), _ -> {}))
          .isInstanceOf(ArchiveException.class)
          .hasMessageContaining("third")
          .hasMessageContaining("1000000 bytes");
      importer.apply(first, LayerKey.chain(List.of(first.diffId())).getFirst(), Optional.empty());
      assertThat(importer.read(layer("third", tar), _ -> {}).diffId()).isEqualTo(second.diffId());
    }
  }

  /** The last entry of each tar is told as a warning: its entries have been counted by then. */
  @Test
  @Timeout(60)
  void layers_that_fit_one_by_one_are_imported_however_many_are_read_at_a_time() throws Exception {
    CountDownLatch others = new CountDownLatch(2);
    List<AtomicLong> told = new ArrayList<>();
    List<AtomicInteger> opened = new ArrayList<>();
    Progress progress =
        new Progress() {
          @Override
          public void begin(List<Long> layerBytes) {}

          @Override
          public void advance(int layer, long bytes) {
            told.get(layer).addAndGet(bytes);
          }

          @Override
          public void state(int layer, LayerState state) {}

          @Override
          public void warn(String message) {}
        };
    try (StoreWriter writer = store.begin("import")) {
      LayerImporter importer =
          new LayerImporter(store, writer, memory(1_000_000), _ -> others.countDown());
      try (LayerReads reads = new LayerReads(importer, 3, progress)) {
        List<byte[]> tars = new ArrayList<>();
        for (int i = 0; i < 6; i++) {
          int index = i;
          TarBytes tar = new TarBytes();
          for (int k = 0; k < (i == 5 ? 4000 : 1000); k++) {
            tar.file("file" + k + "of" + i, "");
          }
          tars.add(tar.file(".wh..wh.end", "").end());
          told.add(new AtomicLong());
          opened.add(new AtomicInteger());
          LayerSource source =
              new LayerSource(
                  "layer " + i,
                  () -> {
                    opened.get(index).incrementAndGet();
                    if (index == 0) {
                      awaitAll(others);
                    }
                    return new ByteArrayInputStream(tars.get(index));
                  },
                  Optional.empty(),
                  Optional.of(Digest.sha256(tars.get(i))),
                  false);
          reads.add(source, i);
        }
        List<LayerKey> keys = LayerKey.chain(tars.stream().map(Digest::sha256).toList());
        Optional<LayerRecord> below = Optional.empty();
        for (int i = 0; i < 5; i++) {
          below = Optional.of(importer.apply(reads.await(i), keys.get(i), below));
          assertThat(told.get(i)).hasValue(tars.get(i).length);
        }
        assertThat(opened).allMatch(times -> times.get() <= 2);
        assertThat(opened.getFirst()).hasValue(2);
        assertThatThrownBy(() -> reads.await(5))
            .isInstanceOf(ArchiveException.class)
            .hasMessageContaining("layer 5")
            .hasMessageContaining("raise the limit of entries");
      }
    }
  }

  private static void awaitAll(CountDownLatch latch) throws IOException {
    try {
      latch.await();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IOException(e);
    }
  }

  @Test
  void no_more_layers_are_read_ahead_than_at_a_time() throws Exception {
    AtomicInteger opened = new AtomicInteger();
    byte[] tar = files(1);
    try (StoreWriter writer = store.begin("import");
        LayerReads reads =
            new LayerReads(
                new LayerImporter(store, writer, Limits.defaults(), _ -> {}), 2, Progress.NONE)) {
      for (int i = 0; i < 10; i++) {
        LayerSource source =
            new LayerSource(
                "layer " + i,
                () -> {
                  opened.incrementAndGet();
                  return new ByteArrayInputStream(tar);
                },
                Optional.empty(),
                Optional.of(Digest.sha256(tar)),
                false);
        reads.add(source, i);
      }
      for (int i = 0; i < 10; i++) {
        assertThat(reads.await(i).entries()).isEqualTo(1);
        assertThat(opened.get()).isLessThanOrEqualTo(i + 3);
      }
    }
  }

  @Test
  void what_a_tar_holds_beside_contents_is_bounded_and_the_message_names_the_layer()
      throws Exception {
    byte[] garbage = new byte[400_000];
    new Random(1).nextBytes(garbage);
    Path tar = dir.resolve("padded.tar");
    Files.write(tar, new TarBytes().raw(files(1)).raw(garbage).bytes());
    assertThatThrownBy(() -> load("tar:" + tar, memory(1_000_000), InputStream.nullInputStream()))
        .isInstanceOf(ArchiveException.class)
        .hasMessageContaining(tar.toString())
        .hasMessageContaining("even when compressed");
  }

  @Test
  void an_image_of_too_many_layers() throws Exception {
    ImageFixture image = new ImageFixture();
    for (int i = 0; i < 4; i++) {
      image.layers.add(ImageFixture.Layer.of(files(i), Compression.GZIP));
    }
    Path oci = ImageFixture.directory(dir.resolve("oci"), image.oci("v1"));
    assertThatThrownBy(() -> load("oci:" + oci, memory(1 << 20), InputStream.nullInputStream()))
        .isInstanceOf(ArchiveException.class)
        .hasMessageContaining("has 4 layers, and 3 is the limit");
    load("oci:" + oci, memory(1 << 20).withLayers(4), InputStream.nullInputStream());
    assertThatThrownBy(() -> Limits.defaults().withLayers(0))
        .isInstanceOf(IllegalArgumentException.class);
  }

  @Test
  void of_many_warnings_the_first_and_the_number_of_the_others_are_told() throws Exception {
    TarBytes tar = new TarBytes();
    for (int i = 0; i < 150; i++) {
      tar.file("same", "");
    }
    Path file = dir.resolve("same.tar");
    Files.write(file, tar.end());
    KeptWarnings progress = new KeptWarnings();
    new ImageImporter(store, ImportOptions.defaults(), progress, Clock.systemUTC())
        .run(
            ImageLocation.parse("tar:" + file),
            Optional.of(ImageName.parse("it")),
            InputStream.nullInputStream());
    assertThat(progress.warnings()).hasSize(101);
    assertThat(progress.warnings().getFirst()).contains("same", "twice");
    assertThat(progress.warnings().getLast()).isEqualTo("and 49 more warnings like these");
  }

  @Test
  void a_root_file_system_may_have_a_manifest_of_its_own() throws Exception {
    Path tar = dir.resolve("root.tar");
    for (String manifest : new String[] {"# not JSON", "{\"a\":1}", "[]", "[".repeat(100_000)}) {
      Files.write(
          tar,
          new TarBytes()
              .file("manifest.json", manifest)
              .file("oci-layout", "mine")
              .file("index.json", "mine too")
              .end());
      ImportedImage image = load(tar.toString(), Limits.defaults(), InputStream.nullInputStream());
      TreeView tree =
          TreeView.open(store.directories(), new Images(store).tree(image.record()).orElseThrow());
      assertThat(tree.walk(TreePath.parse("manifest.json"))).isPositive();
    }
  }

  @Test
  void an_archive_with_more_files_than_an_image_needs_is_a_root_file_system_or_refused()
      throws Exception {
    ImageFixture image = new ImageFixture(ImageFixture.Layer.of(files(1), Compression.NONE));
    Map<String, byte[]> many = image.docker("app:1");
    Path few = ImageFixture.tar(dir.resolve("few.tar"), many);
    for (int i = 0; i < 500; i++) {
      many.put("more/" + i, new byte[0]);
    }
    Path docker = ImageFixture.tar(dir.resolve("docker.tar"), many);
    load("docker-archive:" + few, memory(1 << 20), InputStream.nullInputStream());
    for (String from : new String[] {"docker-archive:" + docker, docker.toString()}) {
      assertThatThrownBy(() -> load(from, memory(1 << 20), InputStream.nullInputStream()))
          .isInstanceOf(ArchiveException.class)
          .hasMessageContaining("too many files for an image");
    }
    many.remove("manifest.json");
    Path root = ImageFixture.tar(dir.resolve("root.tar"), many);
    load(root.toString(), memory(1 << 20), InputStream.nullInputStream());
  }

  @Test
  void the_store_is_not_imported_into_itself() {
    for (Path inside : new Path[] {store.layout().root(), store.layout().objects()}) {
      assertThatThrownBy(
              () -> load(inside.toString(), Limits.defaults(), InputStream.nullInputStream()))
          .isInstanceOf(ArchiveException.class)
          .hasMessageContaining(inside.toString())
          .hasMessageContaining("into itself");
    }
  }
}
