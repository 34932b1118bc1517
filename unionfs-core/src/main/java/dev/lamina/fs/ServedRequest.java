package dev.lamina.fs;

/**
 * The kernel's request that a thread serves, for what must be done once although it is asked twice:
 * when another server takes a connection over, the kernel sends again what nobody has answered, and
 * some of it may have been done.
 *
 * <p>A serving thread makes one, serves within {@link #serve} and points it at each request in
 * turn, so nothing is allocated per request; what it calls asks {@link #number} and {@link
 * #isResent}. Not thread-safe: it is its thread's own.
 */
public final class ServedRequest {
  /** Stands for no request: of a caller that is no transport, and of what nobody answers. */
  public static final long NONE = 0;

  private static final ScopedValue<ServedRequest> CURRENT = ScopedValue.newInstance();

  private long number = NONE;
  private boolean isResent;

  /** The number of the request that the calling thread serves, from 1; or {@link #NONE}. */
  public static long number() {
    return CURRENT.isBound() ? CURRENT.get().number : NONE;
  }

  /** Whether it was sent before, to who may have served it and serves no more. */
  public static boolean isResent() {
    return CURRENT.isBound() && CURRENT.get().isResent;
  }

  /** Runs what serves requests on the calling thread. */
  public void serve(Runnable requests) {
    ScopedValue.where(CURRENT, this).run(requests);
  }

  /**
   * Points it at the next request.
   *
   * @param number the connection's own, at least 1; or {@link #NONE}
   * @param isResent whether the kernel has sent it before
   */
  public void begin(long number, boolean isResent) {
    this.number = number;
    this.isResent = isResent;
  }
}
