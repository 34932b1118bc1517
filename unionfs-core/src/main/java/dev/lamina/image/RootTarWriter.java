package dev.lamina.image;

import dev.lamina.archive.LayerChange;
import dev.lamina.archive.LayerWriter;
import dev.lamina.store.LayerRecord;
import dev.lamina.store.Store;
import dev.lamina.tree.Directory;
import dev.lamina.tree.Metadata;
import dev.lamina.tree.Tree;
import dev.lamina.tree.TreeEntry;
import dev.lamina.tree.TreePath;
import dev.lamina.tree.TreeView;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/** Writes an image's whole tree as one tar: the root file system, without layers. */
final class RootTarWriter {
  private final Store store;
  private final Progress progress;

  RootTarWriter(Store store, Progress progress) {
    this.store = store;
    this.progress = progress;
  }

  void write(List<LayerRecord> layers, Path file) throws IOException {
    List<LayerChange> changes =
        layers.isEmpty()
            ? List.of(new LayerChange.Put(TreePath.ROOT, new TreeEntry.Directory(Metadata.IMPLIED)))
            : everything(
                TreeView.open(store.directories(), Tree.load(store, layers.getLast().tree())));
    try (GrowingFile growing = GrowingFile.create(file, PathSync.KERNEL)) {
      new LayerWriter(store::content, _ -> Metadata.IMPLIED, progress::warn)
          .writeTar(changes, growing.out());
      growing.finish();
    }
  }

  private static List<LayerChange> everything(TreeView tree) {
    List<LayerChange> changes = new ArrayList<>();
    changes.add(new LayerChange.Put(TreePath.ROOT, new TreeEntry.Directory(tree.tree().root())));
    Map<Long, TreePath> first = new HashMap<>();
    Deque<Open> open = new ArrayDeque<>();
    open.push(new Open(TreeView.ROOT, TreePath.ROOT));
    // Not a recursion: a tree may be deeper than a thread's stack.
    while (!open.isEmpty()) {
      below(tree, open.pop(), first, changes, open);
    }
    return changes;
  }

  /** A directory whose entries are to be taken. */
  private record Open(long inode, TreePath path) {}

  private static void below(
      TreeView tree,
      Open parent,
      Map<Long, TreePath> first,
      List<LayerChange> changes,
      Deque<Open> open) {
    Directory directory =
        parent.inode() == TreeView.ROOT ? tree.root() : tree.directory(parent.inode());
    for (int i = 0; i < directory.size(); i++) {
      TreePath child = parent.path().child(directory.name(i));
      long number = tree.child(parent.inode(), directory, i);
      TreePath link = tree.links(number) > 1 ? first.putIfAbsent(number, child) : null;
      if (link != null && !tree.isDirectory(number)) {
        changes.add(new LayerChange.Link(child, link));
        continue;
      }
      changes.add(new LayerChange.Put(child, directory.entry(i)));
      if (tree.isDirectory(number)) {
        open.push(new Open(number, child));
      }
    }
  }
}
