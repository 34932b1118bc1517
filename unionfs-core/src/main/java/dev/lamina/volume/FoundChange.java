package dev.lamina.volume;

import dev.lamina.fs.FileKind;
import dev.lamina.tree.TreePath;

/** One difference between a volume and its base, as a layer would say it. */
sealed interface FoundChange {
  /** What the change is about. */
  TreePath path();

  /**
   * This inode, of this kind, is here, new or other than in the base. A directory keeps what the
   * base has below it.
   */
  record Put(TreePath path, long inode, FileKind kind) implements FoundChange {}

  /** A further name of a non-directory that is put at {@code first}. */
  record Link(TreePath path, TreePath first) implements FoundChange {}

  /** What the base has here is gone. */
  record Whiteout(TreePath path) implements FoundChange {}

  /** The directory here is another than the base's: of that nothing shows. */
  record Opaque(TreePath path) implements FoundChange {}
}
