package dev.lamina.tree;

/** One difference between two trees, seen from the second. */
public sealed interface Change {
  /** Returns the path that differs. */
  TreePath path();

  /**
   * A name that only the second tree has. What is below an added directory is added too, each name
   * by a change of its own, after it.
   *
   * @param inode in the second tree; hard links have the same
   */
  record Added(TreePath path, TreeEntry entry, long inode) implements Change {}

  /**
   * A name that both trees have with other attributes, another content or other hard links. That a
   * directory's children differ does not modify it. Where a directory took the place of something
   * else, what is below it is added; where something else took a directory's place, all that was
   * below it is gone without a change of its own.
   *
   * @param before as the first tree has it
   * @param after as the second tree has it; equal to {@code before} where only the links differ
   * @param inode in the second tree; hard links have the same
   * @param linksChanged whether the set of paths that are names of this file differs
   */
  record Modified(
      TreePath path, TreeEntry before, TreeEntry after, long inode, boolean linksChanged)
      implements Change {}

  /**
   * A name that only the first tree has. What was below a deleted directory is gone with it,
   * without a change of its own.
   *
   * @param entry as the first tree has it
   */
  record Deleted(TreePath path, TreeEntry entry) implements Change {}
}
