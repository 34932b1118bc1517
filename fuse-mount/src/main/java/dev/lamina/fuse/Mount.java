package dev.lamina.fuse;

import java.nio.file.Path;
import java.time.Duration;
import java.util.Optional;

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
   * Takes the mount off its directory.
   *
   * <p>Where {@code lazy} is false this is the end: it waits until all requests are answered and
   * the file system is closed. The connection ends even where another mount namespace holds a copy
   * of the mount: what still uses that copy gets ENOTCONN from then on. Where {@code lazy} is true
   * whoever uses it goes on, {@link #isMounted} stays true and the file system open, until the last
   * of them goes. Does nothing where the mount has ended already.
   *
   * @param lazy unmount although it is in use
   * @throws MountException EBUSY where it is in use and {@code lazy} is false, or where something
   *     is mounted on top of it; it then goes on. ETIMEDOUT where it is off, but requests under way
   *     do not end. EIO where it has ended, but closing the file system failed, so that what was
   *     written last may be lost
   */
  void unmount(boolean lazy);

  /**
   * Why {@code unmount(false)} would be refused, as far as that can be seen without trying: what is
   * mounted on top of it or inside, where it is bound besides, or that it was detached and is still
   * used. Whoever has a file of it open while it is mounted is not seen. Looks a moment whether it
   * is about to end.
   *
   * @return what is in the way and what to do, for people; empty where nothing is
   */
  Optional<String> obstacle();

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

  /**
   * Unmounts and ends the connection although it is in use: what was written is kept, and whoever
   * uses it gets ENOTCONN from then on.
   */
  @Override
  void close();
}
