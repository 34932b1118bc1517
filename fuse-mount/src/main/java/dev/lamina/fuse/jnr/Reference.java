package dev.lamina.fuse.jnr;

import com.google.errorprone.annotations.concurrent.GuardedBy;

/** A node that is held until everybody who shares the hold has given it back. Thread-safe. */
final class Reference implements AutoCloseable {
  private final long node;
  private final Runnable back;

  @GuardedBy("this")
  private int holders = 1;

  /**
   * @param back gives the node back
   */
  Reference(long node, Runnable back) {
    this.node = node;
    this.back = back;
  }

  /** The node. */
  long node() {
    return node;
  }

  /** One who holds it lets another hold it too. */
  synchronized Reference share() {
    holders++;
    return this;
  }

  @Override
  public void close() {
    synchronized (this) {
      holders--;
      if (holders > 0) {
        return;
      }
    }
    back.run();
  }
}
