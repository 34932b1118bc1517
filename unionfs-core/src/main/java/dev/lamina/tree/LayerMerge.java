package dev.lamina.tree;

import dev.lamina.fs.FileKind;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
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
  private final Deque<Frame> stack = new ArrayDeque<>();
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

  /** A directory being merged: the names that are done, and what to make of it in the end. */
  private static final class Frame {
    final LayerNode node;
    final LayerNode[] children;
    final Directory lower;

    /** The lower directory's position in the base, 0 where it is not from there. */
    final long position;

    final DirectoryWriter out = new DirectoryWriter();
    final TreeEntry.Directory attributes;

    private int nextChild;
    private int done;

    Frame(LayerNode node, Directory lower, long position, TreeEntry.Directory attributes) {
      this.node = node;
      this.children = node.sortedChildren();
      this.lower = lower;
      this.position = position;
      this.attributes = attributes;
    }
  }

  /**
   * Writes the root directory.
   *
   * @param base the base's root directory, the empty one where there is no base
   */
  DirectoryWriter.Written root(LayerNode root, Directory base) {
    Directory lower = base;
    if (root.opaque) {
      sizes.dropDirectory(base.digest(), base.positions() + 1);
      lower = FlatDirectory.EMPTY;
    }
    // Not a recursion: a path may have more names than a thread's stack has room for.
    TreeEntry.Directory none = new TreeEntry.Directory(Metadata.IMPLIED);
    stack.push(new Frame(root, lower, TreeView.ROOT, none));
    while (true) {
      Frame frame = stack.element();
      if (frame.nextChild < frame.children.length) {
        merge(frame, frame.children[frame.nextChild++]);
        continue;
      }
      keep(frame, frame.lower.size());
      stack.pop();
      if (stack.isEmpty()) {
        return frame.out.finish(sink);
      }
      end(frame, stack.element().out);
    }
  }

  private void merge(Frame frame, LayerNode child) {
    int found = frame.lower.find(child.name);
    keep(frame, found < 0 ? frame.lower.ceiling(child.name) : found);
    entry(child, frame, found);
    if (found >= 0) {
      frame.done = found + 1;
    }
  }

  /** Keeps the lower directory's entries up to before {@code high}. */
  private void keep(Frame frame, int high) {
    keep(frame.lower, frame.done, high, frame.position, frame.out);
    frame.done = high;
  }

  private void end(Frame frame, DirectoryWriter parent) {
    DirectoryWriter.Written written = frame.out.finish(sink);
    parent.addDirectory(
        frame.node.name, frame.attributes, written.digest(), written.positions() + 1);
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
  private void entry(LayerNode node, Frame in, int index) {
    boolean visible = index >= 0 && !node.hidesLower();
    LayerFile file = node.file;
    if (file != null) {
      drop(in.lower, index);
      file(node, file.actual(), in.out);
    } else if (!node.isMarker()) {
      directory(node, in, index);
    } else if (visible) {
      keep(in.lower, index, index + 1, in.position, in.out);
    } else {
      drop(in.lower, index);
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

  private void directory(LayerNode node, Frame in, int index) {
    Below below = below(node, in.lower, index, in.position);
    if (below == null && !node.isDirectory()) {
      // The layer only deletes in a directory that is not there, which makes none.
      return;
    }
    TreeEntry.Directory attributes = node.attributes;
    if (attributes == null) {
      Metadata inherited = below == null ? Metadata.IMPLIED : in.lower.metadata(index);
      attributes = new TreeEntry.Directory(inherited);
    }
    next++;
    if (below != null && !node.opaque && !node.hasChildren()) {
      in.out.addDirectory(node.name, attributes, below.directory, below.count);
      keepPositions(below.position, 0, below.count - 1);
      return;
    }
    long position = below == null ? 0 : below.position;
    stack.push(new Frame(node, open(node, below), position, attributes));
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

  private Directory open(LayerNode node, @Nullable Below below) {
    if (below == null) {
      return FlatDirectory.EMPTY;
    }
    if (node.opaque) {
      sizes.dropDirectory(below.directory, below.count);
      return FlatDirectory.EMPTY;
    }
    return directories.get(below.directory, below.count);
  }
}
