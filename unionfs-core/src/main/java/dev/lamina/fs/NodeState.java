package dev.lamina.fs;

/**
 * How a node's data reaches the kernel. A node changes its state only when it has no open: the
 * kernel refuses (EIO) to mix modes, or two backings, on one node id.
 */
public sealed interface NodeState {
  /** No open: the next one decides. */
  record Idle() implements NodeState {}

  /**
   * The file system serves the data and the kernel's page cache holds it.
   *
   * @param opens how many handles are open, at least 1
   */
  record Cached(int opens) implements NodeState {}

  /**
   * The kernel reads and writes the backing by itself.
   *
   * @param backing which file it is
   * @param opens how many handles are open, at least 1
   */
  record Passthrough(OpenFile.Backing backing, int opens) implements NodeState {}
}
