package dev.lamina.testing;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Instant;
import java.util.Map;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

final class FileTreeTest {
  @TempDir Path one;
  @TempDir Path other;

  @BeforeEach
  void makeEqualTrees() throws Exception {
    for (var root : new Path[] {one, other}) {
      Files.createDirectory(root.resolve("sub"));
      Files.writeString(root.resolve("sub/a"), "content");
      Files.createLink(root.resolve("b"), root.resolve("sub/a"));
      Files.createSymbolicLink(root.resolve("link"), Path.of("sub/a"));
      for (var name : new String[] {"sub/a", "sub", "."}) {
        Files.setLastModifiedTime(root.resolve(name), FileTime.fromMillis(1_000));
      }
      Files.setAttribute(
          root.resolve("link"),
          "lastModifiedTime",
          FileTime.fromMillis(0),
          LinkOption.NOFOLLOW_LINKS);
    }
  }

  private Map<String, String> describe(Path root) {
    return FileTree.describe(root);
  }

  @Test
  void findsNoDifferenceBetweenEqualTrees() {
    assertThat(describe(one))
        .isEqualTo(describe(other))
        .containsOnlyKeys(".", "./sub", "./sub/a", "./b", "./link");
  }

  @Test
  void seesContent() throws Exception {
    var time = Files.getLastModifiedTime(one.resolve("b"));
    Files.writeString(one.resolve("b"), "CONTENT");
    Files.setLastModifiedTime(one.resolve("b"), time);
    assertDiffersIn("./b", "./sub/a");
  }

  @Test
  void seesPermissions() throws Exception {
    Files.setPosixFilePermissions(one.resolve("sub"), PosixFilePermissions.fromString("r-x------"));
    assertDiffersIn("./sub");
  }

  @Test
  void seesNanoseconds() throws Exception {
    Files.setLastModifiedTime(one.resolve("sub"), FileTime.from(Instant.ofEpochSecond(1, 1)));
    assertDiffersIn("./sub");
  }

  @Test
  void seesAttributes() throws Exception {
    Files.setAttribute(one.resolve("sub"), "user:colour", new byte[] {1});
    assertDiffersIn("./sub");
  }

  @Test
  void seesThatNamesAreOfOneFile() throws Exception {
    var time = Files.getLastModifiedTime(one.resolve("b"));
    Files.delete(one.resolve("b"));
    Files.copy(one.resolve("sub/a"), one.resolve("b"));
    Files.setLastModifiedTime(one.resolve("b"), time);
    Files.setLastModifiedTime(one, FileTime.fromMillis(1_000));
    assertDiffersIn("./b", "./sub/a");
  }

  @Test
  void seesWhereASymlinkPoints() throws Exception {
    Files.delete(one.resolve("link"));
    Files.createSymbolicLink(one.resolve("link"), Path.of("sub/b"));
    Files.setAttribute(
        one.resolve("link"), "lastModifiedTime", FileTime.fromMillis(0), LinkOption.NOFOLLOW_LINKS);
    Files.setLastModifiedTime(one, FileTime.fromMillis(1_000));
    assertDiffersIn("./link");
  }

  private void assertDiffersIn(String... names) {
    assertThat(
            FileTree.differences("one", FileTree.describe(one), "other", FileTree.describe(other)))
        .extracting(line -> line.lines().findFirst().orElseThrow())
        .containsExactly(names);
  }
}
