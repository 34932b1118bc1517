package dev.lamina.tree;

import dev.lamina.fs.FileKind;
import dev.lamina.fs.FileName;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.NavigableMap;
import java.util.Objects;
import java.util.Optional;
import java.util.Random;
import java.util.TreeMap;

/**
 * A file system as a map of paths: what trees are compared with. Names of one file share a node.
 * Seeded random changes are made to it and to an editor alike.
 */
final class TreeModel {
  static final class Node {
    final TreeEntry entry;

    Node(TreeEntry entry) {
      this.entry = entry;
    }
  }

  final NavigableMap<TreePath, Node> nodes = new TreeMap<>();

  TreeModel() {
    nodes.put(TreePath.ROOT, new Node(new TreeEntry.Directory(Metadata.IMPLIED)));
  }

  TreeModel(TreeModel other) {
    nodes.putAll(other.nodes);
  }

  boolean isDirectory(TreePath path) {
    Node node = nodes.get(path);
    return node != null && node.entry instanceof TreeEntry.Directory;
  }

  /** Whether something can be put at this path: its parents are directories or nothing. */
  boolean isReachable(TreePath path) {
    for (TreePath parent = path; !parent.isRoot(); ) {
      parent = parent.parent();
      Node node = nodes.get(parent);
      if (node != null) {
        return node.entry instanceof TreeEntry.Directory;
      }
    }
    return true;
  }

  private void makeParents(TreePath path) {
    for (TreePath parent = path; !parent.isRoot(); ) {
      parent = parent.parent();
      nodes.putIfAbsent(parent, new Node(new TreeEntry.Directory(Metadata.IMPLIED)));
    }
  }

  void put(TreePath path, TreeEntry entry) {
    makeParents(path);
    if (!(entry instanceof TreeEntry.Directory && isDirectory(path))) {
      remove(path);
    }
    nodes.put(path, new Node(entry));
  }

  void link(TreePath path, TreePath target) {
    Node node = nodes.get(target);
    if (node == null) {
      throw new IllegalStateException("no " + target);
    }
    makeParents(path);
    remove(path);
    nodes.put(path, node);
  }

  void remove(TreePath path) {
    nodes.remove(path);
    removeBelow(path);
  }

  void removeBelow(TreePath path) {
    below(path).forEach(nodes::remove);
  }

  List<TreePath> below(TreePath path) {
    List<TreePath> found = new ArrayList<>();
    for (TreePath p : nodes.tailMap(path, false).keySet()) {
      if (!p.startsWith(path)) {
        break;
      }
      found.add(p);
    }
    return found;
  }

  /** Moves a directory with all below it. */
  void move(TreePath from, TreePath to, TreeEntry.Directory attributes) {
    NavigableMap<TreePath, Node> moved = new TreeMap<>();
    for (TreePath p : below(from)) {
      List<FileName> names = new ArrayList<>();
      for (int i = 0; i < to.size(); i++) {
        names.add(to.get(i));
      }
      for (int i = from.size(); i < p.size(); i++) {
        names.add(p.get(i));
      }
      moved.put(TreePath.of(names), Objects.requireNonNull(nodes.get(p)));
    }
    remove(from);
    remove(to);
    put(to, attributes);
    nodes.putAll(moved);
  }

  /** The tree of this file system, made from nothing. */
  Tree build(TreeFixture trees) {
    TreeEditor editor = TreeEditor.create(trees.directories);
    Map<Node, TreePath> first = new HashMap<>();
    nodes.forEach(
        (path, node) -> {
          TreePath known = first.putIfAbsent(node, path);
          if (known == null || node.entry instanceof TreeEntry.Directory) {
            editor.put(path, node.entry);
          } else {
            editor.link(path, known);
          }
        });
    return editor.finish(trees.records);
  }

  Optional<TreePath> any(Random random, boolean directory) {
    List<TreePath> candidates =
        nodes.keySet().stream().filter(p -> !p.isRoot() && isDirectory(p) == directory).toList();
    return candidates.isEmpty()
        ? Optional.empty()
        : Optional.of(candidates.get(random.nextInt(candidates.size())));
  }

  static TreePath randomPath(Random random) {
    int depth = 1 + random.nextInt(4);
    StringBuilder out = new StringBuilder();
    for (int i = 0; i < depth; i++) {
      out.append('/').append((char) ('a' + random.nextInt(5)));
      if (random.nextInt(4) == 0) {
        out.append((char) ('0' + random.nextInt(3)));
      }
    }
    return TreePath.parse(out.toString());
  }

  static TreeEntry.Directory randomDirectory(Random random) {
    return new TreeEntry.Directory(Metadata.of(random.nextInt(010000), 0, random.nextInt(2), 0));
  }

  static TreeEntry randomEntry(Random random) {
    return switch (random.nextInt(12)) {
      case 0, 1 -> TreeFixture.symlink("t" + random.nextInt(9));
      case 2 ->
          new TreeEntry.Device(
              Metadata.of(0600, 1, 2, -5), FileKind.CHARACTER_DEVICE, random.nextLong());
      case 3 -> new TreeEntry.Special(Metadata.of(0600, -1, -1, 1), FileKind.FIFO);
      case 4 -> TreeFixture.file("");
      case 5 ->
          TreeFixture.file("x")
              .withMetadata(
                  Metadata.of(04755, 0, 0, Long.MIN_VALUE)
                      .withXattrs(TreeFixture.xattrs("user." + random.nextInt(3), "v")));
      default -> TreeFixture.file("content " + random.nextInt(1000), random.nextInt(010000));
    };
  }
}
