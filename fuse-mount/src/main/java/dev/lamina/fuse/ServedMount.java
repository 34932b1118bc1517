package dev.lamina.fuse;

import dev.lamina.linux.Errno;
import dev.lamina.linux.Fd;
import dev.lamina.linux.FileIo;
import dev.lamina.linux.FileOpen;
import dev.lamina.linux.LinuxException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Optional;

/**
 * A mount that a transport of this process serves.
 *
 * <h2>What keeps a connection</h2>
 *
 * The kernel ends a connection with its last user: mounts of it (the one that was made here, binds
 * of it, copies that other mount namespaces took when they were made), and files, mappings and
 * working directories in any of them. So to take the mount off its directory is one thing, and that
 * the connection ends another:
 *
 * <ul>
 *   <li>{@code unmount(false)} ends both, or changes nothing. It is refused, EBUSY, where somebody
 *       has a file or directory of it open or mapped (the kernel says so), where something is
 *       mounted inside it or on top of it, and where it is bound to another place. Once it is off,
 *       only other mount namespaces are left, whose copies nobody here sees and which would keep it
 *       for as long as a container lives: requests under way are answered, then the connection is
 *       aborted.
 *   <li>{@code unmount(true)} takes it off, with what is mounted inside, as {@code umount -l} does.
 *       Whoever uses it goes on and loses nothing; the connection ends with the last of them and is
 *       never aborted. Refused, EBUSY, only where something lies on top, which would be what goes.
 *   <li>{@link #close} is for a server that stops, so that nobody can go on: what was written
 *       through mappings is written out, the mount is taken off, and the connection is aborted.
 *   <li>Somebody else took it off: where another mount namespace has a copy, that is what keeps it,
 *       and {@code unmount(false)} aborts as above. Else it was detached with users left, and that
 *       is EBUSY until they go.
 *   <li>Somebody aborted it: the mount is dead and is taken off.
 *   <li>It was moved: it is taken off where it is now.
 * </ul>
 */
public final class ServedMount implements Mount {
  private static final System.Logger LOG = System.getLogger(ServedMount.class.getName());
  private static final Duration LAST_USER_GOES = Duration.ofMillis(200);
  private static final Duration WRITING = Duration.ofSeconds(10);
  private static final Duration CLOSING = Duration.ofSeconds(60);

  private final Path target;
  private final int connection;
  private final Detachment detachment;
  private final MountServer server;
  private final Duration closing;
  private volatile boolean detached;

  /**
   * @param target where it is mounted
   * @param connection the number of the kernel's FUSE connection
   * @param detachment how it is taken off
   * @param server what answers the kernel's requests
   */
  public ServedMount(Path target, int connection, Detachment detachment, MountServer server) {
    this(target, connection, detachment, server, CLOSING);
  }

  /**
   * @param closing how long the file system may take to close once the connection has ended
   */
  ServedMount(
      Path target, int connection, Detachment detachment, MountServer server, Duration closing) {
    this.target = target;
    this.connection = connection;
    this.detachment = detachment;
    this.server = server;
    this.closing = closing;
  }

  @Override
  public Path target() {
    return target;
  }

  @Override
  public int connection() {
    return connection;
  }

  @Override
  public boolean isMounted() {
    return !server.isOver();
  }

  @Override
  public void unmount(boolean lazy) {
    if (server.isOver()) {
      clearDead();
      waitUntilClosed();
      return;
    }
    OwnPlaces places = OwnPlaces.of(connection, target, MountTable.read());
    if (!places.isMounted()) {
      endWithoutPlace(lazy);
      return;
    }
    places.refuseCovered();
    if (!lazy) {
      places.refuseBound();
    }
    try {
      detachment.detach(places.main(), lazy);
    } catch (MountException e) {
      throw e.errno() == Errno.EBUSY ? places.busy(MountTable.read(), e) : e;
    }
    detached = lazy;
    if (!hasEndedByItself() && !lazy) {
      abort();
    }
  }

  /** Nothing of it is mounted in this namespace, and yet it lives. */
  private void endWithoutPlace(boolean lazy) {
    if (hasEndedByItself() || lazy) {
      return;
    }
    Optional<MountException> used = stillUsed();
    if (used.isPresent()) {
      throw used.get();
    }
    abort();
  }

  /** Where nothing of it is mounted here: that it has users, unless a copy elsewhere keeps it. */
  private Optional<MountException> stillUsed() {
    return detached || !OtherNamespaces.haveMounted(connection)
        ? Optional.of(
            new MountException(
                Errno.EBUSY,
                target
                    + " was detached and is still in use; it ends when the last who uses it does"))
        : Optional.empty();
  }

  /** Waits a moment for the last user, who may be on the way out; closes where it is the end. */
  private boolean hasEndedByItself() {
    if (!waitFor(LAST_USER_GOES) && !server.isOver()) {
      return false;
    }
    waitUntilClosed();
    return true;
  }

  @Override
  public Optional<String> obstacle() {
    if (server.isOver()) {
      return Optional.empty();
    }
    OwnPlaces places = OwnPlaces.of(connection, target, MountTable.read());
    if (places.isMounted()) {
      return places.obstacle().map(Throwable::getMessage);
    }
    return waitFor(LAST_USER_GOES) || server.isOver()
        ? Optional.empty()
        : stillUsed().map(Throwable::getMessage);
  }

  private void clearDead() {
    if (server.isAborted()) {
      // The mount is there still, so its number is nobody else's.
      OwnPlaces places = OwnPlaces.of(connection, target, MountTable.read());
      if (places.isMounted() && !places.isCovered()) {
        detachment.detach(places.main(), true);
      }
    }
  }

  /** Ends the connection, after what is being written has arrived. */
  private void abort() {
    awaitRequests();
    if (server.isOver()) {
      // By itself, meanwhile: the number may be another mount's by now.
      waitUntilClosed();
      return;
    }
    try {
      Connections.abort(connection);
    } catch (LinuxException e) {
      if (e.errno() != Errno.ENOENT) {
        LOG.log(
            System.Logger.Level.WARNING,
            "{0} is unmounted, but its connection {1} cannot be aborted and lives on while another"
                + " mount namespace holds a copy: {2}",
            target,
            connection,
            e.getMessage());
        return;
      }
    }
    waitUntilClosed();
  }

  /** The pages of a mapping that is gone are written by requests which nobody waits for. */
  private void awaitRequests() {
    long limit = System.nanoTime() + WRITING.toNanos();
    try {
      while (!server.isOver()
          && Connections.waiting(connection) > 0
          && System.nanoTime() - limit < 0) {
        if (waitFor(Duration.ofMillis(10))) {
          return;
        }
      }
    } catch (LinuxException e) {
      // It has just ended, or it cannot be seen whether there is something to wait for.
      LOG.log(System.Logger.Level.DEBUG, "requests of {0} cannot be counted: {1}", target, e);
    }
  }

  private void waitUntilClosed() {
    if (!waitFor(closing)) {
      throw new MountException(
          Errno.ETIMEDOUT,
          target
              + " is unmounted, but requests under way have not ended for "
              + closing.toSeconds()
              + " seconds; what it shows stays in use until they do");
    }
    server.closeFailure().ifPresent(this::failClosing);
  }

  private void failClosing(Throwable failure) {
    throw new MountException(
        Errno.EIO,
        target
            + " is unmounted, but what was written last may be lost: closing its file system"
            + " failed: "
            + (failure.getMessage() == null ? failure : failure.getMessage()),
        failure);
  }

  /** Interrupts do not shorten it: whoever is told of the end goes on to free what is below. */
  private boolean waitFor(Duration limit) {
    long start = System.nanoTime();
    boolean interrupted = false;
    try {
      while (true) {
        try {
          return server.await(limit.minusNanos(System.nanoTime() - start));
        } catch (InterruptedException e) {
          interrupted = true;
        }
      }
    } finally {
      if (interrupted) {
        Thread.currentThread().interrupt();
      }
    }
  }

  @Override
  public void await() throws InterruptedException {
    server.await();
  }

  @Override
  public boolean await(Duration limit) throws InterruptedException {
    return server.await(limit);
  }

  @Override
  public MountStatistics statistics() {
    return server.statistics();
  }

  @Override
  public void close() {
    try {
      unmount(false);
    } catch (MountException e) {
      if (e.errno() != Errno.EBUSY) {
        throw e;
      }
      takeFromUsers();
    }
  }

  private void takeFromUsers() {
    if (server.isOver()) {
      clearDead();
      waitUntilClosed();
      return;
    }
    OwnPlaces places = OwnPlaces.of(connection, target, MountTable.read());
    List<Path> reachable = places.reachable();
    writeOut(reachable.stream().findFirst());
    while (!reachable.isEmpty()) {
      detachment.detach(reachable.getFirst(), true);
      // One may have gone with another.
      reachable = OwnPlaces.of(connection, target, MountTable.read()).reachable();
    }
    if (places.isCovered()) {
      LOG.log(
          System.Logger.Level.WARNING,
          "{0} ends below what is mounted on top of it; unmount that, then this with umount(8)",
          target);
    }
    abort();
  }

  /**
   * Lets the kernel write what users changed through mappings. It waits for requests that this
   * process answers, so a thread of its own does it, which the end of the connection sets free.
   *
   * @param place where it can be reached; absent where it is detached or covered, so that only a
   *     sync of all file systems gets there
   */
  private void writeOut(Optional<Path> place) {
    Thread writer =
        Thread.ofPlatform()
            .daemon()
            .name("lamina-write-out")
            .start(
                () -> {
                  try {
                    place.ifPresentOrElse(ServedMount::sync, FileIo::sync);
                  } catch (LinuxException e) {
                    LOG.log(
                        System.Logger.Level.WARNING,
                        "what is mapped of {0} may not have been written: {1}",
                        target,
                        e.getMessage());
                  }
                });
    try {
      if (!writer.join(WRITING)) {
        LOG.log(
            System.Logger.Level.WARNING,
            "what is mapped of {0} is not all written after {1} seconds",
            target,
            WRITING.toSeconds());
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  private static void sync(Path place) {
    int flags = FileOpen.O_RDONLY | FileOpen.O_DIRECTORY;
    try (Fd root = FileOpen.openat(Fd.CWD, TargetPath.bytes(place), flags)) {
      FileIo.syncfs(root.value());
    }
  }
}
