package dev.lamina.archive;

import dev.lamina.tree.TreeEntry;
import dev.lamina.tree.TreePath;

/**
 * One change that a layer makes to the tree below it. What a {@link LayerReader} returns, in the
 * order of the tar, and what a {@link LayerWriter} is given. The contents of files are blobs, named
 * by the entry's digest.
 */
public sealed interface LayerChange {
  /** Returns what the change is about. */
  TreePath path();

  /**
   * A file, directory, symbolic link, device, fifo or socket is there. A directory keeps what is
   * below it in lower layers; anything else replaces what was there.
   */
  record Put(TreePath path, TreeEntry entry) implements LayerChange {}

  /** A further name of a non-directory that this layer or a lower one holds under another name. */
  record Link(TreePath path, TreePath target) implements LayerChange {}

  /** What lower layers have at this path is gone, with everything below. */
  record Whiteout(TreePath path) implements LayerChange {}

  /** What lower layers have inside this directory is gone; the directory itself stays. */
  record Opaque(TreePath path) implements LayerChange {}
}
