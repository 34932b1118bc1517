package dev.lamina.tree;

import dev.lamina.fs.FileName;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** What a layer says of one name: what it writes there, what it hides there, and what is below. */
final class LayerNode {
  /** An existing directory that is put in a place of its own. */
  record Graft(Digest directory, long count) {}

  private final @Nullable LayerNode parent;
  final FileName name;
  private @Nullable Map<FileName, LayerNode> children;

  /** What the layer writes, where that is no directory. */
  @Nullable LayerFile file;

  /** The attributes that the layer gives to a directory. */
  TreeEntry.@Nullable Directory attributes;

  @Nullable Graft graft;

  /** The layer has written something below, so that there is a directory of this name. */
  boolean parentOfWritten;

  /** The layer deletes what the layers below have of this name. */
  boolean whiteout;

  /** As {@link #whiteout}, asked for by name and in sequence. */
  boolean removed;

  /** The layer hides what the layers below have in this directory. */
  boolean opaque;

  private LayerNode(@Nullable LayerNode parent, FileName name) {
    this.parent = parent;
    this.name = name;
  }

  static LayerNode root() {
    return new LayerNode(null, FileName.of(""));
  }

  @Nullable LayerNode existing(FileName child) {
    Map<FileName, LayerNode> known = children;
    return known == null ? null : known.get(child);
  }

  LayerNode child(FileName child) {
    Map<FileName, LayerNode> known = children;
    if (known == null) {
      known = new HashMap<>(4);
      children = known;
    }
    return known.computeIfAbsent(child, name -> new LayerNode(this, name));
  }

  LayerNode[] sortedChildren() {
    Map<FileName, LayerNode> known = children;
    if (known == null) {
      return new LayerNode[0];
    }
    LayerNode[] sorted = known.values().toArray(new LayerNode[0]);
    Arrays.sort(sorted, Comparator.comparing(node -> node.name));
    return sorted;
  }

  boolean hasChildren() {
    Map<FileName, LayerNode> known = children;
    return known != null && !known.isEmpty();
  }

  /** Forgets what the layer has written here and below, and what it hid below. */
  void clear() {
    children = null;
    file = null;
    attributes = null;
    graft = null;
    parentOfWritten = false;
    opaque = false;
  }

  boolean hidesLower() {
    return whiteout || removed;
  }

  /** Whether the layer has written something of this very name. */
  boolean isWritten() {
    return file != null || attributes != null || graft != null;
  }

  /** Whether the layer writes nothing here and has nothing to say about what is below. */
  boolean isMarker() {
    return !isWritten() && !opaque && !hasChildren();
  }

  /** Whether the layer makes a directory of this name, by writing it or something below it. */
  boolean isDirectory() {
    return file == null && (attributes != null || graft != null || parentOfWritten);
  }

  TreePath path() {
    List<FileName> names = new ArrayList<>();
    for (LayerNode node = this; node.parent != null; node = node.parent) {
      names.add(node.name);
    }
    Collections.reverse(names);
    return TreePath.ofChecked(names);
  }

  /** The path of the layer's first entry at or below this name, for messages. */
  TreePath firstEntry() {
    LayerNode node = this;
    while (!node.isWritten() && !node.opaque && node.hasChildren()) {
      node = node.sortedChildren()[0];
    }
    return node.path();
  }
}
