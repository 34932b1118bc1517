package dev.lamina.tree;

import static dev.lamina.tree.TreeFixture.directory;
import static dev.lamina.tree.TreeFixture.file;
import static dev.lamina.tree.TreeFixture.path;
import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;

/** A change to a tree of 100,000 files costs what changes, counted in records. */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
final class TreeCostTest {
  private static final String TOUCHED = "d3/e33/f33333";

  private final TreeFixture trees = new TreeFixture();
  private TreeView base = trees.layer(layer -> {});

  @BeforeAll
  void make_a_tree_of_100_000_files() {
    base =
        trees.layer(
            layer -> {
              for (int i = 0; i < 100_000; i++) {
                layer.put(path("d" + i % 10 + "/e" + i % 100 + "/f" + i), file("f" + i));
              }
            });
    assertThat(base.walk(path(TOUCHED))).isPositive();
  }

  private TreeView cold() {
    return TreeView.open(new Directories(trees.records, 64 << 20), base.tree());
  }

  @Test
  void a_layer_that_touches_one_file_writes_its_ancestors_and_nothing_else() {
    TreeView cold = cold();
    long puts = trees.records.puts();
    long reads = trees.records.reads();
    TreeEditor editor = TreeEditor.on(cold);
    editor.put(path(TOUCHED), file("touched"));
    Tree tree = editor.finish(trees.records);

    // Written: d3/e33, d3, the root, the link table, the tree. Read: the first two.
    assertThat(trees.records.puts() - puts).isEqualTo(5);
    assertThat(trees.records.reads() - reads).isEqualTo(2);
    assertThat(tree.bytes()).isEqualTo(base.tree().bytes() + 1);
  }

  @Test
  void attributes_of_a_directory_cost_its_ancestors() {
    TreeView cold = cold();
    long puts = trees.records.puts();
    TreeEditor editor = TreeEditor.on(cold);
    editor.put(path("d3/e33"), directory(0700));
    editor.finish(trees.records);

    assertThat(trees.records.puts() - puts).isEqualTo(4);
  }

  @Test
  void a_moved_directory_costs_the_ancestors_of_both_places() {
    TreeView cold = cold();
    Location at = cold.locate(cold.walk(path("d3")));
    long puts = trees.records.puts();
    long reads = trees.records.reads();
    TreeEditor editor = TreeEditor.on(cold);
    editor.remove(path("d3"));
    editor.graft(path("new/d3"), Metadata.IMPLIED, at.directory.directory(at.index));
    Tree tree = editor.finish(trees.records);

    assertThat(trees.records.puts() - puts).isEqualTo(4);
    assertThat(trees.records.reads() - reads).isEqualTo(1);
    assertThat(tree.bytes()).isEqualTo(base.tree().bytes());
    assertThat(tree.positions()).isEqualTo(base.positions() + 1);
  }

  @Test
  void a_difference_costs_what_differs() {
    TreeEditor editor = TreeEditor.on(base);
    editor.put(path(TOUCHED), file("touched"));
    Tree changed = editor.finish(trees.records);
    TreeView a = cold();
    TreeView b = TreeView.open(new Directories(trees.records, 64 << 20), changed);
    long reads = trees.records.reads();
    List<Change> changes = new ArrayList<>();
    TreeDifference.diff(a, b, changes::add);

    assertThat(changes).hasSize(1);
    assertThat(trees.records.reads() - reads).isEqualTo(4);
  }
}
