package dev.lamina.archive;

import dev.lamina.fs.FileName;
import dev.lamina.tree.TreeEntry;
import dev.lamina.tree.TreePath;
import dev.lamina.tree.TreeView;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.Supplier;

/**
 * Where the entries of one layer land. An entry whose parent is a symbolic link, in a lower layer
 * or in its own, lands where the link leads, as long as that is inside the image: a link that is
 * absolute or climbs above the root is never followed (D11.3). Told of each change in the order of
 * the tar.
 */
final class EntryPlaces {
  private static final int MOST_LINKS = 40;

  /** All prefixes of one deep path are millions of names, so what is remembered has a bound. */
  private static final long MOST_RESOLVED_NAMES = 1 << 20;

  /** What this layer put at a path, as far as it matters for what comes below. */
  private sealed interface Placed {
    record Folder() implements Placed {}

    @SuppressWarnings("ArrayRecordComponent") // never compared
    record Link(byte[] target) implements Placed {}

    record Other() implements Placed {}
  }

  /** What whiteouts and opaque markers hide of lower layers: a tree of the names they gave. */
  private static final class Hidden {
    private final Map<FileName, Hidden> below = new HashMap<>();
    private boolean itself;
    private boolean children;

    void hide(TreePath path, boolean whole) {
      Hidden node = this;
      for (int i = 0; i < path.size(); i++) {
        node = node.below.computeIfAbsent(path.get(i), _ -> new Hidden());
      }
      node.itself |= whole;
      node.children = true;
    }

    boolean hides(TreePath path) {
      Hidden node = this;
      for (int i = 0; i < path.size(); i++) {
        if (node.children) {
          return true;
        }
        node = node.below.get(path.get(i));
        if (node == null) {
          return false;
        }
      }
      return node.itself;
    }
  }

  private final String layer;
  private final Optional<TreeView> base;
  private final Map<TreePath, Placed> placed = new HashMap<>();
  private final Hidden hidden = new Hidden();
  // Made anew and not cleared: clearing costs what the largest map ever took.
  private Map<TreePath, TreePath> resolved = new HashMap<>();
  private Set<TreePath> used = new HashSet<>();
  private long resolvedNames;

  EntryPlaces(String layer, Optional<TreeView> base) {
    this.layer = layer;
    this.base = base;
    placed.put(TreePath.ROOT, new Placed.Folder());
  }

  /**
   * Returns a change with its paths resolved; empty where it has no effect: a whiteout below what
   * is no directory hides nothing, as nothing of a lower layer is visible there. umoci writes such
   * ones where a file replaces a directory.
   */
  Optional<LayerChange> place(LayerChange change) throws ArchiveException {
    try {
      return Optional.of(resolve(change));
    } catch (NoDirectoryException e) {
      return switch (change) {
        case LayerChange.Whiteout _, LayerChange.Opaque _ -> Optional.empty();
        case LayerChange.Put _, LayerChange.Link _ -> throw unusable(change, e);
      };
    } catch (UnusableParentException e) {
      throw unusable(change, e);
    }
  }

  private ArchiveException unusable(LayerChange change, UnusableParentException e) {
    return new ArchiveException(layer, Optional.of(change.path().toString()), e.reason());
  }

  private LayerChange resolve(LayerChange change) throws UnusableParentException {
    return switch (change) {
      case LayerChange.Put(TreePath path, TreeEntry entry) -> {
        TreePath at = parentOf(path);
        note(
            at,
            switch (entry) {
              case TreeEntry.Directory _ -> new Placed.Folder();
              case TreeEntry.Symlink link -> new Placed.Link(link.target());
              case TreeEntry.File _, TreeEntry.Device _, TreeEntry.Special _ -> new Placed.Other();
            });
        yield new LayerChange.Put(at, entry);
      }
      case LayerChange.Link(TreePath path, TreePath target) -> {
        TreePath at = parentOf(path);
        TreePath to = parentOf(target);
        note(at, new Placed.Other());
        yield new LayerChange.Link(at, to);
      }
      case LayerChange.Whiteout(TreePath path) -> {
        TreePath at = parentOf(path);
        hide(at, true);
        yield new LayerChange.Whiteout(at);
      }
      case LayerChange.Opaque(TreePath path) -> {
        TreePath at = directory(path, 0);
        hide(at, false);
        yield new LayerChange.Opaque(at);
      }
    };
  }

  /** Why a path's parent is none. */
  private static class UnusableParentException extends Exception {
    private static final long serialVersionUID = 1L;

    private final String reason;

    UnusableParentException(String reason) {
      super(reason);
      this.reason = reason;
    }

    String reason() {
      return reason;
    }
  }

  /** It is something else than a directory. */
  private static final class NoDirectoryException extends UnusableParentException {
    private static final long serialVersionUID = 1L;

    NoDirectoryException(TreePath place) {
      super(place + " above it is no directory");
    }
  }

  private void note(TreePath path, Placed what) {
    placed.put(path, what);
    // What was found by way of this path may now be elsewhere: a directory over a link, or the
    // other way round.
    if (used.contains(path)) {
      forget();
    }
  }

  private void hide(TreePath path, boolean itself) {
    hidden.hide(path, itself);
    forget();
  }

  private void forget() {
    resolved = new HashMap<>();
    used = new HashSet<>();
    resolvedNames = 0;
  }

  private TreePath parentOf(TreePath path) throws UnusableParentException {
    return path.isRoot() ? path : child(directory(path.parent(), 0), path.name());
  }

  /** Returns where a directory really is. */
  private TreePath directory(TreePath path, int links) throws UnusableParentException {
    // Not a recursion: a path may have more names than a thread's stack has room for.
    Deque<TreePath> unknown = new ArrayDeque<>();
    TreePath at = path;
    while (!at.isRoot() && !resolved.containsKey(at)) {
      unknown.push(at);
      at = at.parent();
    }
    TreePath result = resolved.getOrDefault(at, at);
    for (TreePath next : unknown) {
      TreePath place = child(result, next.name());
      result = follow(place, links);
      remember(next, place, result);
    }
    return result;
  }

  private void remember(TreePath path, TreePath place, TreePath result) {
    resolvedNames += path.size() + result.size();
    if (resolvedNames > MOST_RESOLVED_NAMES) {
      forget();
    }
    resolved.put(path, result);
    used.add(path);
    used.add(place);
  }

  private static TreePath child(TreePath parent, FileName name) throws UnusableParentException {
    if (parent.size() == TreePath.MAX_DEPTH) {
      throw new UnusableParentException(
          "it lies deeper than " + TreePath.MAX_DEPTH + " directories");
    }
    return parent.child(name);
  }

  private TreePath follow(TreePath place, int links) throws UnusableParentException {
    Placed here = Optional.ofNullable(placed.get(place)).orElseGet(below(place));
    return switch (here) {
      case Placed.Folder _ -> place;
      case Placed.Other _ -> throw new NoDirectoryException(place);
      case Placed.Link(byte[] target) -> {
        if (links >= MOST_LINKS) {
          throw new UnusableParentException("the symbolic links above it go in circles");
        }
        yield directory(target(place, target), links + 1);
      }
    };
  }

  /** Returns what lower layers have; nothing there, or hidden, is a directory that comes to be. */
  private Supplier<Placed> below(TreePath place) {
    return () -> {
      if (base.isEmpty() || hidden.hides(place)) {
        return new Placed.Folder();
      }
      long inode = base.get().walk(place);
      if (inode == 0) {
        return new Placed.Folder();
      }
      return switch (base.get().entry(inode)) {
        case TreeEntry.Directory _ -> new Placed.Folder();
        case TreeEntry.Symlink link -> new Placed.Link(link.target());
        case TreeEntry.File _, TreeEntry.Device _, TreeEntry.Special _ -> new Placed.Other();
      };
    };
  }

  /** Returns where a symbolic link leads, by its text alone; empty where that is not inside. */
  static Optional<TreePath> inside(TreePath link, byte[] target) {
    if (target.length == 0) {
      return Optional.empty();
    }
    try {
      return Optional.of(target(link, target));
    } catch (UnusableParentException e) {
      return Optional.empty();
    }
  }

  /** Returns the path that a link names, if it stays inside without help of the root. */
  private static TreePath target(TreePath link, byte[] target) throws UnusableParentException {
    String shown = FileName.of(target).toString();
    if (target[0] == '/') {
      throw new UnusableParentException(
          "it leads through the symbolic link " + link + " to " + shown + ", an absolute path");
    }
    List<FileName> names = new ArrayList<>();
    TreePath parent = link.parent();
    for (int i = 0; i < parent.size(); i++) {
      names.add(parent.get(i));
    }
    int from = 0;
    for (int i = 0; i <= target.length; i++) {
      if (i == target.length || target[i] == '/') {
        FileName name = FileName.of(target, from, i - from);
        from = i + 1;
        if (name.is("..")) {
          if (names.isEmpty()) {
            throw new UnusableParentException(
                "it leads through the symbolic link "
                    + link
                    + " to "
                    + shown
                    + ", out of the image's root");
          }
          names.removeLast();
        } else if (name.length() > 0 && !name.is(".")) {
          names.add(name);
        }
      }
    }
    try {
      return TreePath.of(names);
    } catch (IllegalArgumentException e) {
      throw new UnusableParentException(
          "it leads through the symbolic link " + link + ", whose target is no path");
    }
  }
}
