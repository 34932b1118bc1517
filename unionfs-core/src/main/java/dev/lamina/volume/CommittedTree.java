package dev.lamina.volume;

import dev.lamina.archive.LayerChange;
import dev.lamina.tree.RecordSink;
import dev.lamina.tree.Tree;
import dev.lamina.tree.TreeEditor;
import dev.lamina.tree.TreeEntry;
import dev.lamina.tree.TreePath;
import dev.lamina.tree.TreeView;
import java.util.List;
import java.util.Map;

/**
 * Makes a tree of a base and what a layer says. A moved directory is listed whole, but where
 * nothing below it changed its record is used again and nothing below it is read or written, save
 * for hard links.
 */
final class CommittedTree {
  private final TreeEditor editor;
  private final List<LayerChange> changes;
  private final Map<TreePath, UnchangedDirectories.Unchanged> moved;

  private CommittedTree(
      TreeView base,
      List<LayerChange> changes,
      Map<TreePath, UnchangedDirectories.Unchanged> moved) {
    this.editor = TreeEditor.on(base);
    this.changes = changes;
    this.moved = moved;
  }

  /**
   * Makes it.
   *
   * @param changes by path
   * @param moved directories of the base in new places, with nothing below them changed
   */
  static Tree make(
      TreeView base,
      List<LayerChange> changes,
      Map<TreePath, UnchangedDirectories.Unchanged> moved,
      RecordSink sink) {
    CommittedTree tree = new CommittedTree(base, changes, moved);
    tree.edit();
    return tree.editor.finish(sink);
  }

  private void edit() {
    for (int i = 0; i < changes.size(); ) {
      LayerChange change = changes.get(i);
      int behind = graft(change, i);
      if (behind == i) {
        edit(change);
        behind++;
      }
      i = behind;
    }
  }

  /** Uses a moved directory's record where it can; the index behind what that replaces. */
  private int graft(LayerChange change, int index) {
    UnchangedDirectories.Unchanged unchanged = moved.get(change.path());
    if (unchanged == null
        || !(change instanceof LayerChange.Put(TreePath path, TreeEntry.Directory directory))) {
      return index;
    }
    int behind = index + 1;
    long below = 0;
    while (behind < changes.size() && isWithin(changes.get(behind), path)) {
      below += changes.get(behind).path().equals(path) ? 0 : 1;
      behind++;
    }
    if (below != unchanged.positions() - 1) {
      // Something of it was left out, which a layer cannot carry.
      return index;
    }
    editor.graft(path, directory.metadata(), unchanged.record());
    for (LayerChange inside : changes.subList(index + 1, behind)) {
      if (inside instanceof LayerChange.Link link) {
        edit(link);
      }
    }
    return behind;
  }

  private static boolean isWithin(LayerChange change, TreePath directory) {
    return change.path().startsWith(directory);
  }

  private void edit(LayerChange change) {
    switch (change) {
      case LayerChange.Put(TreePath path, TreeEntry entry) -> editor.put(path, entry);
      case LayerChange.Link(TreePath path, TreePath target) -> editor.link(path, target);
      case LayerChange.Whiteout(TreePath path) -> editor.whiteout(path);
      case LayerChange.Opaque(TreePath path) -> editor.opaque(path);
    }
  }
}
