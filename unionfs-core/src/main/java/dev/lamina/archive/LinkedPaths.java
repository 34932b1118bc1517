package dev.lamina.archive;

import dev.lamina.fs.FileName;
import dev.lamina.tree.TreeEditor.Found;
import dev.lamina.tree.TreePath;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/**
 * Resolves paths whose directories may be symbolic links, inside a root: a link that is absolute or
 * climbs above the root is never followed (D11.3). What was resolved is remembered. Not
 * thread-safe.
 */
final class LinkedPaths {
  private static final int MOST_LINKS = 40;

  /** All prefixes of one deep path are millions of names, so what is remembered has a bound. */
  private static final long MOST_RESOLVED_NAMES = 1 << 20;

  /** Says what is at a place, no directory above which is a link. */
  @FunctionalInterface
  interface Names {
    Found at(TreePath place);
  }

  /** Why a path's parent is none. */
  static class UnusableParentException extends Exception {
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
  static final class NoDirectoryException extends UnusableParentException {
    private static final long serialVersionUID = 1L;

    NoDirectoryException(TreePath place) {
      super(place + " above it is no directory");
    }
  }

  private final Names names;
  // Made anew and not cleared: clearing costs what the largest map ever took.
  private Map<TreePath, TreePath> resolved = new HashMap<>();
  private Set<TreePath> used = new HashSet<>();
  private long resolvedNames;

  LinkedPaths(Names names) {
    this.names = names;
  }

  /** What is at a place has changed: what was found by way of it may now be elsewhere. */
  void changed(TreePath place) {
    if (used.contains(place)) {
      forget();
    }
  }

  private void forget() {
    resolved = new HashMap<>();
    used = new HashSet<>();
    resolvedNames = 0;
  }

  /** Returns a path whose last name is taken as it is, be it a link or not. */
  TreePath parentOf(TreePath path) throws UnusableParentException {
    return path.isRoot() ? path : child(directory(path.parent()), path.name());
  }

  /** Returns where a directory really is. */
  TreePath directory(TreePath path) throws UnusableParentException {
    return directory(path, 0);
  }

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
    return switch (names.at(place)) {
      case Found.Nothing _, Found.Folder _ -> place;
      case Found.Other _ -> throw new NoDirectoryException(place);
      case Found.SymbolicLink(byte[] target) -> {
        if (links >= MOST_LINKS) {
          throw new UnusableParentException("the symbolic links above it go in circles");
        }
        yield directory(target(place, target), links + 1);
      }
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
