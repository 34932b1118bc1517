package dev.lamina.tree;

import static dev.lamina.tree.TreeFixture.directory;
import static dev.lamina.tree.TreeFixture.file;
import static dev.lamina.tree.TreeFixture.list;
import static dev.lamina.tree.TreeFixture.path;
import static dev.lamina.tree.TreeFixture.symlink;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import org.junit.jupiter.api.Test;

/** Hard links in layers: D4.3 and D11.3. */
final class TreeEditorLinksTest {
  private final TreeFixture trees = new TreeFixture();
  private final TreeView base =
      trees.layer(
          layer -> {
            layer.put(path("d/a"), file("12345"));
            layer.link(path("d/b"), path("d/a"));
            layer.put(path("e"), file("e"));
            layer.put(path("m"), symlink("e"));
          });

  @Test
  void D11_3_links_are_names_of_one_file_and_count_once() {
    assertThat(list(base))
        .containsExactly("/d/ 755", "/d/a 644 5 *2", "/d/b 644 5 *2 @/d/a", "/e 644 1", "/m -> e");
    assertThat(base.tree().bytes()).isEqualTo(6);
    assertThat(base.tree().positions()).isEqualTo(6);
  }

  @Test
  void D11_3_links_to_earlier_layers_join_their_files() {
    TreeView tree =
        trees.layer(
            base,
            layer -> {
              layer.link(path("c"), path("d/b"));
              layer.link(path("f"), path("e"));
              layer.link(path("n"), path("m"));
            });

    assertThat(list(tree))
        .containsExactly(
            "/c 644 5 *3",
            "/d/ 755",
            "/d/a 644 5 *3 @/c",
            "/d/b 644 5 *3 @/c",
            "/e 644 1 *2",
            "/f 644 1 *2 @/e",
            "/m -> e *2",
            "/n -> e *2 @/m");
    assertThat(tree.tree().bytes()).isEqualTo(6);
  }

  @Test
  void D11_3_chains_lead_to_the_final_target_in_any_order() {
    TreeView forward =
        trees.layer(
            layer -> {
              layer.put(path("a"), file("a"));
              layer.link(path("b"), path("a"));
              layer.link(path("c"), path("b"));
            });
    TreeView backward =
        trees.layer(
            layer -> {
              layer.link(path("c"), path("b"));
              layer.link(path("b"), path("a"));
              layer.put(path("a"), file("a"));
            });

    assertThat(list(forward)).containsExactly("/a 644 1 *3", "/b 644 1 *3 @/a", "/c 644 1 *3 @/a");
    assertThat(backward.tree()).isEqualTo(forward.tree());
  }

  @Test
  void a_link_keeps_the_file_that_its_target_was() {
    TreeView tree =
        trees.layer(
            base,
            layer -> {
              layer.link(path("f"), path("e"));
              layer.put(path("e"), file("another"));
            });

    assertThat(list(tree)).contains("/e 644 7", "/f 644 1");
  }

  @Test
  void D4_3_a_name_that_is_written_leaves_its_group() {
    TreeView tree = trees.layer(base, layer -> layer.put(path("d/a"), file("new")));

    assertThat(list(tree)).contains("/d/a 644 3", "/d/b 644 5");
    assertThat(tree.linkTable().groups()).isZero();
    assertThat(tree.tree().bytes()).isEqualTo(9);
  }

  @Test
  void D4_3_a_name_that_is_deleted_or_hidden_leaves_its_group() {
    TreeView three = trees.layer(base, layer -> layer.link(path("c"), path("d/a")));

    assertThat(list(trees.layer(three, layer -> layer.whiteout(path("d/a")))))
        .contains("/c 644 5 *2", "/d/b 644 5 *2 @/c");
    assertThat(list(trees.layer(three, layer -> layer.opaque(path("d")))))
        .contains("/c 644 5", "/d/ 755");
    assertThat(list(trees.layer(three, layer -> layer.whiteout(path("d")))))
        .containsExactly("/c 644 5", "/e 644 1", "/m -> e");
    assertThat(trees.layer(three, layer -> layer.whiteout(path("d"))).tree().bytes()).isEqualTo(6);
  }

  @Test
  void D4_3_groups_survive_what_is_inserted_before_and_between() {
    TreeView tree =
        trees.layer(
            base,
            layer -> {
              layer.put(path("aa/x"), file("x"));
              layer.put(path("d/aa"), file("x"));
              layer.put(path("d"), directory(0700));
            });

    assertThat(list(tree)).contains("/d/a 644 5 *2", "/d/b 644 5 *2 @/d/a");
  }

  @Test
  void a_link_to_itself_changes_nothing() {
    assertThat(trees.layer(base, layer -> layer.link(path("d/b"), path("d/b"))).tree())
        .isEqualTo(base.tree());
  }

  @Test
  void a_link_to_nothing_is_refused_by_name() {
    TreeEditor editor = TreeEditor.on(base);
    editor.link(path("x"), path("d/none"));

    assertThatThrownBy(() -> editor.finish(trees.records))
        .isInstanceOf(LayerException.class)
        .hasMessage("/x: it is a hard link to /d/none, which is nothing");
  }

  @Test
  void links_in_a_circle_are_refused_by_name() {
    TreeEditor editor = TreeEditor.on(base);
    editor.link(path("x"), path("y"));
    editor.link(path("y"), path("x"));

    assertThatThrownBy(() -> editor.finish(trees.records))
        .isInstanceOf(LayerException.class)
        .hasMessage("/x: it is a hard link to /y, which is nothing");
  }

  @Test
  void a_link_to_a_directory_is_refused_by_name() {
    TreeEditor editor = TreeEditor.on(base);
    editor.put(path("n/x"), file("x"));

    assertThatThrownBy(() -> editor.link(path("x"), path("d")))
        .isInstanceOf(LayerException.class)
        .hasMessage("/x: it is a hard link to /d, which is a directory");
    assertThatThrownBy(() -> editor.link(path("x"), path("n"))).isInstanceOf(LayerException.class);
    assertThatThrownBy(() -> editor.link(path("x"), TreePath.ROOT))
        .isInstanceOf(LayerException.class);
  }

  @Test
  void a_link_to_what_the_layer_deletes_is_refused_in_any_order() {
    TreeEditor first = TreeEditor.on(base);
    first.whiteout(path("d"));
    first.link(path("x"), path("d/a"));
    TreeEditor last = TreeEditor.on(base);
    last.link(path("x"), path("d/a"));
    last.whiteout(path("d"));

    assertThatThrownBy(() -> first.finish(trees.records)).isInstanceOf(LayerException.class);
    assertThatThrownBy(() -> last.finish(trees.records))
        .isInstanceOf(LayerException.class)
        .hasMessage("/x: it is a hard link to /d/a, which this layer deletes");
  }

  @Test
  void links_below_a_moved_directory_are_given_anew() {
    TreeView three = trees.layer(base, layer -> layer.link(path("c"), path("d/a")));
    Location d = three.locate(three.walk(path("d")));
    TreeView tree =
        trees.layer(
            three,
            layer -> {
              layer.remove(path("d"));
              layer.graft(path("g"), d.directory.metadata(d.index), d.directory.directory(d.index));
              layer.link(path("g/a"), path("c"));
              layer.link(path("g/b"), path("c"));
            });
    TreeView other =
        trees.layer(
            three,
            layer -> {
              layer.graft(path("g"), d.directory.metadata(d.index), d.directory.directory(d.index));
              layer.remove(path("d"));
              layer.link(path("g/b"), path("g/a"));
              layer.link(path("c"), path("g/a"));
            });

    assertThat(list(tree))
        .containsExactly(
            "/c 644 5 *3",
            "/e 644 1",
            "/g/ 755",
            "/g/a 644 5 *3 @/c",
            "/g/b 644 5 *3 @/c",
            "/m -> e");
    assertThat(other.tree()).isEqualTo(tree.tree());
  }
}
