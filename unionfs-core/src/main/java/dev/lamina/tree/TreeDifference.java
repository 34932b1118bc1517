package dev.lamina.tree;

import java.util.function.Consumer;

/**
 * What differs between two trees, in the order of their paths. Directories and pages that both
 * share are not read; hard links cost what there are of them.
 */
public final class TreeDifference {
  private final TreeView a;
  private final TreeView b;
  private final Consumer<Change> to;
  private final LinkDifference links;

  private TreeDifference(TreeView a, TreeView b, Consumer<Change> to) {
    this.a = a;
    this.b = b;
    this.to = to;
    this.links = new LinkDifference(a, b);
  }

  /**
   * Finds what one must change of {@code a} to have {@code b}.
   *
   * @param to receives the changes, a directory before what is below it
   * @throws DamagedException where a directory that differs is damaged
   */
  public static void diff(TreeView a, TreeView b, Consumer<Change> to) {
    if (!a.tree().digest().equals(b.tree().digest())) {
      new TreeDifference(a, b, to).run();
    }
  }

  private void run() {
    if (!a.tree().root().equals(b.tree().root())) {
      TreeEntry before = new TreeEntry.Directory(a.tree().root());
      TreeEntry after = new TreeEntry.Directory(b.tree().root());
      to.accept(new Change.Modified(TreePath.ROOT, before, after, TreeView.ROOT, false));
    }
    if (!a.tree().rootDirectory().equals(b.tree().rootDirectory())) {
      compare(
          new EntryCursor(a.root(), TreeView.ROOT),
          new EntryCursor(b.root(), TreeView.ROOT),
          TreePath.ROOT);
    }
    links.rest().forEach(to);
  }

  private void compare(EntryCursor before, EntryCursor after, TreePath parent) {
    while (!before.isAtEnd() || !after.isAtEnd()) {
      if (EntryCursor.skipSharedPage(before, after)) {
        continue;
      }
      int order = before.compareName(after);
      if (order < 0) {
        emit(new Change.Deleted(before.path(parent), before.entry()));
        before.next();
      } else if (order > 0) {
        added(after, after.path(parent));
        after.next();
      } else {
        if (!before.isSame(after)) {
          differing(before, after, after.path(parent));
        }
        before.next();
        after.next();
      }
    }
  }

  private void differing(EntryCursor before, EntryCursor after, TreePath path) {
    TreeEntry old = before.entry();
    TreeEntry now = after.entry();
    if (!old.equals(now)) {
      emit(new Change.Modified(path, old, now, inode(after), false));
    }
    if (!after.isDirectory()) {
      return;
    }
    if (!before.isDirectory()) {
      addBelow(after, path);
    } else if (!before.record().equals(after.record())) {
      compare(before.below(a), after.below(b), path);
    }
  }

  private void added(EntryCursor entry, TreePath path) {
    emit(new Change.Added(path, entry.entry(), inode(entry)));
    if (entry.isDirectory()) {
      addBelow(entry, path);
    }
  }

  private void addBelow(EntryCursor entry, TreePath path) {
    for (EntryCursor below = entry.below(b); !below.isAtEnd(); below.next()) {
      added(below, below.path(path));
    }
  }

  private long inode(EntryCursor entry) {
    return b.linkTable().first(entry.position());
  }

  private void emit(Change change) {
    links.before(change.path()).forEach(to);
    boolean linksChanged = links.take(change.path());
    to.accept(
        linksChanged && change instanceof Change.Modified modified
            ? new Change.Modified(
                modified.path(), modified.before(), modified.after(), modified.inode(), true)
            : change);
  }
}
