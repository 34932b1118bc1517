package dev.lamina.archive;

import dev.lamina.fs.FileKind;
import dev.lamina.tree.Metadata;
import dev.lamina.tree.TreeEntry;
import dev.lamina.tree.TreePath;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;

/**
 * A change in its place in a tar. In a directory the opaque marker comes first, then whiteouts,
 * then everything else, each by name; a directory comes before what is in it. Of an inode's names
 * the first is the file and the others are links to it.
 *
 * @param inode the entry a link leads to, or what is put; empty for markers
 */
record OrderedChange(LayerChange change, Optional<TreeEntry> inode)
    implements Comparable<OrderedChange> {

  private static final int END = 0;
  private static final int OPAQUE = 1;
  private static final int WHITEOUT = 2;
  private static final int NAME = 3;

  TreePath path() {
    return change.path();
  }

  Optional<FileKind> kind() {
    return inode.map(TreeEntry::kind);
  }

  Metadata metadata() {
    return inode.orElseThrow().metadata();
  }

  static List<OrderedChange> order(Collection<LayerChange> changes) {
    Map<TreePath, TreeEntry> entries = new HashMap<>();
    Map<TreePath, TreePath> first = new HashMap<>();
    for (LayerChange change : changes) {
      if (change instanceof LayerChange.Put(TreePath path, TreeEntry entry)) {
        entries.put(path, entry);
      }
    }
    for (LayerChange change : changes) {
      if (change instanceof LayerChange.Link(TreePath path, TreePath target)) {
        if (!entries.containsKey(target)) {
          throw new IllegalArgumentException(
              "hard link " + path + " to " + target + ", which is not among the changes");
        }
        first.merge(target, path, (a, b) -> a.compareTo(b) <= 0 ? a : b);
      }
    }
    List<OrderedChange> ordered = new ArrayList<>(changes.size());
    for (LayerChange change : changes) {
      ordered.add(place(change, entries, first));
    }
    ordered.sort(null);
    return ordered;
  }

  private static OrderedChange place(
      LayerChange change, Map<TreePath, TreeEntry> entries, Map<TreePath, TreePath> first) {
    return switch (change) {
      case LayerChange.Put(TreePath path, TreeEntry entry) -> {
        TreePath head = head(path, first);
        yield new OrderedChange(
            head.equals(path) ? change : new LayerChange.Link(path, head), Optional.of(entry));
      }
      case LayerChange.Link(TreePath path, TreePath target) -> {
        TreeEntry entry = Objects.requireNonNull(entries.get(target));
        TreePath head = head(target, first);
        yield new OrderedChange(
            head.equals(path) ? new LayerChange.Put(path, entry) : new LayerChange.Link(path, head),
            Optional.of(entry));
      }
      case LayerChange.Whiteout _, LayerChange.Opaque _ ->
          new OrderedChange(change, Optional.empty());
    };
  }

  /** Returns the first of all names of the inode that is put at this path. */
  private static TreePath head(TreePath path, Map<TreePath, TreePath> first) {
    TreePath link = first.get(path);
    return link == null || path.compareTo(link) <= 0 ? path : link;
  }

  @Override
  public int compareTo(OrderedChange other) {
    int most = Math.max(depth(), other.depth());
    for (int i = 0; i < most; i++) {
      int a = rank(i);
      int b = other.rank(i);
      if (a != b) {
        return Integer.compare(a, b);
      }
      // Two opaque markers in one directory are the same one; anything else has a name here.
      int order = a == OPAQUE ? 0 : path().get(i).compareTo(other.path().get(i));
      if (order != 0) {
        return order;
      }
    }
    return 0;
  }

  /** The opaque marker is one level below its directory. */
  private int depth() {
    return path().size() + (change instanceof LayerChange.Opaque ? 1 : 0);
  }

  /** Returns what sorts before the name at a level: the end of the path, a marker, or a name. */
  private int rank(int level) {
    if (level >= depth()) {
      return END;
    }
    boolean last = level == depth() - 1;
    return switch (change) {
      case LayerChange.Opaque _ -> last ? OPAQUE : NAME;
      case LayerChange.Whiteout _ -> last ? WHITEOUT : NAME;
      case LayerChange.Put _, LayerChange.Link _ -> NAME;
    };
  }
}
