package dev.lamina.fuse;

import java.time.Duration;
import java.util.Optional;

/**
 * What answers the requests of one mount until the kernel ends the connection, and then closes the
 * file system. Thread-safe.
 */
public interface MountServer {
  /** Whether the connection has ended; the file system may not be closed yet. */
  boolean isOver();

  /** Whether it has ended because somebody aborted it, so that the mount is still there, dead. */
  boolean isAborted();

  /** Waits until the file system is closed. */
  void await() throws InterruptedException;

  /**
   * As {@link #await()}, for a limited time.
   *
   * @return whether it is closed
   */
  boolean await(Duration limit) throws InterruptedException;

  /**
   * What closing the file system failed with, once it is closed: what was written last may be lost
   * then, and whoever unmounts is to know.
   */
  Optional<Throwable> closeFailure();

  /** What has been served up to now. */
  MountStatistics statistics();
}
