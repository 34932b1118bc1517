package dev.lamina.store;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.lamina.fs.FileName;
import dev.lamina.tree.DamagedException;
import dev.lamina.tree.Digest;
import dev.lamina.tree.Directories;
import dev.lamina.tree.Directory;
import dev.lamina.tree.Tree;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.rocksdb.LRUCache;
import org.rocksdb.RocksDBException;
import org.rocksdb.WriteBatch;

final class VerifyTest {
  private static final byte[] LARGE = Imports.bytes(1, 300_000);
  private static final byte[] SMALL = Imports.text("configuration");
  private static final Map<String, byte[]> BASE =
      Imports.layer("etc/conf", SMALL, "usr/bin/tool", LARGE);
  private static final Map<String, byte[]> A = Imports.layer("opt/a/x", Imports.text("a"));
  private static final Map<String, byte[]> B = Imports.layer("opt/b/x", Imports.text("b"));

  @TempDir Path directory;
  private Store store;

  @BeforeEach
  void open() {
    store = Imports.open(directory);
    Imports.image(store, "a:1", List.of(BASE, A));
    Imports.image(store, "b:1", List.of(BASE, B));
  }

  @AfterEach
  void close() {
    store.close();
  }

  private Verification verify() {
    return store.verify(VerifyOptions.everything());
  }

  private Damage onlyDamage() {
    List<Damage> damages = verify().damages();
    assertThat(damages).hasSize(1);
    return damages.getFirst();
  }

  /** Writes behind the store's back. */
  private void damage(RowFamily family, Digest digest, byte[] value) {
    store.close();
    try (LRUCache cache = openCache();
        RowDatabase rows =
            RowDatabase.open(directory.resolve("store"), StoreOptions.defaults(), cache)) {
      rows.put(family, digest, value);
      rows.flush();
    }
    store = Imports.open(directory);
  }

  private static LRUCache openCache() {
    return new LRUCache(1 << 20);
  }

  private Digest tree(String image) {
    LayerKey top = LayerKey.chain(store.state().image(image).orElseThrow().diffIds()).getLast();
    return store.state().layer(top).orElseThrow().tree();
  }

  private void importAgain() {
    Imports.image(store, "a:1", List.of(BASE, A));
    Imports.image(store, "b:1", List.of(BASE, B));
    assertThat(verify().damages()).isEmpty();
    assertThat(Imports.read(store, "a:1", "usr/bin/tool")).isEqualTo(LARGE);
    assertThat(Imports.read(store, "b:1", "etc/conf")).isEqualTo(SMALL);
  }

  @Test
  void aSoundStoreIsSound() {
    Verification all = verify();
    assertThat(all.isSound()).isTrue();
    assertThat(all.layers()).isEqualTo(3);
    assertThat(all.blobs()).isEqualTo(4);
    assertThat(all.bytes()).isEqualTo(LARGE.length + SMALL.length + 2);
  }

  @Test
  void aDamagedObjectIsReportedWithEveryImageAndPathAndHealedByImportingAgain() throws IOException {
    Digest blob = Digest.sha256(LARGE);
    Path object = store.layout().object(blob);
    byte[] other = LARGE.clone();
    other[LARGE.length - 1] ^= 1;
    Files.delete(object);
    Files.write(object, other);
    Damage damage = onlyDamage();
    assertThat(damage.kind()).isEqualTo(Damage.Kind.BLOB);
    assertThat(damage.digest()).contains(blob);
    assertThat(damage.message()).contains("other bytes").contains(object.toString());
    assertThat(damage.touched())
        .contains(
            new Damage.Touched("image a:1", "/usr/bin/tool"),
            new Damage.Touched("image b:1", "/usr/bin/tool"));
    // From now on nobody is given the wrong bytes.
    assertThatThrownBy(() -> store.openObject(blob, LARGE.length))
        .isInstanceOf(DamagedException.class);
    importAgain();
    assertThat(object).hasBinaryContent(LARGE);
  }

  @Test
  void anObjectThatWasReplacedWhileItWasReadStays() throws IOException {
    Path object = store.layout().object(Digest.sha256(LARGE));
    Files.delete(object);
    Files.write(object, new byte[LARGE.length]);
    Path whole = Files.write(directory.resolve("whole"), LARGE);
    VerifyOptions options =
        VerifyOptions.everything()
            .withProgress(
                bytes -> {
                  if (bytes >= LARGE.length) {
                    replace(object, whole);
                  }
                });
    assertThat(store.verify(options).damages()).hasSize(1);
    assertThat(verify().damages()).isEmpty();
  }

  /** By whichever checking thread comes first; the one that read the object waits for it. */
  private synchronized void replace(Path object, Path whole) {
    try {
      if (Files.exists(whole)) {
        Files.move(whole, object, StandardCopyOption.REPLACE_EXISTING);
      }
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  @Test
  void aMissingObjectIsReportedAndHealed() throws IOException {
    Files.delete(store.layout().object(Digest.sha256(LARGE)));
    Damage damage = onlyDamage();
    assertThat(damage.message()).contains("missing");
    assertThat(damage.touched()).contains(new Damage.Touched("image a:1", "/usr/bin/tool"));
    importAgain();
  }

  @Test
  void aQuickLookSeesSizesAlone() throws IOException {
    Path object = store.layout().object(Digest.sha256(LARGE));
    Files.delete(object);
    Files.write(object, new byte[LARGE.length]);
    VerifyOptions quick = new VerifyOptions(false, Optional.empty(), bytes -> {});
    assertThat(store.verify(quick).isSound()).isTrue();
    Files.write(object, new byte[7]);
    assertThat(store.verify(quick).damages()).hasSize(1);
  }

  @Test
  void aDamagedInlineBlobIsReportedAndHealed() {
    Digest blob = Digest.sha256(SMALL);
    damage(RowFamily.BLOBS, blob, new BlobRow.Inline(Imports.text("Configuration")).encode());
    assertThatThrownBy(() -> store.blob(blob, SMALL.length)).isInstanceOf(DamagedException.class);
    Damage damage = onlyDamage();
    assertThat(damage.kind()).isEqualTo(Damage.Kind.BLOB);
    assertThat(damage.touched()).contains(new Damage.Touched("image b:1", "/etc/conf"));
    importAgain();
  }

  @Test
  void aRowThatIsNoneIsReportedAndHealed() {
    damage(RowFamily.BLOBS, Digest.sha256(LARGE), new byte[] {99});
    assertThat(onlyDamage().message()).contains("unknown form");
    importAgain();
  }

  @Test
  void aDamagedRecordIsReportedStopsACollectionAndIsHealed() {
    Tree base = Tree.load(store, tree("a:1"));
    Directories directories = store.directories();
    Directory root = directories.get(base.rootDirectory());
    Digest opt = root.directory(root.find(FileName.of("opt")));
    damage(RowFamily.RECORDS, opt, Imports.text("not a record"));
    Damage damage = onlyDamage();
    assertThat(damage.kind()).isEqualTo(Damage.Kind.RECORD);
    assertThat(damage.digest()).contains(opt);
    assertThat(damage.touched()).containsExactly(new Damage.Touched("image a:1", "/opt"));
    assertThatThrownBy(store::collect)
        .isInstanceOf(StoreException.class)
        .hasMessageContaining("image a:1")
        .hasMessageContaining("verify");
    importAgain();
    assertThat(store.collect().blobs()).isZero();
  }

  @Test
  void aDamagedFramingIsReportedAndHealed() {
    LayerKey top = LayerKey.chain(store.state().image("a:1").orElseThrow().diffIds()).getLast();
    Digest framing = store.state().layer(top).orElseThrow().framing();
    damage(RowFamily.FRAMINGS, framing, new byte[] {1, 0, 0});
    Damage damage = onlyDamage();
    assertThat(damage.kind()).isEqualTo(Damage.Kind.FRAMING);
    assertThat(damage.touched())
        .containsExactly(new Damage.Touched("image a:1", "layer " + top.diffId()));
    importAgain();
  }

  @Test
  void whatIsMissingFromStateIsReported() throws RocksDBException {
    ImageRecord image = store.state().image("a:1").orElseThrow();
    LayerKey top = LayerKey.chain(image.diffIds()).getLast();
    StateDatabase raw = store.state().database();
    try (WriteBatch batch = new WriteBatch()) {
      batch.delete(raw.family(StateFamily.LAYERS), top.key());
      batch.put(raw.family(StateFamily.CONTENTS), image.config().toBytes(), Imports.text("other"));
      batch.put(raw.family(StateFamily.IMAGES), Imports.text("z:1"), new byte[] {77});
      raw.write(batch, true);
    }
    List<Damage> damages = verify().damages();
    assertThat(damages)
        .extracting(Damage::kind)
        .containsExactlyInAnyOrder(Damage.Kind.STATE, Damage.Kind.LAYER, Damage.Kind.CONTENT);
    assertThat(damages)
        .anySatisfy(
            damage -> {
              assertThat(damage.message()).contains("missing");
              assertThat(damage.touched())
                  .containsExactly(new Damage.Touched("image a:1", "layer " + top.diffId()));
            })
        .anySatisfy(damage -> assertThat(damage.message()).contains("image z:1"));
    assertThatThrownBy(store::collect).isInstanceOf(StoreException.class);
  }

  @Test
  void blobsOfVolumesAreCheckedToo() throws IOException {
    byte[] own = Imports.bytes(8, 9000);
    Digest digest;
    try (StoreWriter session = store.begin("commit")) {
      digest = session.putBytes(own).orElseThrow();
      session.flush();
    }
    store.register((at, sink) -> sink.blob(new VolumeId(3), 77, digest, own.length));
    assertThat(verify().isSound()).isTrue();
    Files.delete(store.layout().object(digest));
    assertThat(onlyDamage().touched()).containsExactly(new Damage.Touched("volume 3", "inode 77"));
  }
}
