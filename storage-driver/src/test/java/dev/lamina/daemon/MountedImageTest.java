package dev.lamina.daemon;

import static org.assertj.core.api.Assertions.assertThat;

import dev.lamina.archive.Compression;
import dev.lamina.fuse.Mount;
import dev.lamina.image.ExportOptions;
import dev.lamina.store.VerifyOptions;
import dev.lamina.store.VolumeId;
import dev.lamina.testing.FileTree;
import dev.lamina.testing.HazardImage;
import dev.lamina.testing.RequiresFuse;
import dev.lamina.testing.RequiresImage;
import dev.lamina.testing.RequiresRoot;
import dev.lamina.tree.Digest;
import java.io.BufferedInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.SortedMap;
import java.util.TreeMap;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.TestInstance.Lifecycle;
import org.junit.jupiter.api.io.TempDir;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/**
 * A real image with what union file systems get wrong, in all the forms it may come in: a mount of
 * it shows what umoci unpacks, and what goes out is what came in, as skopeo and umoci see it.
 *
 * <p>The property {@code lamina.image} names another directory with the same forms of an image.
 */
@RequiresImage
@RequiresFuse
@RequiresRoot
@TestInstance(Lifecycle.PER_CLASS)
final class MountedImageTest {
  private final Map<String, SortedMap<String, String>> expected = new HashMap<>();
  private Path directory = Path.of("");
  private HazardImage image = new HazardImage(Path.of(""));
  private MountedStore store;

  @BeforeAll
  void importAll(@TempDir Path temporary) throws Exception {
    directory = temporary;
    String other = System.getProperty("lamina.image", "");
    image = other.isEmpty() ? HazardImage.get() : new HazardImage(Path.of(other));
    store = new MountedStore(directory.resolve("store"));
    for (Map.Entry<String, String> source : sources().entrySet()) {
      store.load(source.getValue(), source.getKey());
    }
    for (String tag : List.of("debian", "hazards")) {
      expected.put(tag, unpacked("oci:" + image.oci() + ":" + tag));
    }
  }

  @AfterAll
  void close() {
    store.close();
  }

  private Map<String, String> sources() {
    Map<String, String> sources = new LinkedHashMap<>();
    sources.put("debian:gzip", "oci:" + image.oci() + ":debian");
    sources.put("hazards:gzip", "oci:" + image.oci() + ":hazards");
    sources.put("hazards:zstd", "oci:" + image.ociZstd() + ":hazards");
    sources.put("hazards:docker", "docker-archive:" + image.dockerArchive());
    return sources;
  }

  @Test
  void every_form_is_the_same_image() {
    for (String form : List.of("hazards:zstd", "hazards:docker")) {
      assertThat(store.tree(form)).isEqualTo(store.tree("hazards:gzip"));
      assertThat(store.images().resolve(form).getValue().diffIds())
          .isEqualTo(store.images().resolve("hazards:gzip").getValue().diffIds());
    }
    assertThat(store.store().verify(VerifyOptions.everything()).damages()).isEmpty();
  }

  @Test
  void a_mounted_image_is_what_umoci_unpacks() throws Exception {
    for (String tag : List.of("debian", "hazards")) {
      SortedMap<String, String> unpacked = expected.getOrDefault(tag, new TreeMap<>());
      Path target = Files.createDirectory(directory.resolve("image-" + tag));
      try (Mount mount = store.mountImage(tag + ":gzip", target)) {
        assertThat(mount.isMounted()).isTrue();
        assertSame(unpacked, FileTree.describe(target));
      }
      if (tag.equals("hazards")) {
        assertThat(unpacked.keySet())
            .anyMatch(name -> name.length() - name.lastIndexOf('/') == 256);
        VolumeId volume = store.volume("hazards:docker");
        Path writable = Files.createDirectory(directory.resolve("volume-" + tag));
        try (Mount mount = store.mountVolume(volume, writable)) {
          assertThat(mount.isMounted()).isTrue();
          assertSame(unpacked, FileTree.describe(writable));
        }
      }
    }
  }

  @Test
  void what_goes_out_has_the_layers_that_came_in() throws Exception {
    List<String> diffIds = diffIds("oci:" + image.oci() + ":hazards");
    assertThat(diffIds).hasSizeGreaterThan(2);
    for (Compression compression : List.of(Compression.NONE, Compression.GZIP, Compression.ZSTD)) {
      Path out = directory.resolve("out-" + compression.word());
      store.export(
          "hazards:zstd",
          "oci:" + out + ":hazards",
          ExportOptions.defaults().withCompression(compression));
      String exported = "oci:" + out + ":hazards";
      assertThat(diffIds(exported)).isEqualTo(diffIds);
      assertThat(layerDigests(out)).isEqualTo(diffIds);
      if (compression == Compression.GZIP) {
        assertSame(expected.getOrDefault("hazards", new TreeMap<>()), unpacked(exported));
      }
    }
    Path docker = directory.resolve("out.docker.tar");
    store.export("hazards:gzip", "docker-archive:" + docker, ExportOptions.defaults());
    assertThat(diffIds("docker-archive:" + docker)).isEqualTo(diffIds);
    Path copy = directory.resolve("copy");
    // Skopeo compares each layer it reads with its digest.
    run("skopeo", "copy", "--quiet", "docker-archive:" + docker, "oci:" + copy + ":hazards");
    assertThat(layerDigests(copy)).isEqualTo(diffIds);
  }

  private static void assertSame(
      SortedMap<String, String> expected, SortedMap<String, String> actual) {
    assertThat(expected).hasSizeGreaterThan(1000);
    assertThat(FileTree.differences("umoci ", expected, "lamina", actual)).isEmpty();
  }

  private SortedMap<String, String> unpacked(String source) throws Exception {
    Path bundle = Files.createTempDirectory(directory, "bundle");
    String layout = source.substring("oci:".length());
    run("umoci", "unpack", "--image", layout, bundle.resolve("b").toString());
    SortedMap<String, String> tree = FileTree.describe(bundle.resolve("b/rootfs"));
    run("rm", "-rf", bundle.toString());
    return tree;
  }

  private List<String> diffIds(String source) throws Exception {
    List<String> diffIds = new ArrayList<>();
    JsonMapper.builder()
        .build()
        .readTree(run("skopeo", "inspect", "--config", source))
        .at("/rootfs/diff_ids")
        .forEach(id -> diffIds.add(id.asString()));
    return diffIds;
  }

  /** Unpacks the layers of a layout's one image and hashes what is in them. */
  private static List<String> layerDigests(Path layout) throws Exception {
    JsonMapper mapper = JsonMapper.builder().build();
    JsonNode index = mapper.readTree(layout.resolve("index.json").toFile());
    assertThat(index.at("/manifests")).hasSize(1);
    JsonNode manifest =
        mapper.readTree(blob(layout, index.at("/manifests/0/digest").asString()).toFile());
    List<String> digests = new ArrayList<>();
    for (JsonNode layer : manifest.at("/layers")) {
      digests.add(contentDigest(blob(layout, layer.at("/digest").asString())).toString());
    }
    return digests;
  }

  private static Path blob(Path layout, String digest) {
    return layout.resolve("blobs").resolve(digest.replace(':', '/'));
  }

  private static Digest contentDigest(Path layer) throws Exception {
    MessageDigest digest = MessageDigest.getInstance("SHA-256");
    byte[] start;
    try (InputStream in = Files.newInputStream(layer)) {
      start = in.readNBytes(Compression.MAGIC_LENGTH);
    }
    try (InputStream in =
        Compression.detect(start)
            .decompress(new BufferedInputStream(Files.newInputStream(layer)), 1 << 20)) {
      byte[] buffer = new byte[1 << 16];
      int read;
      while ((read = in.read(buffer)) > 0) {
        digest.update(buffer, 0, read);
      }
    }
    return Digest.of(digest.digest());
  }

  private String run(String... command) throws IOException, InterruptedException {
    Path errors = Files.createTempFile(directory, "errors", "");
    Process process = new ProcessBuilder(command).redirectError(errors.toFile()).start();
    String output = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
    assertThat(process.waitFor())
        .as(() -> String.join(" ", command))
        .withFailMessage(() -> errorsOf(errors))
        .isZero();
    return output;
  }

  private static String errorsOf(Path errors) {
    try {
      return Files.readString(errors);
    } catch (IOException e) {
      return e.toString();
    }
  }
}
