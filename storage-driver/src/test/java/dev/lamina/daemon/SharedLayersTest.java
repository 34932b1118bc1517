package dev.lamina.daemon;

import static org.assertj.core.api.Assertions.assertThat;

import dev.lamina.archive.TarBytes;
import dev.lamina.fs.FileKind;
import dev.lamina.store.Collection;
import dev.lamina.store.ImageUsage;
import dev.lamina.store.StoreUsage;
import dev.lamina.store.Verification;
import dev.lamina.store.VerifyOptions;
import dev.lamina.testing.FileTree;
import dev.lamina.testing.RequiresFuse;
import dev.lamina.testing.RequiresRoot;
import dev.lamina.tree.Digest;
import dev.lamina.tree.Directories;
import dev.lamina.tree.Directory;
import dev.lamina.tree.TreeView;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What images share is there once, and what only one of them has goes with it. */
final class SharedLayersTest {
  private static final int BLOCK = 4096;
  private static final int LARGE = 5 * BLOCK;
  private static final int OWN = 15 * BLOCK;

  @TempDir private Path directory;
  private MountedStore store;

  @BeforeEach
  void open() {
    store = new MountedStore(directory.resolve("store"));
  }

  @AfterEach
  void close() {
    store.close();
  }

  private void load(String name, byte[]... layers) throws IOException {
    store.load(SmallImage.write(directory.resolve("image.tar"), List.of(layers)), name);
  }

  private static byte[] base() {
    TarBytes tar = new TarBytes().directory("usr").directory("usr/lib");
    for (int i = 0; i < 20; i++) {
      SmallImage.add(tar, "usr/lib/large" + i, SmallImage.bytes(i, LARGE));
      SmallImage.add(tar, "usr/lib/small" + i, SmallImage.bytes(100 + i, 300));
    }
    return tar.link("usr/lib/again", "usr/lib/large1").end();
  }

  private static byte[] own(long seed) {
    TarBytes tar = SmallImage.add(new TarBytes(), "own", SmallImage.bytes(seed, OWN));
    SmallImage.add(tar, "usr/lib/own", SmallImage.bytes(seed + 1, 500));
    // Content the base has, in another place.
    return SmallImage.add(tar, "usr/copy", SmallImage.bytes(3, LARGE)).end();
  }

  private ImageUsage usage(String name) {
    return store.store().usage().images().stream()
        .filter(image -> image.names().contains(name))
        .findFirst()
        .orElseThrow();
  }

  private SortedMap<String, Long> objects() throws IOException {
    SortedMap<String, Long> objects = new TreeMap<>();
    try (Stream<Path> files = Files.walk(store.store().layout().objects())) {
      for (Path file : files.filter(Files::isRegularFile).toList()) {
        objects.put(file.toString(), Files.size(file));
      }
    }
    return objects;
  }

  @Test
  void a_second_image_adds_only_what_is_new() throws Exception {
    load("one:1", base(), own(1000));
    SortedMap<String, Long> before = objects();
    long bytes = store.store().usage().objectBytes();
    assertThat(bytes).isEqualTo(20L * LARGE + OWN);

    load("shares-a-layer:1", base(), own(2000));
    SortedMap<String, Long> added = objects();
    before.keySet().forEach(object -> assertThat(added.remove(object)).isNotNull());
    assertThat(added)
        .containsOnlyKeys(
            store.store().layout().object(Digest.sha256(SmallImage.bytes(2000, OWN))).toString());
    assertThat(store.store().usage().objectBytes()).isEqualTo(bytes + OWN);
    assertThat(usage("shares-a-layer:1").unique()).isBetween((long) OWN, OWN + 2L * BLOCK);
    assertThat(usage("shares-a-layer:1").shared()).isGreaterThan(20L * LARGE);

    TarBytes other = new TarBytes().directory("opt");
    for (int i = 0; i < 20; i++) {
      SmallImage.add(other, "opt/other" + i, SmallImage.bytes(i, LARGE));
    }
    load("shares-files:1", other.end());
    assertThat(store.store().usage().objectBytes()).isEqualTo(bytes + OWN);
    assertThat(usage("shares-files:1").unique()).isLessThan(2L * BLOCK);
    assertThat(usage("shares-files:1").shared()).isEqualTo(20L * LARGE);
    assertThat(usage("shares-files:1").apparent()).isEqualTo(20L * LARGE);
  }

  @Test
  void removing_an_image_gives_back_exactly_what_only_it_used() throws Exception {
    load("one:1", base(), own(1000));
    SortedMap<String, Long> objectsBefore = objects();
    StoreUsage usageBefore = store.store().usage();
    Verification before = store.store().verify(VerifyOptions.everything());

    load("two:1", base(), own(2000));
    Verification both = store.store().verify(VerifyOptions.everything());
    long unique = usage("two:1").unique();
    assertThat(store.store().collect().records()).as("nothing is to be collected yet").isZero();

    store.images().remove("two:1");
    assertThat(store.store().usage().unreferencedBytes()).isEqualTo(OWN);
    Collection collected = store.store().collect();
    assertThat(collected.layers()).isEqualTo(1);
    assertThat(collected.contents()).isEqualTo(2);
    assertThat(collected.records()).isEqualTo(both.records() - before.records());
    assertThat(collected.blobs()).isEqualTo(both.blobs() - before.blobs()).isEqualTo(2);
    assertThat(collected.objects()).isEqualTo(1);
    // The report counts files and trees; config, manifest and layer record are small rows besides.
    assertThat(collected.bytes()).isBetween(unique, unique + BLOCK);

    assertThat(objects()).isEqualTo(objectsBefore);
    StoreUsage after = store.store().usage();
    assertThat(after.images()).isEqualTo(usageBefore.images());
    assertThat(after.objectBytes()).isEqualTo(usageBefore.objectBytes());
    assertThat(after.unreferencedBytes()).isZero();
    assertThat(store.store().verify(VerifyOptions.everything())).isEqualTo(before);
    Collection again = store.store().collect();
    assertThat(again).isEqualTo(new Collection(0, 0, 0, 0, 0, 0, 0));

    store.images().remove("one:1");
    store.store().collect();
    assertThat(objects()).isEmpty();
    assertThat(store.store().verify(VerifyOptions.everything()).records()).isZero();
  }

  /** An image of the same 200 files, whatever the number of layers that they come in. */
  private static byte[][] layers(int count) {
    int files = 200;
    List<byte[]> layers = new ArrayList<>();
    for (int layer = 0; layer < count; layer++) {
      TarBytes tar = new TarBytes();
      for (int dir = 0; dir < 10; dir++) {
        tar.directory("dir" + dir).directory("dir" + dir + "/sub");
      }
      for (int i = layer; i < files; i += count) {
        SmallImage.add(
            tar,
            "dir" + i % 10 + "/sub/file" + i,
            ("file " + i).getBytes(StandardCharsets.US_ASCII));
      }
      layers.add(tar.end());
    }
    return layers.toArray(byte[][]::new);
  }

  private long recordsToOpen(String name) {
    List<Digest> read = new ArrayList<>();
    Directories directories =
        new Directories(
            digest -> {
              read.add(digest);
              return store.store().record(digest);
            },
            0);
    TreeView tree = TreeView.open(directories, store.tree(name).digest());
    assertThat(tree.root().size()).isEqualTo(10);
    return read.size();
  }

  private long recordsToWalk(String name) {
    List<Digest> read = new ArrayList<>();
    Directories directories =
        new Directories(
            digest -> {
              read.add(digest);
              return store.store().record(digest);
            },
            1 << 20);
    TreeView tree = TreeView.open(directories, store.tree(name).digest());
    walk(directories, tree.root());
    return read.size();
  }

  private static void walk(Directories directories, Directory directory) {
    for (int k = 0; k < directory.size(); k++) {
      if (directory.kind(k) == FileKind.DIRECTORY) {
        walk(directories, directories.get(directory.directory(k)));
      }
    }
  }

  @Test
  @RequiresFuse
  @RequiresRoot
  void a_hundred_layers_cost_a_mount_what_five_do() throws Exception {
    load("five:1", layers(5));
    load("hundred:1", layers(100));
    assertThat(store.images().resolve("hundred:1").getValue().diffIds()).hasSize(100);
    assertThat(recordsToOpen("hundred:1")).isEqualTo(recordsToOpen("five:1")).isPositive();
    assertThat(recordsToWalk("hundred:1")).isEqualTo(recordsToWalk("five:1"));
    // All this is because the trees are one and the same.
    assertThat(store.tree("hundred:1")).isEqualTo(store.tree("five:1"));
    Path target = Files.createDirectory(directory.resolve("mount"));
    SortedMap<String, String> five = new TreeMap<>();
    for (String name : List.of("five:1", "hundred:1")) {
      try (var mount = store.mountImage(name, target)) {
        assertThat(mount.isMounted()).isTrue();
        SortedMap<String, String> shown = FileTree.describe(target);
        assertThat(shown).hasSize(221);
        if (five.isEmpty()) {
          five.putAll(shown);
        }
        assertThat(shown).isEqualTo(five);
      }
    }
  }
}
