package dev.lamina.store;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.lamina.linux.Fd;
import dev.lamina.linux.FileIo;
import dev.lamina.linux.FileOpen;
import dev.lamina.tree.DamagedException;
import dev.lamina.tree.Digest;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.Arrays;
import java.util.Optional;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

final class BlobsTest {
  private static final byte[] SMALL = Imports.text("a small file");
  private static final byte[] LARGE = Imports.bytes(1, 200_000);

  @TempDir Path directory;
  private Store store;

  @BeforeEach
  void open() {
    store = Imports.open(directory.resolve("s"));
  }

  @AfterEach
  void close() {
    store.close();
  }

  private void reopen() {
    store.close();
    open();
  }

  private Digest put(byte[] bytes) {
    try (StoreWriter session = store.begin("test")) {
      Digest digest = session.putBytes(bytes).orElseThrow();
      session.flush();
      return digest;
    }
  }

  private byte[] read(Digest digest, long size) throws IOException {
    try (InputStream in = store.content(digest, size)) {
      return in.readAllBytes();
    }
  }

  @Test
  void smallBlobIsInlineAndOutlivesAReopening() throws IOException {
    Digest digest = put(SMALL);
    reopen();
    assertThat(store.blob(digest, SMALL.length)).isInstanceOf(Blob.Inline.class);
    assertThat(read(digest, SMALL.length)).isEqualTo(SMALL);
    assertThat(store.layout().object(digest)).doesNotExist();
  }

  @Test
  void largeBlobIsAPlainReadOnlyFileNamedByItsDigest() throws IOException {
    Digest digest = put(LARGE);
    reopen();
    Path object = store.layout().object(digest);
    assertThat(object).hasBinaryContent(LARGE);
    assertThat(object.toString())
        .endsWith("/objects/" + digest.hex().substring(0, 2) + "/" + digest.hex().substring(2));
    assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(object)))
        .isEqualTo("r--r--r--");
    assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(object.getParent())))
        .isEqualTo("rwx------");
    assertThat(read(digest, LARGE.length)).isEqualTo(LARGE);
    try (Fd file = store.openObject(digest, LARGE.length)) {
      byte[] head = new byte[10];
      assertThat(FileIo.readFully(file.value(), head, 0, 10, 0)).isEqualTo(10);
      assertThat(head).isEqualTo(Arrays.copyOf(LARGE, 10));
    }
  }

  @Test
  void theLimitBetweenTheFormsIsInclusive() {
    byte[] last = Imports.bytes(2, 4096);
    byte[] first = Imports.bytes(3, 4097);
    assertThat(store.blob(put(last), 4096)).isInstanceOf(Blob.Inline.class);
    assertThat(store.blob(put(first), 4097)).isInstanceOf(Blob.ObjectFile.class);
  }

  @Test
  void anEmptyFileHasNoBlob() {
    try (StoreWriter session = store.begin("test")) {
      assertThat(session.putBytes(new byte[0])).isEmpty();
    }
  }

  @Test
  void piecesOfAnySizeMakeTheSameBlob() throws IOException {
    Digest whole = put(LARGE);
    try (StoreWriter session = store.begin("test");
        BlobWriter blob = session.blob(-1)) {
      int step = 1;
      for (int at = 0; at < LARGE.length; at += step, step = step * 2 + 1) {
        blob.write(LARGE, at, Math.min(step, LARGE.length - at));
      }
      assertThat(blob.finish()).contains(whole);
    }
  }

  @Test
  void zerosTakeNoSpace() throws IOException {
    long size = 100L << 20;
    Digest digest;
    try (StoreWriter session = store.begin("test");
        BlobWriter blob = session.blob(size)) {
      blob.write(SMALL, 0, SMALL.length);
      blob.zeros(size - SMALL.length);
      digest = blob.finish().orElseThrow();
      session.flush();
    }
    Path object = store.layout().object(digest);
    assertThat(Files.size(object)).isEqualTo(size);
    assertThat(store.usage().objectBytes()).isLessThan(1 << 20);
    assertThat(store.verify(VerifyOptions.everything()).isSound()).isTrue();
  }

  @Test
  void skippingReadsNothing() throws IOException {
    long size = 4L << 40; // to read it would take hours
    Path file = directory.resolve("sparse");
    try (Fd fd = FileOpen.openat(Fd.CWD, PathBytes.of(file), FileOpen.O_RDWR | FileOpen.O_CREAT);
        InputStream in = new ObjectStream(fd, size)) {
      FileIo.ftruncate(fd.value(), size);
      FileIo.writeFully(fd.value(), SMALL, 0, SMALL.length, size - SMALL.length);
      in.skipNBytes(size - SMALL.length);
      assertThat(in.readNBytes(100)).isEqualTo(SMALL);
      assertThat(in.skip(1)).isZero();
    }
  }

  @Test
  void theSameContentIsThereOnce() throws IOException {
    Digest digest = put(LARGE);
    Object first = Files.getAttribute(store.layout().object(digest), "unix:ino");
    assertThat(put(LARGE)).isEqualTo(digest);
    assertThat(Files.getAttribute(store.layout().object(digest), "unix:ino")).isEqualTo(first);
    assertThat(directory.resolve("s/tmp")).isEmptyDirectory();
  }

  @Test
  void aFileWithoutARowIsReplacedAndNotTrusted() throws IOException {
    Digest digest = Digest.sha256(LARGE);
    Path object = store.layout().object(digest);
    byte[] wrong = Imports.bytes(9, LARGE.length);
    Files.write(object, wrong);
    assertThatThrownBy(() -> store.blob(digest, LARGE.length)).isInstanceOf(DamagedException.class);
    put(LARGE);
    assertThat(object).hasBinaryContent(LARGE);
  }

  @Test
  void aRowDoesNotVouchForAnObject() throws IOException {
    Digest digest = put(LARGE);
    Path object = store.layout().object(digest);
    Files.delete(object);
    assertThatThrownBy(() -> store.openObject(digest, LARGE.length))
        .isInstanceOf(DamagedException.class)
        .hasMessageContaining("missing");
    Files.write(object, new byte[5]);
    assertThatThrownBy(() -> store.blob(digest, LARGE.length))
        .isInstanceOf(DamagedException.class)
        .hasMessageContaining("5 bytes");
    put(LARGE);
    assertThat(object).hasBinaryContent(LARGE);
  }

  @Test
  void twoSessionsThatPublishTheSameObjectBothFindItWhole() throws IOException {
    try (StoreWriter one = store.begin("one");
        StoreWriter two = store.begin("two")) {
      Digest digest = one.putBytes(LARGE).orElseThrow();
      Object file = Files.getAttribute(store.layout().object(digest), "unix:ino");
      two.putBytes(LARGE);
      // The first has not put its row yet; the file must be the one whose data it will sync.
      assertThat(Files.getAttribute(store.layout().object(digest), "unix:ino")).isEqualTo(file);
      two.flush();
      assertThat(store.blob(digest, LARGE.length)).isInstanceOf(Blob.ObjectFile.class);
      one.flush();
      assertThat(store.blob(digest, LARGE.length)).isInstanceOf(Blob.ObjectFile.class);
    }
  }

  @Test
  void aDataFileBecomesAnObjectByALink() throws IOException {
    Path data = Files.write(directory.resolve("17"), LARGE);
    Digest digest = Digest.sha256(LARGE);
    try (StoreWriter session = store.begin("commit")) {
      session.link(data, digest, LARGE.length);
      session.flush();
    }
    Path object = store.layout().object(digest);
    assertThat(Files.getAttribute(object, "unix:ino"))
        .isEqualTo(Files.getAttribute(data, "unix:ino"));
    assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(object)))
        .isEqualTo("r--r--r--");
    assertThat(store.layout().temporaries()).isEmptyDirectory();
    try (StoreWriter session = store.begin("commit again")) {
      session.link(data, digest, LARGE.length);
      session.flush();
    }
    Files.delete(data);
    assertThat(object).hasBinaryContent(LARGE);
  }

  @Test
  void aDataFileThatIsThereWithoutARowIsLinkedAgain() throws IOException {
    Path data = Files.write(directory.resolve("17"), LARGE);
    Digest digest = Digest.sha256(LARGE);
    Files.createLink(store.layout().object(digest), data);
    try (StoreWriter session = store.begin("commit")) {
      session.link(data, digest, LARGE.length);
      session.flush();
    }
    assertThat(store.blob(digest, LARGE.length)).isInstanceOf(Blob.ObjectFile.class);
    assertThat(store.layout().temporaries()).isEmptyDirectory();
  }

  @Test
  void D3_9_aDataFileWithAllTheLinksItCanHaveIsCopied() throws IOException {
    Path data = Files.write(directory.resolve("17"), LARGE);
    Path links = Files.createDirectory(directory.resolve("links"));
    try {
      for (int i = 0; i < 70_000; i++) {
        Files.createLink(links.resolve(Integer.toString(i)), data);
      }
    } catch (IOException e) {
      assertThat(e).hasMessageContaining("Too many links");
    }
    Digest digest = Digest.sha256(LARGE);
    try (StoreWriter session = store.begin("commit")) {
      session.link(data, digest, LARGE.length);
      session.flush();
    }
    assertThat(store.layout().object(digest)).hasBinaryContent(LARGE);
  }

  @Test
  void aDataFileOfAnotherSizeIsRefused() throws IOException {
    Path data = Files.write(directory.resolve("17"), LARGE);
    try (StoreWriter session = store.begin("commit")) {
      assertThatThrownBy(() -> session.link(data, Digest.sha256(SMALL), 17))
          .isInstanceOf(StoreException.class)
          .hasMessageContaining("changed while it was committed");
    }
    assertThat(store.layout().temporaries()).isEmptyDirectory();
  }

  @Test
  void aFileIsTakenInTheFormItsSizeAsksFor() throws IOException {
    Path small = Files.write(directory.resolve("small"), SMALL);
    Path large = Files.write(directory.resolve("large"), LARGE);
    Path empty = Files.write(directory.resolve("empty"), new byte[0]);
    try (StoreWriter session = store.begin("commit")) {
      Optional<Digest> first = session.putFile(small);
      Optional<Digest> second = session.putFile(large);
      assertThat(session.putFile(empty)).isEmpty();
      session.flush();
      assertThat(store.blob(first.orElseThrow(), SMALL.length)).isInstanceOf(Blob.Inline.class);
      assertThat(store.blob(second.orElseThrow(), LARGE.length))
          .isInstanceOf(Blob.ObjectFile.class);
    }
  }

  @Test
  void whatIsNotFinishedLeavesNothing() {
    try (StoreWriter session = store.begin("test")) {
      try (BlobWriter blob = session.blob(-1)) {
        blob.write(LARGE, 0, LARGE.length);
        assertThat(store.layout().temporaries()).isNotEmptyDirectory();
      }
      assertThat(store.layout().temporaries()).isEmptyDirectory();
    }
  }

  @Test
  void aFramingComesBackByteForByteWithItsBlobs() throws IOException {
    Digest digest;
    Digest blob = Digest.sha256(LARGE);
    byte[] encoding = Imports.bytes(4, 70_000);
    try (StoreWriter session = store.begin("test");
        FramingWriter framing = session.framing()) {
      assertThat(framing.blob(blob, 5)).isZero();
      assertThat(framing.blob(Digest.sha256(SMALL), 6)).isEqualTo(1);
      assertThat(framing.blob(blob, 5)).isZero();
      framing.write(encoding, 0, 10);
      framing.write(encoding, 10, encoding.length - 10);
      digest = framing.finish();
      session.flush();
    }
    reopen();
    Framing framing = store.framing(digest);
    assertThat(framing.blobs())
        .containsExactly(new BlobReference(blob, 5), new BlobReference(Digest.sha256(SMALL), 6));
    try (InputStream in = framing.stream()) {
      assertThat(in.readAllBytes()).isEqualTo(encoding);
    }
  }

  @Test
  void aBlobOfAnotherSizeThanTheTreeSaysIsDamaged() {
    Digest digest = put(SMALL);
    assertThatThrownBy(() -> store.blob(digest, SMALL.length + 1))
        .isInstanceOf(DamagedException.class);
  }
}
