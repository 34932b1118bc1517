package dev.lamina.tree;

import static dev.lamina.tree.TreeFixture.directory;
import static dev.lamina.tree.TreeFixture.file;
import static dev.lamina.tree.TreeFixture.path;
import static dev.lamina.tree.TreeFixture.symlink;
import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.List;
import java.util.function.Consumer;
import org.junit.jupiter.api.Test;

/** What the difference of two trees says. */
final class TreeDifferenceTest {
  private final TreeFixture trees = new TreeFixture();
  private final TreeView base =
      trees.layer(
          layer -> {
            layer.put(path("d/a"), file("a"));
            layer.put(path("d/b"), file("b"));
            layer.link(path("d/c"), path("d/b"));
            layer.put(path("e/x/y"), file("y"));
            layer.put(path("f"), symlink("d"));
          });

  private List<String> changes(Consumer<TreeEditor> layer) {
    List<String> lines = new ArrayList<>();
    TreeDifference.diff(
        base,
        trees.layer(base, layer),
        change ->
            lines.add(
                switch (change) {
                  case Change.Added added -> "A " + added.path();
                  case Change.Modified modified ->
                      (modified.linksChanged() ? "L " : "C ") + modified.path();
                  case Change.Deleted deleted -> "D " + deleted.path();
                }));
    return lines;
  }

  @Test
  void equal_trees_differ_in_nothing() {
    assertThat(changes(layer -> {})).isEmpty();
  }

  @Test
  void changes_come_in_the_order_of_paths_and_parents_are_silent() {
    assertThat(
            changes(
                layer -> {
                  layer.put(path("z/z"), file("z"));
                  layer.put(path("d/a"), file("changed"));
                  layer.put(path("d!"), file("sorts before what is in d"));
                  layer.whiteout(path("e"));
                  layer.put(path("d"), directory(0711));
                  layer.put(TreePath.ROOT, directory(0711));
                }))
        .containsExactly("C /", "C /d", "C /d/a", "A /d!", "D /e", "A /z", "A /z/z");
  }

  @Test
  void a_file_in_a_directorys_place_and_the_reverse() {
    assertThat(
            changes(
                layer -> {
                  layer.put(path("e"), file("e"));
                  layer.put(path("f"), directory(0755));
                  layer.put(path("f/new"), file("n"));
                }))
        .containsExactly("C /e", "C /f", "A /f/new");
  }

  @Test
  void all_names_of_a_file_differ_when_its_set_of_names_does() {
    assertThat(changes(layer -> layer.whiteout(path("d/c")))).containsExactly("L /d/b", "D /d/c");
    assertThat(changes(layer -> layer.link(path("g"), path("d/b"))))
        .containsExactly("L /d/b", "L /d/c", "A /g");
    assertThat(changes(layer -> layer.link(path("a"), path("d/a"))))
        .containsExactly("A /a", "L /d/a");
    assertThat(changes(layer -> layer.put(path("d/b"), file("b"))))
        .containsExactly("L /d/b", "L /d/c");
    assertThat(changes(layer -> layer.put(path("d/b"), file("other"))))
        .containsExactly("L /d/b", "L /d/c");
    assertThat(changes(layer -> layer.put(path("0"), file("moves all positions"))))
        .containsExactly("A /0");
  }

  @Test
  void added_hard_links_have_one_inode() {
    List<Change> added = new ArrayList<>();
    TreeView next =
        trees.layer(
            base,
            layer -> {
              layer.put(path("n1"), file("n"));
              layer.link(path("n2"), path("n1"));
            });
    TreeDifference.diff(base, next, added::add);

    assertThat(added)
        .containsExactly(
            new Change.Added(path("n1"), file("n"), next.walk(path("n1"))),
            new Change.Added(path("n2"), file("n"), next.walk(path("n1"))));
  }
}
