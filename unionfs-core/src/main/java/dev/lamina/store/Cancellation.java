package dev.lamina.store;

/**
 * Lets long work end between two of its steps when its thread is interrupted: whoever asked for it
 * has gone away. What was done up to then is as after a crash at that step, so nothing is undone.
 */
public final class Cancellation {
  private Cancellation() {}

  /**
   * Ends the work where the thread is interrupted, and leaves it so.
   *
   * @throws StoreException where it is
   */
  public static void check() {
    if (Thread.currentThread().isInterrupted()) {
      throw new StoreException("It was cancelled");
    }
  }
}
