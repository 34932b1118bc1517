package dev.lamina.fs;

/**
 * The kernel's request that a thread serves, for what must be done once although it is asked twice:
 * when another server takes a connection over, the kernel sends again what nobody has answered
 * ({@code FUSE_NOTIFY_RESEND}, include/uapi/linux/fuse.h), and some of it may have been done.
 *
 * <p>A serving thread makes one, serves within {@link #serve} and points it at each request in
 * turn, so nothing is allocated per request; what it calls asks {@link #number} and {@link
 * #isResent}. Not thread-safe: it is its thread's own.
 */
public final class ServedRequest {
  /** Stands for no request: of a caller that is no transport, and of what nobody answers. */
  public static final long NONE = 0;

  private static final ScopedValue<ServedRequest> CURRENT = ScopedValue.newInstance();

  /** {@code FUSE_UNIQUE_RESEND}. */
  private static final long RESENT = 1L << 63;

  private long unique = NONE;

  /** The number of the request that the calling thread serves, from 1; or {@link #NONE}. */
  public static long number() {
    return CURRENT.isBound() ? CURRENT.get().unique & ~RESENT : NONE;
  }

  /** Whether it was sent before, to who may have served it. */
  public static boolean isResent() {
    return CURRENT.isBound() && (CURRENT.get().unique & RESENT) != 0;
  }

  /** Runs what serves requests on the calling thread. */
  public void serve(Runnable requests) {
    ScopedValue.where(CURRENT, this).run(requests);
  }

  /**
   * Points it at the next request.
   *
   * @param unique as in the request's header, with bit 63 where it is sent again; or {@link #NONE}
   */
  public void begin(long unique) {
    this.unique = unique;
  }
}
