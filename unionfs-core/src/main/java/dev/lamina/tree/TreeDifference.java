package dev.lamina.tree;

import java.util.ArrayDeque;
import java.util.Deque;
import java.util.function.Consumer;

/**
 * What differs between two trees, in the order of their paths. Directories and pages that both
 * share are not read; hard links cost what there are of them.
 */
public final class TreeDifference {
  private record Frame(EntryCursor before, EntryCursor after, TreePath parent) {}

  private final Deque<Frame> stack = new ArrayDeque<>();
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
      compare(a.root(), b.root());
    }
    links.rest().forEach(to);
  }

  /** Compares all below two directories; not a recursion, since paths may be long. */
  private void compare(Directory before, Directory after) {
    stack.push(
        new Frame(
            new EntryCursor(before, TreeView.ROOT),
            new EntryCursor(after, TreeView.ROOT),
            TreePath.ROOT));
    while (!stack.isEmpty()) {
      Frame frame = stack.element();
      if (frame.before.isAtEnd() && frame.after.isAtEnd()) {
        stack.pop();
      } else if (!EntryCursor.skipSharedPage(frame.before, frame.after)) {
        step(frame.before, frame.after, frame.parent);
      }
    }
  }

  private void step(EntryCursor before, EntryCursor after, TreePath parent) {
    int order = before.compareName(after);
    if (order < 0) {
      emit(new Change.Deleted(before.path(parent), before.entry()));
      before.next();
    } else if (order > 0) {
      TreePath path = after.path(parent);
      emit(new Change.Added(path, after.entry(), inode(after)));
      if (after.isDirectory()) {
        stack.push(new Frame(EntryCursor.EMPTY, after.below(b), path));
      }
      after.next();
    } else {
      if (!before.isSame(after)) {
        differing(before, after, after.path(parent));
      }
      before.next();
      after.next();
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
      stack.push(new Frame(EntryCursor.EMPTY, after.below(b), path));
    } else if (!before.record().equals(after.record())) {
      stack.push(new Frame(before.below(a), after.below(b), path));
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
