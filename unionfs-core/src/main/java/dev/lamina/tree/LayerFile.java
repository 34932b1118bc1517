package dev.lamina.tree;

import java.util.Arrays;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * One inode, not a directory, that a layer names: written by it, or of the base and linked to. The
 * names that are hard links of each other share one. Until the end, the target of a link may be
 * missing: then this stands for whatever it turns out to be.
 */
final class LayerFile {
  private @Nullable TreeEntry entry;
  private @Nullable LayerFile resolved;

  /** The base's inode that this is, 0 where it is the layer's own. */
  final long base;

  private long[] positions = new long[1];
  private int names;

  private LayerFile(@Nullable TreeEntry entry, long base) {
    this.entry = entry;
    this.base = base;
  }

  static LayerFile of(TreeEntry entry) {
    return new LayerFile(entry, 0);
  }

  static LayerFile ofBase(TreeEntry entry, long inode) {
    return new LayerFile(entry, inode);
  }

  static LayerFile pending() {
    return new LayerFile(null, 0);
  }

  /** The file that this stands for: itself, but for a pending one that has been resolved. */
  LayerFile actual() {
    LayerFile file = this;
    while (file.resolved != null) {
      file = file.resolved;
    }
    return file;
  }

  void resolve(LayerFile target) {
    resolved = target;
  }

  /** The entry, unless this is a link whose target has not been found yet. */
  Optional<TreeEntry> known() {
    return Optional.ofNullable(entry);
  }

  TreeEntry entry() {
    TreeEntry known = entry;
    if (known == null) {
      throw new IllegalStateException("a link is written before its target is known");
    }
    return known;
  }

  /** Notes the position of a name in the new tree; returns whether it is the first. */
  boolean addPosition(long position) {
    if (names == positions.length) {
      positions = Arrays.copyOf(positions, 2 * names);
    }
    positions[names++] = position;
    return names == 1;
  }

  long[] positions() {
    return Arrays.copyOf(positions, names);
  }
}
