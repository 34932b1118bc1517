package dev.lamina.tree;

import dev.lamina.fs.FileKind;

/**
 * Goes through a directory's entries in order, over whole pages without reading them if asked to.
 */
final class EntryCursor {
  /** Over nothing: it is at its end and stays there. */
  static final EntryCursor EMPTY = new EntryCursor(FlatDirectory.EMPTY, 0);

  private final Directory directory;
  private final long position;
  private int index;

  /**
   * Begins at the first entry.
   *
   * @param position the directory's
   */
  EntryCursor(Directory directory, long position) {
    this.directory = directory;
    this.position = position;
  }

  boolean isAtEnd() {
    return index == directory.size();
  }

  void next() {
    index++;
  }

  /** Skips what pages both have in common here, unread. Returns whether there was one. */
  static boolean skipSharedPage(EntryCursor a, EntryCursor b) {
    if (!(a.directory instanceof PagedDirectory first)
        || !(b.directory instanceof PagedDirectory second)
        || a.isAtEnd()
        || b.isAtEnd()) {
      return false;
    }
    int p = first.pageOf(a.index);
    int q = second.pageOf(b.index);
    if (first.firstIndex(p) != a.index
        || second.firstIndex(q) != b.index
        || !first.reference(p).digest().equals(second.reference(q).digest())) {
      return false;
    }
    a.index = first.firstIndex(p + 1);
    b.index = second.firstIndex(q + 1);
    return true;
  }

  private FlatDirectory page() {
    return switch (directory) {
      case FlatDirectory flat -> flat;
      case PagedDirectory paged -> paged.page(paged.pageOf(index));
    };
  }

  private int indexInPage() {
    return switch (directory) {
      case FlatDirectory _ -> index;
      case PagedDirectory paged -> index - paged.firstIndex(paged.pageOf(index));
    };
  }

  /** Compares the names that both are at; one at its end is after all names. */
  int compareName(EntryCursor other) {
    if (isAtEnd() || other.isAtEnd()) {
      return Boolean.compare(isAtEnd(), other.isAtEnd());
    }
    return page().compareName(indexInPage(), other.page(), other.indexInPage());
  }

  /** Returns whether the entries that both are at are equal, with all that is below them. */
  boolean isSame(EntryCursor other) {
    return page().isSame(indexInPage(), other.page(), other.indexInPage());
  }

  TreePath path(TreePath parent) {
    return parent.childChecked(directory.name(index));
  }

  TreeEntry entry() {
    return directory.entry(index);
  }

  /** The position of the entry, once its directory's is known. */
  long position() {
    return position + 1 + directory.countBefore(index);
  }

  boolean isDirectory() {
    return directory.kind(index) == FileKind.DIRECTORY;
  }

  Digest record() {
    return directory.directory(index);
  }

  /** A cursor over the directory that the entry is. */
  EntryCursor below(TreeView view) {
    return new EntryCursor(
        view.directories().get(directory.directory(index), directory.count(index)), position());
  }
}
