package dev.lamina.fuse;

import java.nio.file.Path;
import java.time.Duration;

/**
 * A mounted file system and the threads that serve it. It ends when it is unmounted, by {@link
 * #unmount} or by anybody else. Thread-safe.
 */
public interface Mount extends AutoCloseable {
  /** Where it was mounted. */
  Path target();

  /**
   * The number of the kernel's FUSE connection, as under /sys/fs/fuse/connections: the minor device
   * number of every file in the mount.
   */
  int connection();

  /** Whether the kernel can still send requests: false once the connection has ended. */
  boolean isMounted();

  /**
   * Unmounts and waits until all requests are answered and the file system is closed. The
   * connection ends even where another mount namespace holds a copy of the mount: what still uses
   * that copy gets ENOTCONN from then on. Does nothing where the mount has ended already.
   *
   * @param lazy unmount although it is in use; its users get ENOTCONN
   * @throws MountException EBUSY where it is in use and {@code lazy} is false; it then goes on
   */
  void unmount(boolean lazy);

  /** Waits until the mount has ended and its file system is closed. */
  void await() throws InterruptedException;

  /**
   * As {@link #await()}, for a limited time.
   *
   * @return whether it has ended
   */
  boolean await(Duration limit) throws InterruptedException;

  /** What has been served up to now. */
  MountStatistics statistics();

  /** Unmounts, lazily where it is in use. */
  @Override
  void close();
}
