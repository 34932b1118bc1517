package dev.lamina.store;

import static org.assertj.core.api.Assertions.assertThat;

import dev.lamina.archive.Compression;
import dev.lamina.archive.LayerExporter;
import dev.lamina.archive.TarBytes;
import dev.lamina.image.ExportOptions;
import dev.lamina.image.ImageExporter;
import dev.lamina.image.ImageImporter;
import dev.lamina.image.ImageLocation;
import dev.lamina.image.ImageName;
import dev.lamina.image.ImageRepair;
import dev.lamina.image.Images;
import dev.lamina.image.ImportOptions;
import dev.lamina.image.Progress;
import dev.lamina.tree.DamagedException;
import dev.lamina.tree.Digest;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.io.RandomAccessFile;
import java.nio.file.FileVisitResult;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.SimpleFileVisitor;
import java.nio.file.StandardCopyOption;
import java.nio.file.attribute.BasicFileAttributes;
import java.time.Clock;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import java.util.TreeMap;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.rocksdb.RocksDBException;
import org.rocksdb.WriteBatch;

/** A bit is flipped, anywhere in a store, and a verification says so. */
@Timeout(600)
final class FlippedBitsTest {
  private static final long SEED = 20_261_124;

  @TempDir Path dir;

  private Store open(Path at) {
    return Store.open(at, StoreOptions.defaults().withoutCompaction(), Clock.systemUTC());
  }

  private static VerifyOptions thorough(Store store) {
    return VerifyOptions.thorough(new LayerExporter(store)::check);
  }

  /** Imports two images of one layer each, with everything that a tree can have. */
  private void fill(Store store) throws IOException {
    for (String name : new String[] {"one", "two"}) {
      byte[] tar =
          new TarBytes()
              .directory("etc")
              .file("etc/small", "of " + name)
              .file("etc/large", name.repeat(5_000))
              .link("etc/again", "etc/small")
              .symlink("link", "etc/small")
              .pax("SCHILY.xattr.user.a", "v")
              .file("shared", "in both")
              .end();
      Path file = Files.write(dir.resolve(name + ".tar"), tar);
      var imported =
          new ImageImporter(store, ImportOptions.defaults(), Progress.NONE, Clock.systemUTC())
              .run(
                  ImageLocation.parse("tar:" + file),
                  Optional.of(ImageName.parse(name)),
                  InputStream.nullInputStream());
      assertThat(imported.newLayers()).isEqualTo(1);
    }
    assertThat(store.verify(thorough(store)).damages()).isEmpty();
  }

  /** All rows of a kind, as they are now. */
  private static Map<Digest, byte[]> rows(RowDatabase rows, RowFamily family) {
    Map<Digest, byte[]> all = new TreeMap<>(Comparator.comparing(Digest::hex));
    rows.scan(
        family,
        (key, value) -> {
          all.put(Digest.of(key), value);
          return true;
        });
    return all;
  }

  /** Every bit of every row that its digest names: records, inline blobs, objects', framings. */
  @Test
  void every_bit_of_what_a_digest_names() throws Exception {
    try (Store store = open(dir.resolve("store"))) {
      fill(store);
      RowDatabase rows = store.parts().rows();
      int flips = 0;
      for (RowFamily family : RowFamily.values()) {
        Map<Digest, byte[]> sound = rows(rows, family);
        assertThat(sound).as(family.title()).hasSizeGreaterThan(1);
        for (Map.Entry<Digest, byte[]> row : sound.entrySet()) {
          Map<Digest, byte[]> blobs = rows(rows, RowFamily.BLOBS);
          byte[] value = row.getValue();
          // Each bit of a short row; of a long one, such as a framing, some.
          int step = Math.max(1, value.length * 8 / 100);
          for (int bit = 0; bit < value.length * 8; bit += step) {
            byte[] flipped = value.clone();
            flipped[bit / 8] ^= (byte) (1 << bit % 8);
            rows.put(family, row.getKey(), flipped);
            if (!isSameFraming(store, family, row.getKey(), value)) {
              found(store, family.title() + " " + row.getKey() + " bit " + bit);
            }
            rows.put(family, row.getKey(), value);
            blobs.forEach((digest, blob) -> rows.put(RowFamily.BLOBS, digest, blob));
            flips++;
          }
        }
      }
      assertThat(flips).isGreaterThan(800);
      assertThat(store.verify(VerifyOptions.everything()).damages()).isEmpty();
    }
  }

  /**
   * The zstd frame of a framing has bits that say nothing of what comes out: where one is flipped
   * nothing is damaged but the file, in which a thorough verification finds it.
   */
  private static boolean isSameFraming(Store store, RowFamily family, Digest digest, byte[] sound)
      throws IOException {
    if (family != RowFamily.FRAMINGS) {
      return false;
    }
    Framing whole = new Framing(digest, FramingRow.decode(digest, sound), sound.length);
    try (InputStream now = store.framing(digest).stream();
        InputStream before = whole.stream()) {
      return Arrays.equals(now.readAllBytes(), before.readAllBytes());
    } catch (IOException | DamagedException e) {
      return false;
    }
  }

  /** What is damaged is said with the image and a place in it; what is condemned is taken back. */
  private static void found(Store store, String what) throws RocksDBException {
    StateDatabase state = store.state().database();
    Map<LayerKey, LayerRecord> layers = store.state().layers();
    List<Damage> damages = store.verify(VerifyOptions.everything()).damages();
    assertThat(damages).as(what).isNotEmpty();
    assertThat(damages)
        .as(what)
        .allSatisfy(
            damage -> {
              assertThat(damage.touched()).isNotEmpty();
              assertThat(damage.touched().getFirst().root()).matches("image (one|two):latest");
              assertThat(damage.touched().getFirst().path()).isNotBlank();
            });
    try (WriteBatch batch = new WriteBatch()) {
      for (Map.Entry<LayerKey, LayerRecord> layer : layers.entrySet()) {
        batch.put(
            state.family(StateFamily.LAYERS), layer.getKey().key(), layer.getValue().encode());
      }
      state.write(batch, false);
    }
  }

  @Test
  void every_bit_of_a_manifest_or_config() throws Exception {
    try (Store store = open(dir.resolve("store"))) {
      fill(store);
      StateDatabase state = store.state().database();
      Map<Digest, byte[]> contents = new TreeMap<>(Comparator.comparing(Digest::hex));
      store
          .state()
          .scan(
              StateFamily.CONTENTS,
              new byte[0],
              (key, value) -> {
                contents.put(Digest.of(key), value);
                return true;
              });
      assertThat(contents).hasSize(4);
      for (Map.Entry<Digest, byte[]> row : contents.entrySet()) {
        for (int bit = 0; bit < row.getValue().length * 8; bit += 11) {
          byte[] flipped = row.getValue().clone();
          flipped[bit / 8] ^= (byte) (1 << bit % 8);
          put(state, StateFamily.CONTENTS, row.getKey().toBytes(), flipped);
          found(store, row.getKey() + " bit " + bit);
        }
        put(state, StateFamily.CONTENTS, row.getKey().toBytes(), row.getValue());
      }
    }
  }

  private static void put(StateDatabase state, StateFamily family, byte[] key, byte[] value)
      throws RocksDBException {
    try (WriteBatch batch = new WriteBatch()) {
      batch.put(state.family(family), key, value);
      state.write(batch, false);
    }
  }

  /** Each digest and length in a layer's record: what it names is missing, or makes another tar. */
  @Test
  void a_layers_record_that_names_the_wrong_thing() throws Exception {
    try (Store store = open(dir.resolve("store"))) {
      fill(store);
      StateDatabase state = store.state().database();
      List<Map.Entry<LayerKey, LayerRecord>> layers =
          List.copyOf(store.state().layers().entrySet());
      LayerKey key = layers.getFirst().getKey();
      LayerRecord sound = layers.getFirst().getValue();
      LayerRecord other = layers.getLast().getValue();
      for (LayerRecord wrong :
          List.of(
              // Both are whole in themselves.
              new LayerRecord(
                  sound.tree(),
                  other.framing(),
                  sound.tarBytes(),
                  sound.contentBytes(),
                  sound.entries(),
                  false),
              new LayerRecord(
                  sound.tree(),
                  sound.framing(),
                  sound.tarBytes() ^ 512,
                  sound.contentBytes(),
                  sound.entries(),
                  false))) {
        put(state, StateFamily.LAYERS, key.key(), wrong.encode());
        assertThat(store.verify(VerifyOptions.everything()).damages()).isEmpty();
        List<Damage> damages = store.verify(thorough(store)).damages();
        assertThat(damages).hasSize(1);
        assertThat(damages.getFirst().kind()).isEqualTo(Damage.Kind.LAYER);
        assertThat(damages.getFirst().message()).contains("does not make the tar that came in");
        assertThat(damages.getFirst().touched().getFirst().path())
            .isEqualTo("layer " + key.diffId());
        // From now on an import takes the layer as absent.
        assertThat(store.state().layer(key).orElseThrow().condemned()).isTrue();
        put(state, StateFamily.LAYERS, key.key(), sound.encode());
      }
      for (int bit = 8; bit < (1 + 2 * Digest.LENGTH) * 8; bit++) {
        byte[] flipped = sound.encode();
        flipped[bit / 8] ^= (byte) (1 << bit % 8);
        put(state, StateFamily.LAYERS, key.key(), flipped);
        assertThat(store.verify(VerifyOptions.everything()).damages())
            .as("bit " + bit)
            .isNotEmpty()
            .allSatisfy(damage -> assertThat(damage.touched()).isNotEmpty());
        put(state, StateFamily.LAYERS, key.key(), sound.encode());
      }
    }
  }

  @Test
  void what_nothing_needs_is_checked_by_a_thorough_verification() throws Exception {
    try (Store store = open(dir.resolve("store"))) {
      fill(store);
      Digest large = Digest.sha256(TarBytes.latin("two".repeat(5_000)));
      Digest small = Digest.sha256(TarBytes.latin("of two"));
      new Images(store).remove("two");
      Path object = store.layout().object(large);
      flip(object, 17 * 8 + 3);
      store
          .parts()
          .rows()
          .put(RowFamily.BLOBS, small, new BlobRow.Inline(TarBytes.latin("of Two")).encode());
      assertThat(store.verify(VerifyOptions.everything()).damages()).isEmpty();
      assertThat(store.verify(thorough(store)).damages())
          .extracting(Damage::digest)
          .containsExactlyInAnyOrder(Optional.of(large), Optional.of(small));
      store.collect();
      assertThat(store.verify(thorough(store)).damages()).isEmpty();
    }
  }

  /** A bit of every row and every object, all at once; and all of it comes back. */
  @Test
  void what_is_flipped_is_taken_again_from_where_it_is_whole() throws Exception {
    try (Store store = open(dir.resolve("store"))) {
      fill(store);
      Images images = new Images(store);
      for (Map.Entry<String, ImageRecord> image : store.state().images().entrySet()) {
        new ImageExporter(
                store, ExportOptions.defaults().withCompression(Compression.NONE), Progress.NONE)
            .run(
                images.content(image.getValue()),
                Optional.empty(),
                ImageLocation.parse("oci:" + dir.resolve("out") + ":" + image.getKey().charAt(0)),
                OutputStream.nullOutputStream());
      }
      RowDatabase rows = store.parts().rows();
      StateDatabase state = store.state().database();
      Random random = new Random(SEED);
      for (RowFamily family : RowFamily.values()) {
        rows(rows, family)
            .forEach((digest, value) -> rows.put(family, digest, flipped(value, random)));
      }
      for (StateFamily family : new StateFamily[] {StateFamily.CONTENTS, StateFamily.LAYERS}) {
        Map<String, byte[][]> found = new TreeMap<>();
        store
            .state()
            .scan(
                family,
                new byte[0],
                (key, value) ->
                    found.put(HexFormat.of().formatHex(key), new byte[][] {key, value}) == null);
        assertThat(found).hasSizeGreaterThan(1);
        for (byte[][] row : found.values()) {
          // Of a layer's record the version, or a bit of what it names.
          byte[] first = family == StateFamily.LAYERS ? Arrays.copyOf(row[1], 65) : row[1];
          byte[] value = row[1].clone();
          System.arraycopy(flipped(first, random), 0, value, 0, first.length);
          put(state, family, row[0], value);
        }
      }
      try (Stream<Path> objects = Files.walk(store.layout().objects())) {
        for (Path object : objects.filter(Files::isRegularFile).toList()) {
          flip(object, random.nextLong(Files.size(object) * 8));
        }
      }
      assertThat(store.verify(thorough(store)).damages()).hasSizeGreaterThan(8);
      for (String tag : new String[] {"o", "t"}) {
        ImageRepair.Repaired repaired =
            new ImageRepair(store, ImportOptions.defaults(), Progress.NONE)
                .run(
                    ImageLocation.parse("oci:" + dir.resolve("out") + ":" + tag),
                    InputStream.nullInputStream());
        assertThat(repaired).isEqualTo(new ImageRepair.Repaired(1, 2, 0));
      }
      assertThat(store.verify(thorough(store)).damages()).isEmpty();
      store.collect();
    }
  }

  private static byte[] flipped(byte[] value, Random random) {
    byte[] flipped = value.clone();
    int bit = random.nextInt(value.length * 8);
    flipped[bit / 8] ^= (byte) (1 << bit % 8);
    return flipped;
  }

  private static void flip(Path file, long bit) throws IOException {
    assertThat(file.toFile().setWritable(true)).isTrue();
    try (RandomAccessFile bytes = new RandomAccessFile(file.toFile(), "rw")) {
      bytes.seek(bit / 8);
      int value = bytes.read();
      bytes.seek(bit / 8);
      bytes.write(value ^ 1 << bit % 8);
    }
  }

  /**
   * Every kind of file of a store that was closed: objects, what RocksDB wrote, the format. A store
   * that cannot be opened says so too. What is left out holds nothing of the user's: RocksDB's
   * options, identity and message log, and locks. Its write-ahead log is empty after a close.
   */
  @Test
  void bits_of_every_file() throws Exception {
    Path sound = dir.resolve("store");
    try (Store store = open(sound)) {
      fill(store);
    }
    Random random = new Random(SEED);
    List<Path> files = new ArrayList<>();
    try (Stream<Path> walk = Files.walk(sound)) {
      walk.filter(Files::isRegularFile)
          .map(sound::relativize)
          .filter(
              file ->
                  !file.getFileName()
                      .toString()
                      .matches("OPTIONS.*|IDENTITY|LOG.*|LOCK|lock|.*\\.so|.*\\.log"))
          .sorted()
          .forEach(files::add);
    }
    assertThat(files).anyMatch(file -> file.startsWith("state") && file.toString().endsWith("sst"));
    assertThat(files).anyMatch(file -> file.startsWith("store") && file.toString().endsWith("sst"));
    assertThat(files).anyMatch(file -> file.startsWith("objects"));
    int round = 0;
    for (Path file : files) {
      long bits = Files.size(sound.resolve(file)) * 8;
      for (int i = 0; i < 2; i++) {
        long bit = random.nextLong(bits);
        Path copy = dir.resolve("copy" + round++);
        copy(sound, copy);
        flip(copy.resolve(file), bit);
        assertThat(isNoticed(copy)).as("seed %d: bit %d of %s", SEED, bit, file).isTrue();
      }
    }
  }

  private boolean isNoticed(Path at) {
    try (Store store = open(at)) {
      return !store.verify(thorough(store)).damages().isEmpty();
    } catch (StoreException e) {
      assertThat(e.getMessage()).isNotBlank();
      return true;
    }
  }

  private static void copy(Path from, Path to) throws IOException {
    Files.walkFileTree(
        from,
        new SimpleFileVisitor<>() {
          @Override
          public FileVisitResult preVisitDirectory(Path directory, BasicFileAttributes attributes)
              throws IOException {
            Files.createDirectories(to.resolve(from.relativize(directory)));
            return FileVisitResult.CONTINUE;
          }

          @Override
          public FileVisitResult visitFile(Path file, BasicFileAttributes attributes)
              throws IOException {
            Files.copy(file, to.resolve(from.relativize(file)), StandardCopyOption.COPY_ATTRIBUTES);
            return FileVisitResult.CONTINUE;
          }
        });
  }
}
