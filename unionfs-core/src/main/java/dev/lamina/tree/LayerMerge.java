package dev.lamina.tree;

import dev.lamina.fs.FileKind;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Writes the directories that a layer changes, bottom-up, in one walk over the layer and what it
 * touches of the base. The walk is in the order of the new tree's positions, so it counts them as
 * it goes and notes where those of the base have gone.
 */
final class LayerMerge {
  private final Directories directories;
  private final RecordSink sink;
  private final SizeAccount sizes;
  private final Renumbering renumbering = new Renumbering();
  private final List<LayerFile> files = new ArrayList<>();
  private long next = TreeView.ROOT + 1;

  LayerMerge(Directories directories, RecordSink sink, SizeAccount sizes) {
    this.directories = directories;
    this.sink = sink;
    this.sizes = sizes;
  }

  /** Where the base's positions have gone, once the root has been merged. */
  Renumbering renumbering() {
    return renumbering;
  }

  /** The files that the layer names, each with the positions of its names. */
  List<LayerFile> files() {
    return files;
  }

  /**
   * Writes the root directory.
   *
   * @param base the base's root directory, or null where there is none
   */
  DirectoryWriter.Written root(LayerNode root, @Nullable Directory base) {
    Directory lower = base;
    if (base != null && root.opaque) {
      sizes.dropDirectory(base.digest(), base.positions() + 1);
      lower = null;
    }
    return merge(root, lower, TreeView.ROOT).finish(sink);
  }

  /**
   * Merges what a layer says of a directory's names over the directory below.
   *
   * @param position the lower directory's position in the base, 0 where it is not from there
   */
  private DirectoryWriter merge(LayerNode node, @Nullable Directory lower, long position) {
    DirectoryWriter out = new DirectoryWriter();
    LayerNode[] children = node.sortedChildren();
    if (lower == null) {
      for (LayerNode child : children) {
        entry(child, FlatDirectory.EMPTY, -1, 0, out);
      }
      return out;
    }
    int done = 0;
    for (LayerNode child : children) {
      int found = lower.find(child.name);
      int at = found < 0 ? lower.ceiling(child.name) : found;
      keep(lower, done, at, position, out);
      entry(child, lower, found, position, out);
      done = found < 0 ? at : at + 1;
    }
    keep(lower, done, lower.size(), position, out);
    return out;
  }

  private void keep(Directory lower, int low, int high, long position, DirectoryWriter out) {
    if (low == high) {
      return;
    }
    out.copy(lower, low, high);
    long before = lower.countBefore(low);
    keepPositions(position, before, lower.countBefore(high) - before);
  }

  /** Counts the positions of names that stay, of which {@code before} precede in the directory. */
  private void keepPositions(long position, long before, long count) {
    if (position != 0) {
      renumbering.keep(position + 1 + before, count, next);
    }
    next += count;
  }

  /**
   * Merges one name.
   *
   * @param index of the lower directory's entry of this name, -1 where it has none
   */
  private void entry(
      LayerNode node, Directory lower, int index, long position, DirectoryWriter out) {
    boolean visible = index >= 0 && !node.hidesLower();
    LayerFile file = node.file;
    if (file != null) {
      drop(lower, index);
      file(node, file.actual(), out);
    } else if (!node.isMarker()) {
      directory(node, lower, index, position, out);
    } else if (visible) {
      keep(lower, index, index + 1, position, out);
    } else {
      drop(lower, index);
    }
  }

  private void drop(Directory lower, int index) {
    if (index >= 0) {
      sizes.drop(lower, index);
    }
  }

  private void file(LayerNode node, LayerFile file, DirectoryWriter out) {
    out.add(node.name, file.entry());
    sizes.add(file.entry());
    if (file.addPosition(next++)) {
      files.add(file);
    }
  }

  /** What a directory is merged over. */
  private record Below(Digest directory, long count, long position) {}

  private void directory(
      LayerNode node, Directory lower, int index, long position, DirectoryWriter out) {
    Below below = below(node, lower, index, position);
    TreeEntry.Directory attributes = node.attributes;
    if (attributes == null) {
      Metadata inherited = below == null ? Metadata.IMPLIED : lower.metadata(index);
      attributes = new TreeEntry.Directory(inherited);
    }
    long own = next++;
    if (below != null && !node.opaque && !node.hasChildren()) {
      out.addDirectory(node.name, attributes, below.directory, below.count);
      keepPositions(below.position, 0, below.count - 1);
      return;
    }
    DirectoryWriter inner = merge(node, open(node, below), below == null ? 0 : below.position);
    if (inner.isEmpty() && below == null && node.attributes == null) {
      // The layer only deletes in a directory that is not there, which makes none.
      next = own;
      return;
    }
    DirectoryWriter.Written written = inner.finish(sink);
    out.addDirectory(node.name, attributes, written.digest(), written.positions() + 1);
  }

  private @Nullable Below below(LayerNode node, Directory lower, int index, long position) {
    LayerNode.Graft graft = node.graft;
    if (graft != null) {
      drop(lower, index);
      sizes.addDirectory(graft.directory(), graft.count());
      return new Below(graft.directory(), graft.count(), 0);
    }
    if (index >= 0 && !node.hidesLower()) {
      if (lower.kind(index) == FileKind.DIRECTORY) {
        long there = position == 0 ? 0 : position + 1 + lower.countBefore(index);
        return new Below(lower.directory(index), lower.count(index), there);
      }
      if (node.attributes == null) {
        throw new LayerException(
            node.firstEntry(), node.path() + " is not a directory in the layers below");
      }
    }
    drop(lower, index);
    return null;
  }

  private @Nullable Directory open(LayerNode node, @Nullable Below below) {
    if (below == null) {
      return null;
    }
    if (node.opaque) {
      sizes.dropDirectory(below.directory, below.count);
      return null;
    }
    return directories.get(below.directory, below.count);
  }
}
