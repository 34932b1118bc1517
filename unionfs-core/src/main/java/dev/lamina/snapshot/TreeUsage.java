package dev.lamina.snapshot;

import dev.lamina.tree.Change;
import dev.lamina.tree.TreeDifference;
import dev.lamina.tree.TreeEntry;
import dev.lamina.tree.TreeView;

/** Counts what a tree has that the one it was made from has not. Used once. */
final class TreeUsage {
  private long bytes;
  private long inodes;

  private TreeUsage() {}

  /** Everything in a tree. */
  static Usage whole(TreeView tree) {
    return new Usage(tree.tree().bytes(), tree.positions());
  }

  /** What is new or other in {@code after}; costs what differs. */
  static Usage added(TreeView before, TreeView after) {
    TreeUsage usage = new TreeUsage();
    TreeDifference.diff(before, after, usage::count);
    return new Usage(usage.bytes, usage.inodes);
  }

  private void count(Change change) {
    switch (change) {
      case Change.Added added -> {
        bytes += size(added.entry());
        inodes++;
      }
      case Change.Modified modified -> {
        if (!modified.before().equals(modified.after())) {
          bytes += size(modified.after());
        }
        inodes++;
      }
      case Change.Deleted _ -> {}
    }
  }

  private static long size(TreeEntry entry) {
    return entry instanceof TreeEntry.File file ? file.size() : 0;
  }
}
