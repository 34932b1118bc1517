package dev.lamina.tree;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.Collections;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Random;
import java.util.Set;
import java.util.function.Consumer;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * Seeded random layers and commits, one on the other: each tree equals the one made from nothing of
 * the same content, and the difference of two trees leads from one to the other.
 */
final class TreeEditorModelTest {
  private final TreeFixture trees = new TreeFixture();

  @ParameterizedTest
  @ValueSource(longs = {1, 2, 3, 4, 5, 6, 7, 8})
  void layers_on_layers_give_the_tree_of_their_content(long seed) {
    Random random = new Random(seed);
    TreeModel model = new TreeModel();
    TreeView view = trees.layer(layer -> {});
    for (int layer = 0; layer < 40; layer++) {
      TreeModel before = new TreeModel(model);
      List<Consumer<TreeEditor>> steps = randomLayer(model, random);
      TreeView next = trees.layer(view, editor -> steps.forEach(step -> step.accept(editor)));
      check(seed, layer, before, view, model, next);
      view = next;
    }
  }

  @ParameterizedTest
  @ValueSource(longs = {11, 12, 13, 14, 15, 16, 17, 18})
  void commits_on_commits_give_the_tree_of_their_content(long seed) {
    Random random = new Random(seed);
    TreeModel model = new TreeModel();
    TreeView view = trees.layer(layer -> {});
    for (int commit = 0; commit < 40; commit++) {
      TreeModel before = new TreeModel(model);
      TreeEditor editor = TreeEditor.on(view);
      randomCommit(model, view, editor, random);
      TreeView next = TreeView.open(trees.directories, editor.finish(trees.records));
      check(seed, commit, before, view, model, next);
      view = next;
    }
  }

  private void check(
      long seed, int step, TreeModel before, TreeView a, TreeModel after, TreeView b) {
    String where = "seed " + seed + ", step " + step;
    Tree scratch = after.build(trees);
    assertThat(TreeFixture.list(b))
        .as(where)
        .isEqualTo(TreeFixture.list(TreeView.open(trees.directories, scratch)));
    assertThat(b.tree()).as(where).isEqualTo(scratch);
    assertThat(b.positions()).as(where).isEqualTo(after.nodes.size());
    assertThat(b.tree().bytes()).as(where).isEqualTo(bytes(after));
    assertThat(replay(a, b)).as(where + ", difference").isEqualTo(b.tree());
    assertThat(replay(b, a)).as(where + ", difference back").isEqualTo(a.tree());
    assertThat(before.build(trees)).as(where).isEqualTo(a.tree());
  }

  private static long bytes(TreeModel model) {
    Set<TreeModel.Node> nodes = new HashSet<>(model.nodes.values());
    return nodes.stream()
        .mapToLong(n -> n.entry instanceof TreeEntry.File file ? file.size() : 0)
        .sum();
  }

  /** Makes {@code b} from {@code a} by their difference. */
  private Tree replay(TreeView a, TreeView b) {
    TreeEditor editor = TreeEditor.on(a);
    Map<Long, TreePath> first = new HashMap<>();
    List<TreePath> order = new ArrayList<>();
    TreeDifference.diff(
        a,
        b,
        change -> {
          order.add(change.path());
          switch (change) {
            case Change.Added(TreePath path, TreeEntry entry, long inode) ->
                write(editor, first, path, entry, inode);
            case Change.Modified modified ->
                write(editor, first, modified.path(), modified.after(), modified.inode());
            case Change.Deleted(TreePath path, TreeEntry _) -> editor.remove(path);
          }
        });
    assertThat(order).isSorted().doesNotHaveDuplicates();
    return editor.finish(trees.records);
  }

  private static void write(
      TreeEditor editor, Map<Long, TreePath> first, TreePath path, TreeEntry entry, long inode) {
    TreePath known = first.putIfAbsent(inode, path);
    if (known == null || entry instanceof TreeEntry.Directory) {
      editor.put(path, entry);
    } else {
      editor.link(path, known);
    }
  }

  /** Changes the model by a layer, and returns the layer's entries. */
  private static List<Consumer<TreeEditor>> randomLayer(TreeModel model, Random random) {
    List<Consumer<TreeEditor>> deletions = new ArrayList<>();
    Set<TreePath> hidden = new HashSet<>();
    for (int i = random.nextInt(4); i > 0; i--) {
      TreePath path =
          random.nextInt(4) == 0
              ? TreeModel.randomPath(random)
              : model.any(random, random.nextBoolean()).orElse(TreeModel.randomPath(random));
      if (!model.isReachable(path)) {
        continue;
      }
      hidden.add(path);
      if (random.nextInt(4) == 0 && model.isDirectory(path)) {
        deletions.add(editor -> editor.opaque(path));
        model.removeBelow(path);
      } else {
        deletions.add(editor -> editor.whiteout(path));
        model.remove(path);
      }
    }
    List<Consumer<TreeEditor>> steps = new ArrayList<>();
    Set<TreePath> written = new HashSet<>();
    for (int i = random.nextInt(12); i > 0; i--) {
      TreePath path = TreeModel.randomPath(random);
      boolean directory = random.nextInt(4) == 0;
      // What a layer makes of a directory that it first replaced is left to other tests.
      boolean overWritten = written.stream().anyMatch(path::startsWith);
      if (!model.isReachable(path) || (overWritten && directory)) {
        continue;
      }
      if (directory) {
        TreeEntry.Directory entry = TreeModel.randomDirectory(random);
        steps.add(editor -> editor.put(path, entry));
        model.put(path, entry);
        continue;
      }
      boolean conflict =
          hidden.stream().anyMatch(h -> h.startsWith(path) && !h.equals(path))
              || (model.nodes.containsKey(path) && written.contains(path));
      if (conflict) {
        continue;
      }
      written.add(path);
      TreePath target = model.any(random, false).orElse(path);
      if (random.nextInt(3) == 0 && !target.equals(path) && model.nodes.containsKey(target)) {
        steps.add(editor -> editor.link(path, target));
        model.link(path, target);
      } else {
        TreeEntry entry = TreeModel.randomEntry(random);
        steps.add(editor -> editor.put(path, entry));
        model.put(path, entry);
      }
    }
    // Deletions concern lower layers wherever they are in the archive, but those of parents that
    // the layer writes as files can't come after these.
    Collections.shuffle(deletions, random);
    List<Consumer<TreeEditor>> all = new ArrayList<>(deletions);
    if (random.nextBoolean()
        && written.stream().noneMatch(w -> hidden.stream().anyMatch(h -> h.startsWith(w)))) {
      all = new ArrayList<>();
      int done = 0;
      for (Consumer<TreeEditor> deletion : deletions) {
        int until = done + random.nextInt(steps.size() - done + 1);
        all.addAll(steps.subList(done, until));
        all.add(deletion);
        done = until;
      }
      all.addAll(steps.subList(done, steps.size()));
    } else {
      all.addAll(steps);
    }
    return all;
  }

  private static void randomCommit(
      TreeModel model, TreeView base, TreeEditor editor, Random random) {
    // Moves come first and take unchanged directories of the base, as a commit's do.
    TreeModel original = new TreeModel(model);
    for (int i = random.nextInt(3); i > 0; i--) {
      TreePath from = model.any(random, true).orElse(TreePath.ROOT);
      TreePath to = TreeModel.randomPath(random);
      boolean unchanged =
          !from.isRoot()
              && original.below(from).equals(model.below(from))
              && original.isDirectory(from)
              && model.below(from).stream()
                  .allMatch(p -> model.nodes.get(p) == original.nodes.get(p));
      if (!unchanged || to.startsWith(from) || from.startsWith(to) || !model.isReachable(to)) {
        continue;
      }
      Location at = base.locate(base.walk(from));
      TreeEntry.Directory attributes = TreeModel.randomDirectory(random);
      editor.remove(from);
      if (model.nodes.containsKey(to)) {
        editor.remove(to);
      }
      editor.graft(to, attributes.metadata(), at.directory.directory(at.index));
      model.move(from, to, attributes);
      relink(model, editor, to);
    }
    for (int i = random.nextInt(12); i > 0; i--) {
      TreePath path = TreeModel.randomPath(random);
      if (!model.isReachable(path)) {
        continue;
      }
      TreePath target = model.any(random, false).orElse(path);
      switch (random.nextInt(5)) {
        case 0 -> {
          if (model.nodes.containsKey(path)) {
            editor.remove(path);
            model.remove(path);
          }
        }
        case 1 -> {
          TreeEntry.Directory entry = TreeModel.randomDirectory(random);
          if (!model.isDirectory(path) && model.nodes.containsKey(path)) {
            editor.remove(path);
          }
          editor.put(path, entry);
          model.put(path, entry);
        }
        case 2 -> {
          if (!target.equals(path) && !target.startsWith(path)) {
            editor.link(path, target);
            model.link(path, target);
          }
        }
        default -> {
          TreeEntry entry = TreeModel.randomEntry(random);
          if (model.isDirectory(path)) {
            editor.remove(path);
          }
          editor.put(path, entry);
          model.put(path, entry);
        }
      }
    }
  }

  /** Gives the link groups with a name below a moved directory anew. */
  private static void relink(TreeModel model, TreeEditor editor, TreePath moved) {
    Set<TreeModel.Node> done = new HashSet<>();
    for (TreePath path : model.below(moved)) {
      TreeModel.Node node = Objects.requireNonNull(model.nodes.get(path));
      if (node.entry instanceof TreeEntry.Directory || !done.add(node)) {
        continue;
      }
      List<TreePath> names =
          model.nodes.entrySet().stream()
              .filter(e -> e.getValue() == node && !e.getKey().equals(path))
              .map(Map.Entry::getKey)
              .toList();
      names.forEach(name -> editor.link(name, path));
    }
  }
}
