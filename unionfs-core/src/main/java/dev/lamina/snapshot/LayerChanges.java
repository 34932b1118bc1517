package dev.lamina.snapshot;

import dev.lamina.archive.LayerChange;
import dev.lamina.fs.FileKind;
import dev.lamina.tree.Change;
import dev.lamina.tree.TreeDifference;
import dev.lamina.tree.TreeEntry;
import dev.lamina.tree.TreePath;
import dev.lamina.tree.TreeView;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Consumer;

/** The changes of a layer to be written, in the form that a layer's tar can carry. */
final class LayerChanges {
  private LayerChanges() {}

  /**
   * Leaves sockets out, which no tar carries. Where one took the place of something else, that is
   * deleted.
   *
   * @param base what the changes are to be applied to
   */
  static List<LayerChange> withoutSockets(
      List<LayerChange> changes, TreeView base, Consumer<String> warnings) {
    Set<TreePath> sockets = new HashSet<>();
    Set<TreePath> opaque = new HashSet<>();
    for (LayerChange change : changes) {
      switch (change) {
        case LayerChange.Put(TreePath path, TreeEntry entry) -> {
          if (entry.kind() == FileKind.SOCKET) {
            sockets.add(path);
          }
        }
        case LayerChange.Opaque(TreePath path) -> opaque.add(path);
        case LayerChange.Link _, LayerChange.Whiteout _ -> {}
      }
    }
    if (sockets.isEmpty()) {
      return changes;
    }
    List<LayerChange> kept = new ArrayList<>();
    for (LayerChange change : changes) {
      TreePath path = change.path();
      boolean isSocket =
          sockets.contains(path)
              || (change instanceof LayerChange.Link(TreePath _, TreePath target)
                  && sockets.contains(target));
      if (!isSocket) {
        kept.add(change);
        continue;
      }
      warnings.accept(path + ": a socket, which a layer cannot carry; left out");
      long before = base.walk(path);
      if (before != 0 && base.entry(before).kind() != FileKind.SOCKET && !isBelow(path, opaque)) {
        kept.add(new LayerChange.Whiteout(path));
      }
    }
    return kept;
  }

  private static boolean isBelow(TreePath path, Set<TreePath> directories) {
    for (TreePath above = path; !above.isRoot(); ) {
      above = above.parent();
      if (directories.contains(above)) {
        return true;
      }
    }
    return false;
  }

  /** Returns what makes a tree of an empty one. */
  static List<LayerChange> whole(TreeView empty, TreeView tree) {
    List<LayerChange> changes = new ArrayList<>();
    Map<Long, TreePath> first = new HashMap<>();
    TreeDifference.diff(
        empty,
        tree,
        change -> {
          switch (change) {
            case Change.Added(TreePath path, TreeEntry entry, long inode) -> {
              TreePath other = first.putIfAbsent(inode, path);
              changes.add(
                  other == null
                      ? new LayerChange.Put(path, entry)
                      : new LayerChange.Link(path, other));
            }
            case Change.Modified modified ->
                changes.add(new LayerChange.Put(modified.path(), modified.after()));
            case Change.Deleted deleted ->
                throw new IllegalStateException("an empty tree has no " + deleted.path());
          }
        });
    return changes;
  }
}
