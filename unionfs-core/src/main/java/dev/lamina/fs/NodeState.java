package dev.lamina.fs;

/**
 * How a node's data reaches the kernel. A node changes its mode only when it has no open: the
 * kernel refuses (EIO) to mix modes, or two backings, on one node id. So a file system keeps one of
 * these for each node id, and what {@link FileSystem#open} answers follows from it. Immutable.
 */
public sealed interface NodeState {
  /** The state of a node that is not open. */
  static NodeState idle() {
    return new Idle();
  }

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

  /**
   * The state with one more open. It is counted before the open is answered.
   *
   * @param backing what the open answers ({@link OpenFile#backing})
   * @throws IllegalStateException where the node is open in another way
   */
  default NodeState opened(OpenFile.Backing backing) {
    return switch (this) {
      case Idle() -> backing == OpenFile.Backing.NONE ? new Cached(1) : new Passthrough(backing, 1);
      case Cached(int opens) -> {
        requireSame(OpenFile.Backing.NONE, backing);
        yield new Cached(opens + 1);
      }
      case Passthrough(OpenFile.Backing open, int opens) -> {
        requireSame(open, backing);
        yield new Passthrough(open, opens + 1);
      }
    };
  }

  /**
   * The state with one open less.
   *
   * @throws IllegalStateException where nothing is open
   */
  default NodeState closed() {
    return switch (this) {
      case Idle() -> throw new IllegalStateException("a node is closed that is not open");
      case Cached(int opens) -> opens == 1 ? idle() : new Cached(opens - 1);
      case Passthrough(OpenFile.Backing open, int opens) ->
          opens == 1 ? idle() : new Passthrough(open, opens - 1);
    };
  }

  /** Whether anything is open. */
  default boolean isOpen() {
    return !(this instanceof Idle);
  }

  private static void requireSame(OpenFile.Backing open, OpenFile.Backing backing) {
    if (open != backing) {
      throw new IllegalStateException(
          "a node that is open with backing " + open + " cannot be opened with " + backing);
    }
  }
}
