package dev.lamina.image;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.lamina.archive.ArchiveException;
import dev.lamina.archive.Compression;
import dev.lamina.archive.LayerExporter;
import dev.lamina.archive.TarBytes;
import dev.lamina.store.Damage;
import dev.lamina.store.ImageRecord;
import dev.lamina.store.LayerKey;
import dev.lamina.store.Store;
import dev.lamina.store.StoreOptions;
import dev.lamina.store.VerifyOptions;
import dev.lamina.tree.Digest;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What is damaged is taken again from where it came, and nothing else changes. */
final class ImageRepairTest {
  /** Hardly compressible, so that also its layer as it came is an object. */
  private static final String LARGE = letters(50_000);

  private static final String TOP = "top".repeat(10_000);

  private static String letters(int count) {
    Random random = new Random(1);
    StringBuilder text = new StringBuilder();
    for (int i = 0; i < count; i++) {
      text.append((char) ('!' + random.nextInt(90)));
    }
    return text.toString();
  }

  @TempDir Path dir;
  private Store store;
  private ImageFixture image;
  private Path oci;
  private ImageRecord record;

  @BeforeEach
  void open() throws IOException {
    store = Store.open(dir.resolve("store"), StoreOptions.defaults(), Clock.systemUTC());
    image =
        new ImageFixture(
            ImageFixture.Layer.of(
                new TarBytes().file("etc/large", LARGE).file("etc/small", "small").end(),
                Compression.GZIP),
            ImageFixture.Layer.of(new TarBytes().file("top", TOP).end(), Compression.ZSTD));
    oci = ImageFixture.directory(dir.resolve("oci"), image.oci("v1"));
    record = load("oci:" + oci, "app:v1", true);
  }

  @AfterEach
  void close() {
    store.close();
  }

  private ImageRecord load(String from, String name, boolean keep) throws IOException {
    return new ImageImporter(
            store,
            ImportOptions.defaults().withKeepCompressed(keep),
            Progress.NONE,
            Clock.systemUTC())
        .run(
            ImageLocation.parse(from),
            Optional.of(ImageName.parse(name)),
            InputStream.nullInputStream())
        .record();
  }

  private List<Damage> verify() {
    return store.verify(VerifyOptions.thorough(new LayerExporter(store)::check)).damages();
  }

  private ImageRepair.Repaired repair(String from) throws IOException {
    return new ImageRepair(store, ImportOptions.defaults(), Progress.NONE)
        .run(ImageLocation.parse(from), InputStream.nullInputStream());
  }

  private void damage(byte[] content) throws IOException {
    Path object = store.layout().object(Digest.sha256(content));
    assertThat(object.toFile().setWritable(true)).isTrue();
    byte[] bytes = Files.readAllBytes(object);
    bytes[bytes.length / 2] ^= 4;
    Files.write(object, bytes);
  }

  private void sound() throws IOException {
    assertThat(verify()).isEmpty();
    assertThat(store.state().image("app:v1")).contains(record);
    assertThat(store.state().images()).hasSize(1);
    try (InputStream in = store.content(Digest.sha256(TarBytes.latin(LARGE)), LARGE.length())) {
      assertThat(in.readAllBytes()).isEqualTo(TarBytes.latin(LARGE));
    }
  }

  @Test
  void an_object_is_taken_again_from_each_form_of_the_image() throws Exception {
    Path docker = ImageFixture.tar(dir.resolve("docker.tar"), image.docker("other:name"));
    Path archive = ImageFixture.tar(dir.resolve("oci.tar"), image.oci("v1"));
    for (String from :
        new String[] {
          "oci:" + oci + ":v1",
          "oci-archive:" + archive,
          "docker-archive:" + docker,
          docker.toString()
        }) {
      damage(TarBytes.latin(LARGE));
      assertThat(verify()).hasSize(1);
      // The layers above are marked too, for their trees hold the file.
      assertThat(repair(from).layers()).as(from).isEqualTo(2);
      sound();
      assertThat(repair(from)).isEqualTo(new ImageRepair.Repaired(0, 0, 0));
    }
  }

  @Test
  void only_what_is_damaged_is_taken_again() throws Exception {
    damage(TarBytes.latin(TOP));
    assertThat(verify()).hasSize(1);
    assertThat(repair("oci:" + oci)).isEqualTo(new ImageRepair.Repaired(1, 0, 0));
    sound();
  }

  @Test
  void a_compressed_layer_that_was_kept_is_taken_again() throws Exception {
    byte[] blob = image.layers.getFirst().blob();
    damage(blob);
    assertThat(verify()).hasSize(1);
    assertThat(repair("oci:" + oci).blobs()).isEqualTo(1);
    sound();
  }

  @Test
  void what_is_missing_is_taken_again() throws Exception {
    Files.delete(store.layout().object(Digest.sha256(TarBytes.latin(TOP))));
    Files.delete(store.layout().object(Digest.sha256(TarBytes.latin(LARGE))));
    assertThat(verify()).hasSize(2);
    repair("oci:" + oci);
    sound();
  }

  @Test
  void an_image_that_nobody_has_is_refused_and_nothing_of_it_is_taken() throws Exception {
    ImageFixture other =
        new ImageFixture(
            ImageFixture.Layer.of(new TarBytes().file("x", "x").end(), Compression.GZIP));
    Path there = ImageFixture.directory(dir.resolve("other"), other.oci("v1"));
    damage(TarBytes.latin(TOP));
    assertThat(verify()).hasSize(1);
    assertThatThrownBy(() -> repair("oci:" + there))
        .isInstanceOf(ArchiveException.class)
        .hasMessageContaining("has no layer that anything in the store needs");
    assertThat(
            store
                .state()
                .layer(LayerKey.chain(List.of(other.layers.getFirst().diffId())).getFirst()))
        .isEmpty();
    assertThat(verify()).hasSize(1);
    repair("oci:" + oci);
    sound();
  }

  @Test
  void a_source_that_is_damaged_itself_is_refused() throws Exception {
    damage(TarBytes.latin(TOP));
    assertThat(verify()).hasSize(1);
    Path blob = oci.resolve(OciLayoutReader.path(Digest.sha256(image.layers.getLast().blob())));
    byte[] bytes = Files.readAllBytes(blob);
    bytes[bytes.length / 2] ^= 1;
    Files.write(blob, bytes);
    assertThatThrownBy(() -> repair("oci:" + oci))
        .isInstanceOf(ArchiveException.class)
        .hasMessageContaining("digest");
    assertThat(verify()).hasSize(1);
  }

  @Test
  void a_root_file_system_is_taken_again_from_its_tar() throws Exception {
    byte[] tar = new TarBytes().file("r", "root".repeat(5_000)).end();
    Path file = Files.write(dir.resolve("root.tar"), tar);
    load("tar:" + file, "root:1", false);
    damage(TarBytes.latin("root".repeat(5_000)));
    assertThat(verify()).hasSize(1);
    assertThat(repair("tar:" + file).layers()).isEqualTo(1);
    assertThat(verify()).isEmpty();
  }
}
