package dev.lamina.image;

import static org.assertj.core.api.Assertions.assertThat;

import dev.lamina.tree.Digest;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What was said to be exported is there after a power cut, and is what its name says. */
final class ExportDurabilityTest {
  private static final byte[] BLOB = "a layer".getBytes(StandardCharsets.UTF_8);
  private static final byte[] INDEX = "an index".getBytes(StandardCharsets.UTF_8);
  private static final Digest DIGEST = Digest.sha256(BLOB);

  @TempDir Path dir;

  /** What was synced, each with the files that had their names by then. */
  private final List<String> synced = new ArrayList<>();

  private Path layout() {
    return dir.resolve("layout");
  }

  private void record(Path path) throws IOException {
    String what =
        Files.isDirectory(path)
            ? dir.toRealPath().relativize(path.toRealPath()).toString()
            : "data";
    List<String> named = new ArrayList<>();
    if (Files.exists(layout().resolve("blobs/b"))) {
      named.add("b");
    }
    if (Files.exists(layout().resolve("index.json"))) {
      named.add(Files.readString(layout().resolve("index.json")).equals("old") ? "old" : "new");
    }
    synced.add(what + named);
  }

  @Test
  void dataGoesToDiskBeforeItsNameAndTheNameOfTheIndexLast() throws IOException {
    Files.createDirectory(layout());
    Files.writeString(layout().resolve("index.json"), "old");
    try (DirectoryTarget target = new DirectoryTarget(layout(), this::record)) {
      target.write("blobs/b", BLOB);
      target.write("index.json", INDEX);
      target.finish();
    }
    assertThat(synced)
        .containsExactly(
            "data[old]", "data[old]", "layout/blobs[b, old]", "layout[b, old]", "layout[b, new]");
  }

  @Test
  void inANewDirectoryTheIndexGetsItsNameAfterTheBlobsHaveTheirsOnDisk() throws IOException {
    try (DirectoryTarget target = new DirectoryTarget(layout(), this::record)) {
      target.write("index.json", INDEX);
      target.write("blobs/b", BLOB);
      target.finish();
    }
    assertThat(synced)
        .containsExactly(
            "data[]", "data[]", "layout/blobs[b]", "[b]", "layout[b]", "layout[b, new]");
  }

  @Test
  void aBlobThatReplacesADamagedOneIsOnDiskBeforeTheIndexNamesIt() throws IOException {
    Files.createDirectories(layout().resolve("blobs"));
    Files.writeString(layout().resolve("blobs/b"), "another");
    try (DirectoryTarget target = new DirectoryTarget(layout(), this::record)) {
      target.write("blobs/b", BLOB);
      target.write("index.json", INDEX);
      target.finish();
    }
    assertThat(synced).endsWith("layout/blobs[b]", "layout[b, new]");
  }

  @Test
  void aTarGoesToDiskBeforeItsName() throws IOException {
    Path file = dir.resolve("image.tar");
    List<String> order = new ArrayList<>();
    PathSync sync =
        path -> order.add((Files.isDirectory(path) ? "names " : "data ") + Files.exists(file));
    try (TarTarget target = TarTarget.file(file, dir, sync)) {
      target.write("a", BLOB);
      target.finish();
    }
    assertThat(order).containsExactly("data false", "names true");
    assertThat(file).isNotEmptyFile();
  }

  @Test
  void anUnfinishedTarLeavesNothing() throws IOException {
    try (TarTarget target = TarTarget.file(dir.resolve("image.tar"), dir, PathSync.KERNEL)) {
      target.write("a", BLOB);
    }
    assertThat(dir).isEmptyDirectory();
  }

  @Test
  void aBlobOfTheRightSizeWithOtherBytesIsWrittenAgain() throws IOException {
    Files.createDirectory(layout());
    Path file = layout().resolve("b");
    Files.writeString(file, "another");
    try (DirectoryTarget target = new DirectoryTarget(layout(), PathSync.KERNEL)) {
      assertThat(target.has("b", DIGEST, BLOB.length)).isFalse();
      target.write("b", BLOB);
      assertThat(target.has("b", DIGEST, BLOB.length)).isTrue();
      target.finish();
    }
    assertThat(file).hasBinaryContent(BLOB);
    try (DirectoryTarget target = new DirectoryTarget(layout(), PathSync.KERNEL)) {
      assertThat(target.has("b", DIGEST, BLOB.length)).isTrue();
      target.finish();
    }
  }
}
