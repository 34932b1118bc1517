package dev.lamina.image;

import static dev.lamina.image.ImageFixture.utf8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.lamina.archive.ArchiveException;
import dev.lamina.archive.CompressedBytes;
import dev.lamina.archive.Compression;
import dev.lamina.archive.TarBytes;
import dev.lamina.store.Store;
import dev.lamina.store.StoreOptions;
import dev.lamina.tree.Digest;
import dev.lamina.tree.TreePath;
import dev.lamina.tree.TreeView;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import tools.jackson.databind.JsonNode;

/** Archives that {@code docker save} wrote before 1.10, and later ones whose layers are links. */
final class OldDockerArchiveTest {
  private static final String BASE = "ba".repeat(32);
  private static final String TOP = "70".repeat(32);
  private static final String OTHER = "07".repeat(32);

  @TempDir Path dir;
  private Store store;
  private final Map<String, byte[]> files = new TreeMap<>();
  private int number;

  @BeforeEach
  void open() throws IOException {
    store = Store.open(dir.resolve("store"), StoreOptions.defaults(), Clock.systemUTC());
    add(BASE, "", base());
    add(TOP, BASE, top());
    files.put("repositories", utf8("{\"app\":{\"v1\":\"" + TOP + "\"}}"));
  }

  @AfterEach
  void close() {
    store.close();
  }

  private static byte[] base() {
    return new TarBytes().directory("etc").file("etc/a", "base\n").file("etc/b", "b").end();
  }

  private static byte[] top() {
    return new TarBytes().directory("etc").file("etc/a", "top\n").file("etc/.wh.b", "").end();
  }

  private static String json(String id, String parent) {
    return "{\"id\":\""
        + id
        + "\","
        + (parent.isEmpty() ? "" : "\"parent\":\"" + parent + "\",")
        + "\"created\":\"2014-05-06T07:08:09.123456789Z\",\"container\":\"c\",\"author\":\"me\","
        + "\"comment\":\"of "
        + id.substring(0, 2)
        + "\",\"container_config\":{\"Cmd\":[\"/bin/sh\",\"-c\",\"make "
        + id.substring(0, 2)
        + "\"]},\"docker_version\":\"1.3.0\",\"config\":{\"Env\":[\"A=1\"],\"Cmd\":[\"/run\"]},"
        + "\"architecture\":\"amd64\",\"os\":\"linux\",\"Size\":17}";
  }

  private void add(String id, String parent, byte[] layer) {
    files.put(id + "/VERSION", utf8("1.0"));
    files.put(id + "/json", utf8(json(id, parent)));
    files.put(id + "/layer.tar", layer);
  }

  private Path tar() throws IOException {
    return ImageFixture.tar(dir.resolve("archive" + number++ + ".tar"), files);
  }

  private ImportedImage load(String from) throws IOException {
    return new ImageImporter(store, ImportOptions.defaults(), Progress.NONE, Clock.systemUTC())
        .run(ImageLocation.parse(from), Optional.empty(), InputStream.nullInputStream());
  }

  private void refused(String from, String... parts) {
    assertThatThrownBy(() -> load(from))
        .isInstanceOf(ArchiveException.class)
        .message()
        .contains(parts);
    assertThat(store.state().images()).isEmpty();
  }

  private void check(ImportedImage image) throws IOException {
    assertThat(image.record().diffIds())
        .containsExactly(Digest.sha256(base()), Digest.sha256(top()));
    TreeView tree =
        TreeView.open(store.directories(), new Images(store).tree(image.record()).orElseThrow());
    assertThat(tree.walk(TreePath.parse("etc/a"))).isPositive();
    assertThat(tree.walk(TreePath.parse("etc/b"))).isZero();
  }

  @Test
  void it_becomes_the_image_that_Docker_makes_of_it() throws Exception {
    for (String from : new String[] {"", "docker-archive:"}) {
      ImportedImage image = load(from + tar());
      assertThat(image.name()).isEqualTo(new ImageName("app", "v1"));
      check(image);
      ImageConfig config = new Images(store).config(image.record());
      assertThat(config.created()).contains("2014-05-06T07:08:09.123456789Z");
      assertThat(config.platform()).isEqualTo(PlatformChoice.parse("linux/amd64"));
      assertThat(config.history())
          .extracting(entry -> entry.createdBy().orElse(""))
          .containsExactly("/bin/sh -c make ba", "/bin/sh -c make 70");
      assertThat(config.history())
          .extracting(entry -> entry.comment().orElse(""))
          .containsExactly("of ba", "of 70");
      JsonNode json = Json.object("config", config.bytes());
      assertThat(json.path("config").path("Cmd").path(0).asString("")).isEqualTo("/run");
      assertThat(json.path("author").asString("")).isEqualTo("me");
      assertThat(json.path("history").path(0).path("author").asString("")).isEqualTo("me");
      for (String gone : new String[] {"id", "parent", "Size"}) {
        assertThat(json.has(gone)).as(gone).isFalse();
      }
    }
  }

  @Test
  void a_name_chooses_and_what_has_none_is_found_by_its_parents() throws Exception {
    add(OTHER, BASE, new TarBytes().file("other", "").end());
    files.put(
        "repositories",
        utf8(
            "{\"app\":{\"v1\":\""
                + TOP
                + "\",\"same\":\""
                + TOP
                + "\"},\"host:5000/x/y\":{\"latest\":\""
                + OTHER
                + "\"}}"));
    Path both = tar();
    refused(both.toString(), "has several images; name one; there are: app:v1", "host:5000/x/y");
    refused("docker-archive:" + both + ":no", "no image named \"no\"", "app:v1, app:same");
    check(load("docker-archive:" + both + ":app:same"));
    assertThat(load("docker-archive:" + both + ":host:5000/x/y").record().diffIds()).hasSize(2);
    new Images(store).remove("app:same");
    new Images(store).remove("host:5000/x/y:latest");

    files.remove("repositories");
    refused(tar().toString(), "several images without names", TOP, OTHER);
    files.keySet().removeIf(name -> name.startsWith(OTHER));
    check(load(tar().toString()));
  }

  @Test
  void chains_that_are_broken() throws Exception {
    files.put(BASE + "/json", utf8(json(BASE, TOP)));
    refused(tar().toString(), "layer " + TOP + " is, over its parents, its own parent");
    files.remove("repositories");
    refused(tar().toString(), "each of its layers is the parent of another");
    files.put("repositories", utf8("{\"app\":{\"v1\":\"" + TOP + "\"}}"));
    files.put(BASE + "/json", utf8(json(BASE, BASE)));
    refused(tar().toString(), "layer " + BASE + " is, over its parents, its own parent");
    files.put(BASE + "/json", utf8(json(BASE, OTHER)));
    refused(tar().toString(), "layer " + OTHER + ", the parent of " + BASE + ", is not there");
    files.put(BASE + "/json", utf8(json(BASE, "../" + OTHER)));
    refused(tar().toString(), "\"../" + OTHER + "\", in " + BASE + "/json as parent, is no ID");
    files.put(BASE + "/json", utf8(json(OTHER, "")));
    refused(tar().toString(), BASE + "/json is that of another layer, " + OTHER);
    files.put(BASE + "/json", utf8("[]"));
    refused(tar().toString(), BASE + "/json: is no JSON object");
    files.remove(BASE + "/json");
    refused(tar().toString(), "layer " + BASE + ", the parent of " + TOP + ", is not there");
    add(BASE, "", base());
    files.put(BASE + "/VERSION", utf8("2.0\n"));
    refused(tar().toString(), "layer " + BASE + " is of version \"2.0\"");
    add(BASE, "", base());
    files.remove(BASE + "/layer.tar");
    refused(tar().toString(), "layer " + BASE + "/layer.tar is not there");
    files.put(BASE + "/layer.tar", utf8("no tar at all, however long".repeat(100)));
    refused(tar().toString(), "layer " + BASE + "/layer.tar");
    add(BASE, "", base());
    files.put("repositories", utf8("{\"app\":{\"v1\":\"" + OTHER + "\"}}"));
    refused(tar().toString(), "layer " + OTHER + ", which repositories names, is not there");
    files.put("repositories", utf8("{\"app\":{\"v1\":\"x\"}}"));
    refused(tar().toString(), "\"x\", in repositories for app:v1, is no ID");
  }

  @Test
  void a_chain_longer_than_any_image() throws Exception {
    String below = "";
    for (int i = 0; i < 1_100; i++) {
      String id = String.format("%064x", i);
      files.put(id + "/VERSION", utf8("1.0"));
      files.put(id + "/json", utf8(json(id, below)));
      below = id;
    }
    files.put("repositories", utf8("{\"app\":{\"v1\":\"" + below + "\"}}"));
    refused(tar().toString(), "1025 layers, and 1024 is the limit");
  }

  @Test
  void a_root_file_system_with_such_names_stays_one() throws Exception {
    files.clear();
    files.put("repositories", utf8("{\"app\":{\"v1\":\"" + TOP + "\"}}"));
    files.put("etc/json", utf8("{}"));
    files.put("etc/VERSION", utf8("1.0"));
    ImportedImage image = load(tar().toString());
    assertThat(image.record().diffIds()).hasSize(1);
  }

  /** Since 1.10 a layer that is there twice is a link, written as one of the old form. */
  @ParameterizedTest
  @EnumSource
  void layers_that_are_links_or_compressed(Compression compression) throws Exception {
    ByteArrayOutputStream first = new ByteArrayOutputStream();
    try (OutputStream out = CompressedBytes.to(first, compression)) {
      out.write(base());
    }
    String config =
        "{\"architecture\":\"amd64\",\"os\":\"linux\",\"rootfs\":{\"type\":\"layers\",\"diff_ids\":[\""
            + Digest.sha256(base())
            + "\",\""
            + Digest.sha256(top())
            + "\",\""
            + Digest.sha256(base())
            + "\"]}}";
    byte[] tar =
        new TarBytes()
            .symlink("c/layer.tar", "../b/layer.tar")
            .symlink("b/layer.tar", "../a/layer.tar")
            .add(new TarBytes.Header("a/layer.tar", '0'), first.toByteArray())
            .add(new TarBytes.Header("t/layer.tar", '0'), top())
            .link("u/layer.tar", "t/layer.tar")
            .file("config.json", config)
            .file(
                "manifest.json",
                "[{\"Config\":\"config.json\",\"RepoTags\":[\"app:v1\"],\"Layers\":"
                    + "[\"a/layer.tar\",\"u/layer.tar\",\"c/layer.tar\"]}]")
            .end();
    ImportedImage image = load(Files.write(dir.resolve("links.tar"), tar).toString());
    assertThat(image.record().diffIds()).hasSize(3);
    assertThat(image.newLayers()).isEqualTo(3);
  }

  @Test
  void links_that_lead_nowhere_or_around() throws Exception {
    for (String target : new String[] {"../a/layer.tar", "../../../etc/passwd", "/etc/passwd"}) {
      byte[] tar =
          new TarBytes()
              .file(BASE + "/VERSION", "1.0")
              .file(BASE + "/json", json(BASE, ""))
              .symlink(BASE + "/layer.tar", target)
              .symlink("a/layer.tar", "../" + BASE + "/layer.tar")
              .end();
      refused(
          Files.write(dir.resolve("links.tar"), tar).toString(),
          "layer " + BASE + "/layer.tar is not there, or is a link that leads nowhere");
    }
  }
}
