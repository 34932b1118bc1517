package dev.lamina.image;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.lamina.archive.ArchiveException;
import dev.lamina.archive.CompressedBytes;
import dev.lamina.archive.Compression;
import dev.lamina.archive.TarBytes;
import dev.lamina.archive.Tool;
import dev.lamina.linux.Fd;
import dev.lamina.linux.FileAttributes;
import dev.lamina.linux.FileStatus;
import dev.lamina.store.ImageLayer;
import dev.lamina.store.ImageRecord;
import dev.lamina.store.Store;
import dev.lamina.store.StoreOptions;
import dev.lamina.testing.RequiresPrograms;
import dev.lamina.tree.Digest;
import dev.lamina.tree.TreeEntry;
import dev.lamina.tree.TreePath;
import dev.lamina.tree.TreeView;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.StandardProtocolFamily;
import java.net.UnixDomainSocketAddress;
import java.nio.channels.ServerSocketChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.time.Clock;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Images go in and come out, in every form, and are the same. */
final class ImageRoundTripTest {
  private static final InputStream NOTHING = InputStream.nullInputStream();

  @TempDir Path dir;
  private Store store;
  private ImageFixture image;

  @BeforeEach
  void open() throws IOException {
    store = Store.open(dir.resolve("store"), StoreOptions.defaults(), Clock.systemUTC());
    image =
        new ImageFixture(
            ImageFixture.Layer.of(base(), Compression.GZIP),
            ImageFixture.Layer.of(top(), Compression.ZSTD));
  }

  @AfterEach
  void close() {
    store.close();
  }

  private static byte[] base() {
    return new TarBytes()
        .directory("./")
        .directory("etc/")
        .file("etc/issue", "base\n")
        .file("etc/passwd", "root\n")
        .directory("usr/")
        .directory("usr/lib/")
        .symlink("lib", "usr/lib")
        .file("usr/lib/big", "b".repeat(20_000))
        .pax("GNU.sparse.size", "200000", "GNU.sparse.map", "10,5,150000,5")
        .file("sparse", "0123456789")
        .file("twice", "first")
        .file("twice", "second")
        .raw(new byte[1024])
        .raw(TarBytes.latin("trailing garbage"))
        .bytes();
  }

  private static byte[] top() {
    return new TarBytes()
        .directory("etc")
        .file("etc/.wh.issue", "")
        .file("lib/through-a-link", "in usr/lib\n")
        .link("passwd2", "etc/passwd")
        .link("passwd3", "passwd2")
        .pax("SCHILY.xattr.user.a", "\0\377", "mtime", "1700000000.123456789")
        .file("etc/new", "new\n")
        .end();
  }

  private ImportedImage load(String from, String name) throws IOException {
    return load(from, name, ImportOptions.defaults());
  }

  private ImportedImage load(String from, String name, ImportOptions options) throws IOException {
    return new ImageImporter(store, options, Progress.NONE, Clock.systemUTC())
        .run(ImageLocation.parse(from), Optional.of(ImageName.parse(name)), NOTHING);
  }

  private void export(String name, String to, ExportOptions options) throws IOException {
    export(name, to, options, OutputStream.nullOutputStream());
  }

  private void export(String name, String to, ExportOptions options, OutputStream out)
      throws IOException {
    Images images = new Images(store);
    Map.Entry<String, ImageRecord> found = images.resolve(name);
    new ImageExporter(store, options, Progress.NONE)
        .run(
            images.content(found.getValue()),
            Optional.of(ImageName.parse(found.getKey())),
            ImageLocation.parse(to),
            out);
  }

  private TreeView tree(ImportedImage imported) {
    return TreeView.open(
        store.directories(), new Images(store).tree(imported.record()).orElseThrow());
  }

  private static TreeEntry entry(TreeView tree, String path) {
    long inode = tree.walk(TreePath.parse(path));
    assertThat(inode).as(path).isPositive();
    return tree.entry(inode);
  }

  @Test
  void layers_that_are_there_already_are_kept_as_distributed_where_that_is_asked_for()
      throws IOException {
    Path oci = ImageFixture.directory(dir.resolve("oci"), image.oci("v1"));
    ImportedImage plain = load("oci:" + oci, "plain");
    assertThat(plain.record().layers()).noneMatch(layer -> layer.kept());
    ImportedImage kept =
        load("oci:" + oci, "kept", ImportOptions.defaults().withKeepCompressed(true));
    assertThat(kept.newLayers()).isZero();
    assertThat(kept.record().layers()).allMatch(layer -> layer.kept());
    for (ImageFixture.Layer layer : image.layers) {
      try (InputStream in = store.content(Digest.sha256(layer.blob()), layer.blob().length)) {
        assertThat(in.readAllBytes()).isEqualTo(layer.blob());
      }
    }
    byte[] blob = image.layers.getFirst().blob();
    Path bad = oci.resolve(OciLayoutReader.path(Digest.sha256(blob)));
    store.collect();
    new Images(store).remove("kept");
    store.collect();
    blob[30] ^= 1;
    Files.write(bad, blob);
    assertThatThrownBy(
            () -> load("oci:" + oci, "bad", ImportOptions.defaults().withKeepCompressed(true)))
        .isInstanceOf(ArchiveException.class)
        .hasMessageContaining("its bytes are not those of its digest");
  }

  private void check(ImportedImage imported) throws IOException {
    assertThat(imported.id()).isEqualTo(image.id());
    assertThat(imported.record().diffIds())
        .containsExactly(Digest.sha256(base()), Digest.sha256(top()));
    assertThat(new Images(store).content(imported.record()).config()).isEqualTo(image.config());
    TreeView tree = tree(imported);
    assertThat(tree.walk(TreePath.parse("etc/issue"))).isZero();
    assertThat(entry(tree, "usr/lib/through-a-link")).isInstanceOf(TreeEntry.File.class);
    assertThat(entry(tree, "lib")).isInstanceOf(TreeEntry.Symlink.class);
    long passwd = tree.walk(TreePath.parse("etc/passwd"));
    assertThat(tree.walk(TreePath.parse("passwd3"))).isEqualTo(passwd);
    assertThat(tree.links(passwd)).isEqualTo(3);
    assertThat(entry(tree, "etc/new").metadata().mtime()).isEqualTo(1_700_000_000_123_456_789L);
    TreeEntry.File twice = (TreeEntry.File) entry(tree, "twice");
    try (InputStream in = store.content(twice.blob().orElseThrow(), twice.size())) {
      assertThat(in.readAllBytes()).asString().isEqualTo("second");
    }
    TreeEntry.File sparse = (TreeEntry.File) entry(tree, "sparse");
    assertThat(sparse.size()).isEqualTo(200_000);
  }

  @Test
  void every_form_imports_to_the_same_image_and_only_the_first_adds_layers() throws Exception {
    Path oci = ImageFixture.directory(dir.resolve("oci"), image.oci("v1"));
    ImportedImage first = load("oci:" + oci + ":v1", "one");
    check(first);
    assertThat(first.newLayers()).isEqualTo(2);
    Path archive = ImageFixture.tar(dir.resolve("oci.tar"), image.oci("v1"));
    Path docker = ImageFixture.tar(dir.resolve("docker.tar"), image.docker("app:1"));
    for (String from :
        new String[] {
          oci.toString(),
          "oci-archive:" + archive + ":v1",
          archive.toString(),
          "docker-archive:" + docker + ":app:1",
          docker.toString()
        }) {
      ImportedImage again = load(from, "again");
      check(again);
      assertThat(again.newLayers()).as(from).isZero();
    }
  }

  @Test
  void every_form_goes_out_with_the_layers_it_came_with() throws Exception {
    Path oci = ImageFixture.directory(dir.resolve("oci"), image.oci("v1"));
    load("oci:" + oci, "app:v1");
    String[] targets = {
      "oci:" + dir.resolve("out.oci") + ":t",
      "oci-archive:" + dir.resolve("out.tar") + ":t",
      "docker-archive:" + dir.resolve("docker.tar"),
      "dir:" + dir.resolve("out.dir")
    };
    for (String target : targets) {
      export("app:v1", target, ExportOptions.defaults());
    }
    for (String target : targets) {
      try (Store other =
          Store.open(
              dir.resolve("store-" + target.hashCode()),
              StoreOptions.defaults(),
              Clock.systemUTC())) {
        Store mine = store;
        store = other;
        check(load(target, "back"));
        store = mine;
      }
    }
  }

  @Test
  void another_compression_changes_the_manifest_and_nothing_else() throws Exception {
    Path oci = ImageFixture.directory(dir.resolve("oci"), image.oci("v1"));
    load("oci:" + oci, "app:v1");
    for (Compression compression : List.of(Compression.NONE, Compression.GZIP, Compression.ZSTD)) {
      Path out = dir.resolve(compression.word());
      ExportOptions options = ExportOptions.defaults().withCompression(compression);
      export("app:v1", "oci:" + out + ":t", options);
      byte[] once = Files.readAllBytes(out.resolve("index.json"));
      // The same again, into the same layout: nothing is added.
      export("app:v1", "oci:" + out + ":t", options);
      assertThat(Files.readAllBytes(out.resolve("index.json"))).isEqualTo(once);
      ImportedImage back = load("oci:" + out + ":t", "back");
      check(back);
      assertThat(back.record().layers())
          .allMatch(layer -> layer.mediaType().equals(MediaTypes.ociLayer(compression)));
      byte[] manifest = new Images(store).content(back.record()).manifest();
      assertThat(manifest).asString().contains("\"kept\":\"yes\"").contains("{\"a\":\"b\"}");
      try (var files = Files.list(out)) {
        assertThat(files.map(p -> p.getFileName().toString()))
            .containsExactlyInAnyOrder("blobs", "index.json", "oci-layout");
      }
    }
  }

  @Test
  void kept_layers_go_out_as_they_came_and_so_does_the_manifest() throws Exception {
    Path oci = ImageFixture.directory(dir.resolve("oci"), image.oci("v1"));
    load("oci:" + oci, "app:v1", ImportOptions.defaults().withKeepCompressed(true));
    export("app:v1", "oci:" + dir.resolve("out") + ":v1", ExportOptions.defaults());
    for (Map.Entry<String, byte[]> file : image.ociFiles().entrySet()) {
      assertThat(Files.readAllBytes(dir.resolve("out").resolve(file.getKey())))
          .as(file.getKey())
          .isEqualTo(file.getValue());
    }
  }

  /**
   * Neither OCI nor Docker has a media type for xz and bzip2: such layers are called plain, gzip,
   * or by the suffix that OCI's naming would give them.
   */
  @ParameterizedTest
  @EnumSource(names = {"XZ", "BZIP2"})
  void layers_of_xz_and_bzip2_are_read_whatever_they_are_called(Compression compression)
      throws Exception {
    for (String type :
        new String[] {
          MediaTypes.ociLayer(compression),
          MediaTypes.ociLayer(Compression.NONE),
          MediaTypes.ociLayer(Compression.GZIP),
          "application/vnd.docker.image.rootfs.diff.tar." + compression.word()
        }) {
      byte[] tar = new TarBytes().file("f", type).end();
      byte[] blob = ImageFixture.Layer.of(tar, compression).blob();
      ImageFixture other = new ImageFixture(new ImageFixture.Layer(tar, blob, type));
      String name = type.substring(type.lastIndexOf('.') + 1) + "-" + compression;
      Path oci = ImageFixture.directory(dir.resolve(name), other.oci("v1"));
      ImportedImage in = load("oci:" + oci, "app:v1");
      assertThat(in.record().diffIds()).containsExactly(Digest.sha256(tar));
      // What is only read goes out as gzip; what was kept, as it came.
      Path out = dir.resolve(name + "-out");
      export("app:v1", "oci:" + out + ":v1", ExportOptions.defaults());
      assertThat(load("oci:" + out, "back").record().layers())
          .allMatch(layer -> layer.mediaType().equals(MediaTypes.ociLayer(Compression.GZIP)));
      load("oci:" + oci, "kept:v1", ImportOptions.defaults().withKeepCompressed(true));
      Path kept = dir.resolve(name + "-kept");
      export("kept:v1", "oci:" + kept + ":v1", ExportOptions.defaults());
      List<String> types =
          load("oci:" + kept, "back").record().layers().stream()
              .map(ImageLayer::mediaType)
              .toList();
      boolean plain = type.equals(MediaTypes.ociLayer(Compression.NONE));
      assertThat(types).containsOnly(plain ? MediaTypes.ociLayer(Compression.GZIP) : type);
    }
    assertThatThrownBy(() -> ExportOptions.defaults().withCompression(compression))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining(compression.word());
  }

  @ParameterizedTest
  @EnumSource(mode = EnumSource.Mode.EXCLUDE, names = "NONE")
  void archives_may_be_compressed_as_a_whole(Compression compression) throws Exception {
    Path tar = ImageFixture.tar(dir.resolve("docker.tar"), image.docker("app:v1"));
    Path compressed = dir.resolve("docker.tar." + compression);
    try (OutputStream out = CompressedBytes.to(Files.newOutputStream(compressed), compression)) {
      Files.copy(tar, out);
    }
    check(load(compressed.toString(), "one"));
    check(load("docker-archive:" + compressed, "two"));
  }

  @Test
  void the_holes_of_a_large_sparse_file_take_no_space() throws Exception {
    String data = "d".repeat(100_000);
    byte[] tar =
        new TarBytes()
            .pax(
                "GNU.sparse.size", "104857600",
                "GNU.sparse.numblocks", "2",
                "GNU.sparse.map", "20000000,50000,104807600,50000")
            .file("sparse", data)
            .end();
    ImageFixture sparse = new ImageFixture(ImageFixture.Layer.of(tar, Compression.GZIP));
    Path oci = ImageFixture.directory(dir.resolve("oci"), sparse.oci("v1"));
    ImportedImage in = load("oci:" + oci, "app:v1");
    TreeEntry.File file = (TreeEntry.File) entry(tree(in), "sparse");
    assertThat(file.size()).isEqualTo(104_857_600);
    Path object = store.layout().object(file.blob().orElseThrow());
    FileStatus status = new FileStatus();
    FileAttributes.lstatat(Fd.CWD, object.toString().getBytes(StandardCharsets.UTF_8), status);
    assertThat(status.size()).isEqualTo(104_857_600);
    assertThat(status.blocks() * 512).isLessThan(1 << 20);
    export("app:v1", "oci:" + dir.resolve("out") + ":v1", ExportOptions.defaults());
    assertThat(load("oci:" + dir.resolve("out"), "back").record().diffIds())
        .containsExactly(Digest.sha256(tar));
  }

  /** Whoever packs an image with {@code tar --sparse} packs its layers so. */
  @ParameterizedTest
  @RequiresPrograms({"tar", "gzip", "xz", "bzip2"})
  @ValueSource(strings = {"--format=gnu", "--format=posix"})
  void an_archive_whose_layers_are_sparse_entries(String format) throws Exception {
    byte[] tar = new TarBytes().file("zeros", "\0".repeat(1_000_000)).file("a", "a").end();
    ImageFixture sparse = new ImageFixture(ImageFixture.Layer.of(tar, Compression.NONE));
    Path dense = ImageFixture.directory(dir.resolve("dense"), sparse.docker("app:v1"));
    Path files = dir.resolve("files");
    Tool.run(
        List.of("cp", "-r", "--sparse=always", dense.toString(), files.toString()), new byte[0]);
    byte[] packed =
        Tool.run(
            List.of("tar", "-C", files.toString(), format, "--sparse", "-c", "."), new byte[0]);
    assertThat(packed.length).isLessThan(200_000);
    Path archive = Files.write(dir.resolve("docker.tar"), packed);
    ImportedImage in = load(archive.toString(), "one");
    assertThat(in.record().diffIds()).containsExactly(Digest.sha256(tar));
    assertThat(in.record().config()).isEqualTo(sparse.id());
  }

  @Test
  void an_exported_layout_keeps_its_other_images() throws Exception {
    Path oci = ImageFixture.directory(dir.resolve("oci"), image.oci("v1"));
    load("oci:" + oci, "app:v1");
    export("app:v1", "oci:" + oci + ":v2", ExportOptions.defaults());
    check(load("oci:" + oci + ":v1", "one"));
    check(load("oci:" + oci + ":v2", "two"));
    assertThatThrownBy(() -> load("oci:" + oci + ":v3", "three"))
        .isInstanceOf(ArchiveException.class)
        .hasMessageContaining("no image tagged \"v3\"")
        .hasMessageContaining("v1, v2");
  }

  @Test
  void a_docker_archive_goes_to_standard_output_and_comes_from_standard_input() throws Exception {
    Path oci = ImageFixture.directory(dir.resolve("oci"), image.oci("v1"));
    load("oci:" + oci, "app:v1");
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    export("app:v1", "-", ExportOptions.defaults(), out);
    ByteArrayOutputStream compressed = new ByteArrayOutputStream();
    try (OutputStream gzip = Compression.GZIP.compress(compressed)) {
      gzip.write(out.toByteArray());
    }
    for (byte[] bytes : new byte[][] {out.toByteArray(), compressed.toByteArray()}) {
      ImportedImage back =
          new ImageImporter(store, ImportOptions.defaults(), Progress.NONE, Clock.systemUTC())
              .run(ImageLocation.parse("-"), Optional.empty(), new ByteArrayInputStream(bytes));
      check(back);
      assertThat(back.name()).isEqualTo(new ImageName("app", "v1"));
    }
    try (var left = Files.list(store.layout().temporaries())) {
      assertThat(left).isEmpty();
    }
  }

  @Test
  void an_index_gives_the_image_of_the_platform_that_is_asked_for() throws Exception {
    ImageFixture other = new ImageFixture(image.layers.getFirst());
    other.architecture = "s390x";
    Map<String, byte[]> files = image.ociFiles();
    files.putAll(other.ociFiles());
    String mine =
        ImageFixture.descriptor(
            MediaTypes.OCI_MANIFEST,
            image.manifest(),
            ",\"platform\":{\"os\":\"linux\",\"architecture\":\""
                + PlatformChoice.host().architecture()
                + "\"}");
    String foreign =
        ImageFixture.descriptor(
            MediaTypes.OCI_MANIFEST,
            other.manifest(),
            ",\"platform\":{\"os\":\"linux\",\"architecture\":\"s390x\"}");
    String attestation =
        ImageFixture.descriptor(
            MediaTypes.OCI_MANIFEST,
            ImageFixture.utf8("{}"),
            ",\"platform\":{\"os\":\"unknown\",\"architecture\":\"unknown\"}");
    byte[] nested = ImageFixture.index(foreign, attestation, mine);
    ImageFixture.put(files, nested);
    files.put(
        "index.json",
        ImageFixture.index(ImageFixture.descriptor(MediaTypes.OCI_INDEX, nested, "")));
    Path oci = ImageFixture.directory(dir.resolve("oci"), files);
    ImportedImage own = load("oci:" + oci, "own");
    check(own);
    assertThat(own.record().index()).contains(Digest.sha256(nested));
    ImportOptions options = ImportOptions.defaults();
    assertThat(
            load("oci:" + oci, "s390x", options.withPlatform(PlatformChoice.parse("linux/s390x")))
                .id())
        .isEqualTo(other.id());
    assertThatThrownBy(
            () -> load("oci:" + oci, "x", options.withPlatform(PlatformChoice.parse("linux/mips"))))
        .isInstanceOf(ArchiveException.class)
        .hasMessageContaining("no image for linux/mips")
        .hasMessageContaining("linux/s390x");
  }

  @Test
  void an_image_alone_is_refused_where_another_platform_is_asked_for() throws Exception {
    Map<String, byte[]> files = image.ociFiles();
    files.put(
        "index.json",
        ImageFixture.index(ImageFixture.descriptor(MediaTypes.OCI_MANIFEST, image.manifest(), "")));
    Path oci = ImageFixture.directory(dir.resolve("oci"), files);
    ImportOptions options = ImportOptions.defaults();
    assertThatThrownBy(
            () ->
                load("oci:" + oci, "x", options.withPlatform(PlatformChoice.parse("linux/s390x"))))
        .isInstanceOf(ArchiveException.class)
        .hasMessageContaining("not for linux/s390x");
    check(load("oci:" + oci, "own", options.withPlatform(PlatformChoice.host())));
  }

  @Test
  void a_root_file_system_comes_as_a_tar_and_goes_as_one() throws Exception {
    Path tar = Files.write(dir.resolve("root.tar"), base());
    ImportedImage imported = load("tar:" + tar, "root");
    assertThat(imported.record().diffIds()).containsExactly(Digest.sha256(base()));
    export("root", "tar:" + dir.resolve("out.tar"), ExportOptions.defaults());
    ImportedImage back = load(dir.resolve("out.tar").toString(), "back");
    assertThat(tree(back).tree().digest()).isEqualTo(tree(imported).tree().digest());
  }

  @Test
  void one_root_file_system_always_becomes_the_same_image() throws Exception {
    Path root = Files.createDirectory(dir.resolve("root"));
    Files.writeString(root.resolve("b"), "one file");
    Files.createLink(root.resolve("a"), root.resolve("b"));
    Files.setLastModifiedTime(
        root.resolve("a"), FileTime.from(Instant.parse("2020-01-02T03:04:05Z")));
    Files.setLastModifiedTime(root, FileTime.from(Instant.parse("2019-01-02T03:04:05Z")));
    ImportedImage first = load(root.toString(), "first");
    ImportedImage second = load(root.toString(), "second");
    assertThat(second.id()).isEqualTo(first.id());
    assertThat(new Images(store).content(first.record()).config())
        .asString()
        .contains("2020-01-02T03:04:05Z");
    Path tar = Files.write(dir.resolve("root.tar"), base());
    ImportedImage plain = load("tar:" + tar, "plain");
    Path copy = Files.copy(tar, dir.resolve("copy.tar"));
    ImportedImage again = load("tar:" + copy, "again");
    assertThat(again.id()).isEqualTo(plain.id());
    assertThat(again.newLayers()).isZero();
    assertThat(again.bytesAdded()).isZero();
  }

  @Test
  void the_tree_of_a_root_directory_is_what_its_layer_says() throws Exception {
    Path root = Files.createDirectory(dir.resolve("root"));
    Files.writeString(root.resolve("file"), "content");
    KeptWarnings progress = new KeptWarnings();
    ImportedImage imported;
    try (ServerSocketChannel socket = ServerSocketChannel.open(StandardProtocolFamily.UNIX)) {
      socket.bind(UnixDomainSocketAddress.of(root.resolve("socket")));
      Files.createLink(root.resolve("socket2"), root.resolve("socket"));
      imported =
          new ImageImporter(store, ImportOptions.defaults(), progress, Clock.systemUTC())
              .run(
                  ImageLocation.parse(root.toString()),
                  Optional.of(ImageName.parse("root")),
                  NOTHING);
    }
    assertThat(progress.warnings()).hasSize(2).allMatch(text -> text.contains("/socket"));
    assertThat(tree(imported).walk(TreePath.parse("socket"))).isZero();
    assertThat(tree(imported).walk(TreePath.parse("socket2"))).isZero();
    export("root", "oci:" + dir.resolve("out") + ":x", ExportOptions.defaults());
    try (Store other =
        Store.open(dir.resolve("other"), StoreOptions.defaults(), Clock.systemUTC())) {
      ImportedImage back =
          new ImageImporter(other, ImportOptions.defaults(), Progress.NONE, Clock.systemUTC())
              .run(
                  ImageLocation.parse("oci:" + dir.resolve("out") + ":x"),
                  Optional.of(ImageName.parse("root")),
                  NOTHING);
      assertThat(new Images(other).tree(back.record()).orElseThrow().digest())
          .isEqualTo(tree(imported).tree().digest());
    }
  }

  @Test
  void a_root_file_system_comes_as_a_directory() throws Exception {
    Path root = Files.createDirectory(dir.resolve("root"));
    Files.createDirectories(root.resolve("usr/lib"));
    Files.writeString(root.resolve("usr/lib/a"), "content of a file");
    Files.createLink(root.resolve("b"), root.resolve("usr/lib/a"));
    Files.createSymbolicLink(root.resolve("l"), Path.of("usr/lib/a"));
    Files.writeString(root.resolve("large"), "x".repeat(100_000));
    Files.writeString(root.resolve("empty"), "");
    ImportedImage imported = load(root.toString(), "root");
    TreeView tree = tree(imported);
    assertThat(tree.walk(TreePath.parse("b"))).isEqualTo(tree.walk(TreePath.parse("usr/lib/a")));
    assertThat(entry(tree, "l")).isInstanceOf(TreeEntry.Symlink.class);
    assertThat(((TreeEntry.File) entry(tree, "large")).size()).isEqualTo(100_000);
    assertThat(entry(tree, "empty").metadata().mtime() / 1_000_000_000L)
        .isEqualTo(Files.getLastModifiedTime(root.resolve("empty")).toMillis() / 1000);
    // The layer that was made of it can go out, so its framing is right.
    export("root", "docker-archive:" + dir.resolve("out.tar"), ExportOptions.defaults());
    assertThat(load(dir.resolve("out.tar").toString(), "back").record().diffIds())
        .isEqualTo(imported.record().diffIds());
  }
}
