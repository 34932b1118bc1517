package dev.lamina.tree;

import static dev.lamina.tree.TreeFixture.directory;
import static dev.lamina.tree.TreeFixture.file;
import static dev.lamina.tree.TreeFixture.list;
import static dev.lamina.tree.TreeFixture.path;
import static dev.lamina.tree.TreeFixture.symlink;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;

/** What a layer's entries do to a tree. */
final class TreeEditorTest {
  private final TreeFixture trees = new TreeFixture();
  private final TreeView base =
      trees.layer(
          layer -> {
            layer.put(path("d"), directory(0700));
            layer.put(path("d/a"), file("a"));
            layer.put(path("d/b"), file("bb"));
            layer.put(path("d/sub/deep"), file("deep"));
            layer.put(path("f"), file("fff"));
            layer.put(path("link"), symlink("d"));
          });

  @Test
  void a_tree_without_entries_has_one_position() {
    Tree tree = trees.layer(layer -> {}).tree();

    assertThat(tree.positions()).isEqualTo(1);
    assertThat(tree.bytes()).isZero();
    assertThat(tree.root()).isEqualTo(Metadata.IMPLIED);
  }

  @Test
  void missing_parents_are_made_0755_of_root_at_time_0() {
    TreeView tree = trees.layer(layer -> layer.put(path("x/y/z"), file("z")));

    assertThat(tree.entry(tree.walk(path("x/y"))).metadata()).isEqualTo(Metadata.IMPLIED);
  }

  @Test
  void a_directory_that_is_not_listed_keeps_its_attributes() {
    TreeView tree = trees.layer(base, layer -> layer.put(path("d/new"), file("new")));

    assertThat(list(tree))
        .containsExactly(
            "/d/ 700",
            "/d/a 644 1",
            "/d/b 644 2",
            "/d/new 644 3",
            "/d/sub/ 755",
            "/d/sub/deep 644 4",
            "/f 644 3",
            "/link -> d");
    assertThat(tree.tree().bytes()).isEqualTo(13);
  }

  @Test
  void D1_1_a_file_hides_the_directory_beneath() {
    TreeView tree = trees.layer(base, layer -> layer.put(path("d"), file("now a file")));

    assertThat(list(tree)).containsExactly("/d 644 10", "/f 644 3", "/link -> d");
    assertThat(tree.tree().bytes()).isEqualTo(13);
  }

  @Test
  void D2_1_a_whiteout_deletes_from_lower_layers_only_in_any_order() {
    TreeView before =
        trees.layer(
            base,
            layer -> {
              layer.whiteout(path("d"));
              layer.put(path("d/new"), file("new"));
            });
    TreeView after =
        trees.layer(
            base,
            layer -> {
              layer.put(path("d/new"), file("new"));
              layer.whiteout(path("d"));
            });

    assertThat(list(before)).containsExactly("/d/ 755", "/d/new 644 3", "/f 644 3", "/link -> d");
    assertThat(after.tree()).isEqualTo(before.tree());
  }

  @Test
  void D2_1_a_whiteout_of_nothing_changes_nothing_and_makes_no_parents() {
    TreeView tree =
        trees.layer(
            base,
            layer -> {
              layer.whiteout(path("nowhere/at/all"));
              layer.whiteout(path("d/none"));
              layer.opaque(path("elsewhere"));
            });

    assertThat(tree.tree()).isEqualTo(base.tree());
  }

  @Test
  void D2_2_an_opaque_directory_hides_lower_siblings_wherever_the_marker_is() {
    TreeView first =
        trees.layer(
            base,
            layer -> {
              layer.opaque(path("d"));
              layer.put(path("d/new"), file("new"));
            });
    TreeView last =
        trees.layer(
            base,
            layer -> {
              layer.put(path("d/new"), file("new"));
              layer.opaque(path("d"));
            });

    assertThat(list(first)).containsExactly("/d/ 700", "/d/new 644 3", "/f 644 3", "/link -> d");
    assertThat(last.tree()).isEqualTo(first.tree());
    assertThat(first.tree().bytes()).isEqualTo(6);
  }

  @Test
  void D2_2_an_opaque_root_hides_everything_below() {
    TreeView tree =
        trees.layer(
            base,
            layer -> {
              layer.put(path("only"), file("1"));
              layer.opaque(TreePath.ROOT);
            });

    assertThat(list(tree)).containsExactly("/only 644 1");
    assertThat(tree.tree().bytes()).isEqualTo(1);
  }

  @Test
  void D2_4_a_whiteout_of_a_directory_removes_its_subtree() {
    TreeView tree = trees.layer(base, layer -> layer.whiteout(path("d")));

    assertThat(list(tree)).containsExactly("/f 644 3", "/link -> d");
    assertThat(tree.tree().bytes()).isEqualTo(3);
  }

  @Test
  void D2_6_a_directory_over_a_file_replaces_it() {
    TreeView tree =
        trees.layer(
            base,
            layer -> {
              layer.put(path("f/x"), file("x"));
              layer.put(path("f"), directory(0711));
              layer.put(path("link"), directory(0711));
            });

    assertThat(list(tree)).contains("/f/ 711", "/f/x 644 1", "/link/ 711");
  }

  @Test
  void D11_3_a_directory_over_a_directory_changes_its_attributes() {
    TreeView tree = trees.layer(base, layer -> layer.put(path("d"), directory(01777)));

    assertThat(list(tree)).contains("/d/ 1777", "/d/a 644 1").hasSize(7);
  }

  @Test
  void D11_3_the_last_of_duplicate_entries_wins() {
    TreeView tree =
        trees.layer(
            base,
            layer -> {
              assertThat(layer.put(path("x"), file("first"))).isFalse();
              assertThat(layer.put(path("x"), file("second!"))).isTrue();
              assertThat(layer.put(path("y/below"), file("gone"))).isFalse();
              assertThat(layer.put(path("y"), file("y"))).isFalse();
              assertThat(layer.put(path("y"), directory(0750))).isTrue();
            });

    assertThat(list(tree)).contains("/x 644 7", "/y/ 750").doesNotContain("/y/below 644 4");
  }

  @Test
  void the_root_takes_attributes_and_nothing_else() {
    TreeView tree = trees.layer(base, layer -> layer.put(TreePath.ROOT, directory(0555)));

    assertThat(tree.tree().root().mode()).isEqualTo(0555);
    assertThat(tree.tree().rootDirectory()).isEqualTo(base.tree().rootDirectory());
    TreeEditor editor = TreeEditor.on(base);
    assertThatThrownBy(() -> editor.put(TreePath.ROOT, file("x")))
        .isInstanceOf(LayerException.class);
    assertThatThrownBy(() -> editor.whiteout(TreePath.ROOT)).isInstanceOf(LayerException.class);
  }

  @Test
  void an_entry_below_a_file_of_a_lower_layer_is_refused_by_name() {
    TreeEditor editor = TreeEditor.on(base);
    editor.put(path("f/x/y"), file("y"));

    assertThatThrownBy(() -> editor.finish(trees.records))
        .isInstanceOf(LayerException.class)
        .hasMessage("/f/x/y: /f is not a directory in the layers below");
  }

  @Test
  void an_entry_below_a_file_of_its_own_layer_is_refused_by_name() {
    TreeEditor editor = TreeEditor.on(base);
    editor.put(path("x"), file("x"));

    assertThatThrownBy(() -> editor.put(path("x/y"), file("y")))
        .isInstanceOf(LayerException.class)
        .hasMessage("/x/y: /x is not a directory in the same layer");
  }

  @Test
  void an_entry_below_a_file_that_the_layer_deletes_is_taken() {
    TreeView tree =
        trees.layer(
            base,
            layer -> {
              layer.put(path("f/x"), file("x"));
              layer.whiteout(path("f"));
            });

    assertThat(list(tree)).contains("/f/ 755", "/f/x 644 1");
  }

  @Test
  void a_removed_name_is_gone_whoever_wrote_it() {
    TreeView tree =
        trees.layer(
            base,
            layer -> {
              layer.put(path("n/x"), file("x"));
              layer.remove(path("n"));
              layer.remove(path("d/sub"));
              layer.remove(path("f"));
            });

    assertThat(list(tree)).containsExactly("/d/ 700", "/d/a 644 1", "/d/b 644 2", "/link -> d");
  }

  @Test
  void removing_what_is_not_there_is_refused_by_name() {
    TreeEditor editor = TreeEditor.on(base);
    editor.remove(path("d"));

    assertThatThrownBy(() -> editor.remove(path("d/a")))
        .isInstanceOf(LayerException.class)
        .hasMessage("/d/a: there is nothing to remove");
  }

  @Test
  void a_moved_directory_takes_its_record_with_it() {
    long inode = base.walk(path("d"));
    Location location = base.locate(inode);
    Digest record = location.directory.directory(location.index);
    TreeView tree =
        trees.layer(
            base,
            layer -> {
              layer.graft(path("z/moved"), Metadata.of(0711, 1, 2, 3), record);
              layer.remove(path("d"));
              layer.remove(path("z/moved/b"));
              layer.put(path("z/moved/sub/more"), file("more!"));
            });

    assertThat(list(tree))
        .containsExactly(
            "/f 644 3",
            "/link -> d",
            "/z/ 755",
            "/z/moved/ 711",
            "/z/moved/a 644 1",
            "/z/moved/sub/ 755",
            "/z/moved/sub/deep 644 4",
            "/z/moved/sub/more 644 5");
    assertThat(tree.tree().bytes()).isEqualTo(13);
  }

  @Test
  void a_parent_stays_when_what_it_was_made_for_is_removed() {
    TreeView tree =
        trees.layer(
            layer -> {
              layer.put(path("made/x"), file("x"));
              layer.remove(path("made/x"));
            });

    assertThat(list(tree)).containsExactly("/made/ 755");
  }

  @Test
  void sizes_whose_sum_is_beyond_63_bits_are_refused() {
    TreeEditor editor = TreeEditor.on(base);
    for (int i = 0; i < 3; i++) {
      editor.put(
          path("sparse" + i),
          new TreeEntry.File(
              Metadata.IMPLIED, Long.MAX_VALUE, Optional.of(Digest.sha256(new byte[] {1}))));
    }

    assertThatThrownBy(() -> editor.finish(trees.records))
        .isInstanceOf(LayerException.class)
        .hasMessage("/: its files have more than 2^63 bytes");
  }

  @Test
  void a_directory_may_be_moved_to_where_its_paths_are_longer_than_any_that_can_be_written() {
    TreePath deep = path("m/" + "n/".repeat(TreePath.MAX_DEPTH - 2) + "f");
    TreeView tree = trees.layer(layer -> layer.put(deep, file("deep")));
    Digest moved = tree.root().directory(0);
    TreeView next = trees.layer(tree, layer -> layer.graft(path("a/b/c"), Metadata.IMPLIED, moved));
    List<Change> changes = new ArrayList<>();
    TreeDifference.diff(tree, next, changes::add);

    assertThat(next.tree().bytes()).isEqualTo(8);
    assertThat(next.path(4 + TreePath.MAX_DEPTH - 1).size()).isEqualTo(TreePath.MAX_DEPTH + 2);
    assertThat(changes).hasSize(TreePath.MAX_DEPTH + 2);
  }

  @Test
  void an_editor_makes_one_tree() {
    TreeEditor editor = TreeEditor.on(base);
    editor.finish(trees.records);

    assertThatThrownBy(() -> editor.finish(trees.records))
        .isInstanceOf(IllegalStateException.class);
  }

  @Test
  void a_path_of_the_greatest_depth_is_written_and_read() {
    TreePath deep = path("n/".repeat(TreePath.MAX_DEPTH - 1) + "f");
    TreeView tree = trees.layer(base, layer -> layer.put(deep, file("deep")));
    TreeView without = trees.layer(tree, layer -> layer.whiteout(path("n")));

    assertThat(tree.path(tree.walk(deep))).isEqualTo(deep);
    assertThat(without.tree()).isEqualTo(base.tree());
    assertThatThrownBy(() -> path(deep + "/g")).isInstanceOf(IllegalArgumentException.class);
  }
}
