package dev.lamina.image;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.lamina.archive.ArchiveException;
import dev.lamina.archive.Compression;
import dev.lamina.archive.Limits;
import dev.lamina.archive.TarBytes;
import dev.lamina.store.Store;
import dev.lamina.store.StoreOptions;
import dev.lamina.store.StoreUsage;
import dev.lamina.store.VerifyOptions;
import dev.lamina.tree.Digest;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** Bad images are refused with a message, and leave the store as it was. */
final class BadImageTest {
  @TempDir Path dir;
  private Store store;
  private StoreUsage before;
  private int number;

  @BeforeEach
  void open() throws IOException {
    store = Store.open(dir.resolve("store"), StoreOptions.defaults(), Clock.systemUTC());
    byte[] good =
        new TarBytes()
            .directory("etc")
            .file("etc/good", "g".repeat(10_000))
            .symlink("etc/out", "../../../etc")
            .symlink("etc/abs", "/etc")
            .symlink("loop", "loop")
            .end();
    load("tar:" + write(good), "good");
    store.collect();
    before = store.usage();
  }

  /** Whatever a test had refused, the store is as it was once a collection has run. */
  @AfterEach
  void nothing_is_left() {
    try {
      assertThat(store.verify(VerifyOptions.everything()).damages()).isEmpty();
      store.collect();
      StoreUsage after = store.usage();
      assertThat(after.images()).isEqualTo(before.images());
      assertThat(after.objectBytes()).isEqualTo(before.objectBytes());
      assertThat(store.state().layers()).hasSize(1);
      assertThat(store.verify(VerifyOptions.everything()).damages()).isEmpty();
    } finally {
      store.close();
    }
  }

  private Path write(byte[] bytes) throws IOException {
    return Files.write(dir.resolve("input" + number++), bytes);
  }

  private void load(String from, String name) throws IOException {
    new ImageImporter(store, ImportOptions.defaults(), Progress.NONE, Clock.systemUTC())
        .run(
            ImageLocation.parse(from),
            Optional.of(ImageName.parse(name)),
            InputStream.nullInputStream());
  }

  private void refused(String from, String... parts) {
    assertThatThrownBy(() -> load(from, "bad"))
        .isInstanceOf(ArchiveException.class)
        .message()
        .contains(parts);
    assertThat(store.state().images()).containsOnlyKeys("good:latest");
  }

  private void refusedTar(TarBytes tar, String... parts) throws IOException {
    byte[] content =
        new TarBytes().file("large", "stored before the bad entry".repeat(500)).bytes();
    refused("tar:" + write(new TarBytes().raw(content).raw(tar.end()).end()), parts);
  }

  private void refusedOnTop(TarBytes tar, String... parts) throws IOException {
    byte[] base = new TarBytes().directory("etc").symlink("etc/out", "../../..").end();
    ImageFixture image =
        new ImageFixture(
            ImageFixture.Layer.of(base, Compression.NONE),
            ImageFixture.Layer.of(tar.end(), Compression.GZIP));
    Path oci = ImageFixture.directory(dir.resolve("oci" + number++), image.oci("v1"));
    refused("oci:" + oci, parts);
  }

  @Test
  @Timeout(60)
  void a_fifo_that_nobody_writes_is_refused_and_not_waited_for() throws Exception {
    Path fifo = dir.resolve("fifo");
    assertThat(new ProcessBuilder("mkfifo", fifo.toString()).start().waitFor()).isZero();
    for (String form : List.of("", "tar:", "oci-archive:", "docker-archive:")) {
      refused(form + fifo, "is no regular file", "lamina import - < " + fifo);
    }
  }

  @Test
  void entries_that_leave_the_root() throws Exception {
    refusedTar(new TarBytes().file("../evil", "x"), "entry \"../evil\"");
    refusedTar(new TarBytes().file("/abs", "x"), "entry \"/abs\"", "absolute");
  }

  @Test
  void D11_3_entries_through_a_symbolic_link_that_points_out() throws Exception {
    refusedTar(
        new TarBytes().symlink("out", "../..").file("out/evil", "x"), "out/evil", "out of the");
    refusedTar(
        new TarBytes().symlink("abs", "/etc").file("abs/passwd", "x"), "abs/passwd", "absolute");
    refusedTar(new TarBytes().symlink("a", "b").symlink("b", "a").file("a/x", "x"), "in circles");
    refusedTar(new TarBytes().file("f", "x").file("f/below", "x"), "/f/below", "no directory");
    refusedOnTop(new TarBytes().file("etc/out/evil", "x"), "etc/out/evil", "out of the");
    refusedOnTop(new TarBytes().link("etc/h", "etc/out/passwd"), "etc/h", "out of the");
  }

  @Test
  void hard_links_to_the_outside_to_nothing_and_to_directories() throws Exception {
    refusedTar(new TarBytes().link("h", "../../etc/passwd"), "entry \"h\"");
    refusedTar(new TarBytes().link("h", "/etc/shadow"), "/h", "/etc/shadow");
    refusedTar(new TarBytes().link("h", "nothing"), "/h", "/nothing");
    refusedTar(new TarBytes().link("h", "i").link("i", "h"), "/h");
    refusedTar(new TarBytes().link("h", "h"), "/h");
    refusedTar(new TarBytes().directory("d").link("d/loop", "d"), "/d/loop", "directory");
  }

  @Test
  void truncated_and_damaged_archives() throws Exception {
    byte[] tar = new TarBytes().file("a", "x".repeat(3000)).file("b", "y").end();
    for (int length : new int[] {100, 700, 2000, tar.length - 1024, 0}) {
      refused("tar:" + write(Arrays.copyOf(tar, length)), "cut off");
    }
    byte[] gzip = ImageFixture.Layer.of(tar, Compression.GZIP).blob();
    refused("tar:" + write(Arrays.copyOf(gzip, gzip.length / 2)), "gzip", "cut off");
    byte[] flipped = gzip.clone();
    flipped[gzip.length / 2] ^= 16;
    refused("tar:" + write(flipped), "gzip");
  }

  @Test
  void wrong_digests_and_sizes() throws Exception {
    byte[] tar = new TarBytes().file("a", "x".repeat(3000)).end();
    ImageFixture image = new ImageFixture(ImageFixture.Layer.of(tar, Compression.GZIP));
    byte[] blob = image.layers.getFirst().blob();
    for (byte[] target : new byte[][] {blob, image.config(), image.manifest()}) {
      Map<String, byte[]> files = image.oci("v1");
      byte[] bad = target.clone();
      bad[bad.length / 2] ^= 1;
      files.put(OciLayoutReader.path(Digest.sha256(target)), bad);
      Path oci = ImageFixture.directory(dir.resolve("oci" + number++), files);
      refused("oci:" + oci, "expected " + Digest.sha256(target));
      files.put(
          OciLayoutReader.path(Digest.sha256(target)), Arrays.copyOf(target, target.length - 3));
      Path shorter = ImageFixture.directory(dir.resolve("oci" + number++), files);
      refused("oci:" + shorter, "bytes, and its manifest says " + target.length);
      files.remove(OciLayoutReader.path(Digest.sha256(target)));
      Path without = ImageFixture.directory(dir.resolve("oci" + number++), files);
      refused("oci:" + without, "is not there");
    }
    Map<String, byte[]> docker = image.docker("app:1");
    docker.put(
        image.layers.getFirst().diffId().hex() + "/layer.tar",
        new TarBytes().file("other", "x").end());
    refused(
        "docker-archive:" + ImageFixture.tar(dir.resolve("docker.tar"), docker),
        "expected diffID " + image.layers.getFirst().diffId());
  }

  @Test
  void bombs() throws Exception {
    refusedTar(
        new TarBytes()
            .pax("GNU.sparse.size", "10737418240", "GNU.sparse.map", "0,1")
            .file("bomb", "x"),
        "entry \"bomb\"",
        "sparse bomb");
    byte[] zeros = new TarBytes().file("zeros", "\0".repeat(4 << 20)).end();
    Path gzip = write(ImageFixture.Layer.of(zeros, Compression.GZIP).blob());
    Limits strict = new Limits(1L << 40, 100, 1 << 20, 1000, 1 << 20, 0, 1, 1 << 20, 10, 10 << 20);
    ImportOptions options = ImportOptions.defaults().withLimits(strict);
    assertThatThrownBy(
            () ->
                new ImageImporter(store, options, Progress.NONE, Clock.systemUTC())
                    .run(
                        ImageLocation.parse("tar:" + gzip),
                        Optional.of(ImageName.parse("bad")),
                        InputStream.nullInputStream()))
        .isInstanceOf(ArchiveException.class)
        .hasMessageContaining("gzip bomb");
    assertThat(store.state().images()).hasSize(1);
  }

  @Test
  void what_is_no_image() throws Exception {
    refused("oci:" + dir, "no OCI image layout");
    refused("dir:" + dir, "manifest.json");
    refused("oci:" + dir.resolve("absent"), "no directory");
    refused(dir.resolve("absent").toString(), "is not there");
    refused("docker-archive:" + write(TarBytes.latin("no archive".repeat(100))), "tar header");
    refused("docker-archive:" + write(new TarBytes().file("x", "").end()), "manifest.json");
    refused(
        "docker-archive:" + write(new TarBytes().file("manifest.json", "[{]").end()), "no JSON");
    refused(
        "docker-archive:"
            + write(new TarBytes().file("manifest.json", "[{\"Config\":\"../x\"}]").end()),
        "../x");
    Path oci = Files.createDirectory(dir.resolve("index-only"));
    Files.writeString(oci.resolve("index.json"), "[".repeat(5000));
    refused("oci:" + oci, "no JSON");
  }
}
