package dev.lamina.tree;

import dev.lamina.fs.FileKind;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.TreeSet;

/**
 * The names that two trees have whose files have other names besides in one than in the other, in
 * order. Found from the link tables, at the cost of the links.
 */
final class LinkDifference {
  private final TreeMap<TreePath, Change.Modified> changes = new TreeMap<>();

  LinkDifference(TreeView a, TreeView b) {
    // Equal sets of names get equal numbers; a path that is in no group is the only name it has.
    Map<List<TreePath>, Integer> numbers = new HashMap<>();
    Map<TreePath, Integer> before = groups(a, numbers);
    Map<TreePath, Integer> after = groups(b, numbers);
    TreeSet<TreePath> candidates = new TreeSet<>(before.keySet());
    candidates.addAll(after.keySet());
    for (TreePath path : candidates) {
      if (!before.getOrDefault(path, -1).equals(after.getOrDefault(path, -1))) {
        compare(a, b, path);
      }
    }
  }

  private static Map<TreePath, Integer> groups(
      TreeView view, Map<List<TreePath>, Integer> numbers) {
    Map<TreePath, Integer> groups = new HashMap<>();
    for (int g = 0; g < view.linkTable().groups(); g++) {
      List<TreePath> paths = view.paths(view.linkTable().group(g)[0]);
      int number = numbers.computeIfAbsent(paths, p -> numbers.size());
      paths.forEach(path -> groups.put(path, number));
    }
    return groups;
  }

  private void compare(TreeView a, TreeView b, TreePath path) {
    Optional<TreeView.Place> before = a.find(path).filter(LinkDifference::isFile);
    Optional<TreeView.Place> after = b.find(path).filter(LinkDifference::isFile);
    if (before.isPresent() && after.isPresent()) {
      changes.put(
          path,
          new Change.Modified(
              path,
              before.get().directory().entry(before.get().index()),
              after.get().directory().entry(after.get().index()),
              b.linkTable().first(after.get().position()),
              true));
    }
  }

  private static boolean isFile(TreeView.Place place) {
    return place.directory().kind(place.index()) != FileKind.DIRECTORY;
  }

  /** Takes out the changes of paths before this one. */
  List<Change> before(TreePath path) {
    return drain(changes.headMap(path, false));
  }

  /** Takes out the change of this path; returns whether there was one. */
  boolean take(TreePath path) {
    return changes.remove(path) != null;
  }

  /** Takes out all changes that are left. */
  List<Change> rest() {
    return drain(changes);
  }

  private static List<Change> drain(Map<TreePath, Change.Modified> from) {
    List<Change> drained = new ArrayList<>(from.values());
    from.clear();
    return drained;
  }
}
