package dev.lamina.runtime;

import static org.assertj.core.api.Assertions.assertThat;

import dev.lamina.testing.FileTree;
import dev.lamina.testing.RequiresFuse;
import dev.lamina.testing.RequiresRoot;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.SortedMap;
import java.util.regex.Pattern;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Unions on top of a mounted volume: a container engine in a container has them. */
@RequiresFuse
@RequiresRoot
final class NestedTest {
  /** What is done in the outer volume, a lower and an upper layer of the union in it. */
  private static final String CHANGES =
      """
      echo more >>"$1/lower/changed"
      rm "$1/lower/removed"
      mkdir "$1/new"; ln "$1/lower/changed" "$1/new/link"
      rm -r "$1/tree/a"; mkdir "$1/tree/a"; echo again >"$1/tree/a/file"
      mv "$1/tree/b" "$1/moved"
      chmod 600 "$1/lower/mode"; setfattr -n user.x -v y "$1/lower/mode"
      for i in $(seq 300); do echo $i >"$1/new/$i"; done
      for i in $(seq 300); do mv "$1/new/$i" "$1/tree/$i"; done
      """;

  private static final Pattern TIME = Pattern.compile(" \\d{4}-\\d\\d-\\d\\dT\\S+Z");

  private static final String CONTENT =
      """
      mkdir -p "$1/lower" "$1/tree/a/deep" "$1/tree/b/deep"
      for f in changed removed mode; do echo $f >"$1/lower/$f"; done
      echo a >"$1/tree/a/deep/file"; echo b >"$1/tree/b/deep/file"
      """;

  @TempDir private Path directory;
  private MountedWork work;

  @BeforeEach
  void mount() throws Exception {
    work = new MountedWork(directory);
  }

  @AfterEach
  void stop() throws Exception {
    work.stop();
  }

  /** What the changes make of the content in a plain directory. */
  private SortedMap<String, String> expected() throws Exception {
    Path plain = Files.createDirectory(directory.resolve("plain"));
    run(CONTENT, plain);
    run(CHANGES, plain);
    return FileTree.describe(plain);
  }

  private void run(String script, Path place) throws Exception {
    work.commands().program("sh", "-euc", script, "script", place.toString());
  }

  private static void requireSame(SortedMap<String, String> expected, Path place) {
    assertThat(
            FileTree.differences(
                "plain", withoutTimes(expected), "union", withoutTimes(FileTree.describe(place))))
        .isEmpty();
  }

  private static SortedMap<String, String> withoutTimes(SortedMap<String, String> tree) {
    tree.replaceAll((name, text) -> TIME.matcher(text).replaceAll(""));
    return tree;
  }

  @Test
  void an_overlayfs_has_its_layers_on_a_volume() throws Exception {
    SortedMap<String, String> expected = expected();
    Path union = Files.createDirectory(directory.resolve("union"));
    work.shell("mkdir \"$1/upper\" \"$1/work\" \"$1/below\"");
    run(CONTENT, work.directory().resolve("below"));
    for (boolean isFirst = true; ; isFirst = false) {
      work.shell(
          "mount -t overlay none -o lowerdir=$1/below,upperdir=$1/upper,workdir=$1/work $2",
          union.toString());
      try {
        if (isFirst) {
          run(CHANGES, union);
        }
        requireSame(expected, union);
      } finally {
        work.commands().program("umount", union.toString());
      }
      if (!isFirst) {
        break;
      }
      work.remount();
    }
    work.shell("test -c \"$1/upper/lower/removed\"");
  }

  @Test
  void a_lamina_has_its_store_on_a_volume() throws Exception {
    SortedMap<String, String> expected = expected();
    Path root = Files.createDirectory(directory.resolve("content"));
    run(CONTENT, root);
    Commands inner = new Commands(work.directory());
    Path union = Files.createDirectory(directory.resolve("union"));
    try {
      inner.lamina("import", root.toString(), "inner");
      inner.lamina("mount", "inner", union.toString(), "--volume", "inner-work");
      run(CHANGES, union);
      requireSame(expected, union);
      inner.lamina("commit", "inner-work", "inner:2");
      inner.lamina("umount", union.toString());
      inner.stop();
      work.remount();
      inner.lamina("mount", "inner:2", union.toString(), "-o", "ro");
      requireSame(expected, union);
      inner.lamina("umount", union.toString());
      inner.lamina("verify", "--deep");
    } finally {
      inner.stop();
    }
  }
}
