package dev.lamina.daemon;

import dev.lamina.control.ControlServer;
import dev.lamina.fuse.Transport;
import dev.lamina.snapshot.Snapshots;
import dev.lamina.store.Store;
import dev.lamina.store.StoreOptions;
import dev.lamina.volume.VolumeOptions;
import dev.lamina.volume.Volumes;
import java.io.IOException;
import java.lang.System.Logger;
import java.lang.System.Logger.Level;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Clock;
import java.time.Duration;
import java.util.concurrent.CountDownLatch;
import java.util.random.RandomGenerator;

/**
 * The daemon of one store: opens it, serves requests, and on its end unmounts everything and closes
 * the store. A second daemon of the same store is refused by the store's lock.
 */
public final class Daemon implements AutoCloseable {
  private static final Logger LOG = System.getLogger(Daemon.class.getName());
  private static final String OOM_SCORE = "-500";
  private static final Duration PATIENCE = Duration.ofSeconds(20);

  private final Store store;
  private final Volumes volumes;
  private final MountRequests mounts;
  private final RunningRequests running;
  private final ControlServer server;
  private final CountDownLatch stopping;
  private final CountDownLatch closed = new CountDownLatch(1);
  private volatile boolean endedWell;

  private Daemon(
      Store store,
      Volumes volumes,
      MountRequests mounts,
      RunningRequests running,
      ControlServer server,
      CountDownLatch stopping) {
    this.store = store;
    this.volumes = volumes;
    this.mounts = mounts;
    this.running = running;
    this.server = server;
    this.stopping = stopping;
  }

  /**
   * Opens the store and begins to serve.
   *
   * @param directory the store; made where it is not there
   * @param socket where to listen
   * @param version what status tells
   * @throws IOException where the socket cannot be made
   * @throws dev.lamina.store.StoreException where the store cannot be opened
   */
  public static Daemon start(
      Path directory,
      Path socket,
      String version,
      Transport nativeTransport,
      Transport jnrTransport,
      Clock clock)
      throws IOException {
    Files.createDirectories(
        directory,
        PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rwx------")));
    Store store = Store.open(directory.toRealPath(), StoreOptions.defaults(), clock);
    boolean started = false;
    try {
      Volumes volumes = Volumes.of(store, VolumeOptions.defaults(), clock);
      DaemonContext context =
          new DaemonContext(
              store,
              volumes,
              new Snapshots(store, volumes, clock),
              new MountRegistry(),
              clock,
              RandomGenerator.getDefault());
      CountDownLatch stopping = new CountDownLatch(1);
      MountRequests mounts =
          new MountRequests(context, new Transports(nativeTransport, jnrTransport));
      OperationCount operations = new OperationCount();
      RunningRequests running = new RunningRequests();
      DaemonRequests requests =
          new DaemonRequests(
              context, version, clock.instant(), operations, running, stopping::countDown);
      ControlServer server =
          ControlServer.listen(socket, new RequestDispatcher(context, mounts, requests, running));
      operations.of(server);
      started = true;
      return new Daemon(store, volumes, mounts, running, server, stopping);
    } finally {
      if (!started) {
        store.close();
      }
    }
  }

  /** The kernel, short of memory, should not take the process that all mounts hang on first. */
  public static void protectFromOutOfMemory() {
    try {
      Files.writeString(Path.of("/proc/self/oom_score_adj"), OOM_SCORE);
    } catch (IOException e) {
      LOG.log(Level.DEBUG, "not allowed to lower oom_score_adj", e);
    }
  }

  /** Whether a request is under way that a stop waits for. */
  boolean isAtWork() {
    return running.areSome();
  }

  /** Waits until somebody asks the daemon to stop. */
  public void awaitStop() throws InterruptedException {
    stopping.await();
  }

  /** Whether {@link #close} is done, and everything was let go of without a failure. */
  public boolean hasEndedWell() {
    return endedWell;
  }

  /** Waits until {@link #close} is done. */
  public void awaitClosed() throws InterruptedException {
    closed.await();
  }

  /**
   * Ends it: takes no more requests and cancels those under way, unmounts everything, detaching
   * what is busy, and closes the store. Requests come first, for one of them may be about to mount.
   */
  @Override
  public synchronized void close() throws IOException {
    if (closed.getCount() == 0) {
      return;
    }
    stopping.countDown();
    running.cancelAll(); // they say so while the connections are still open
    boolean answered = false;
    MountRequests.End end = MountRequests.End.UNKNOWN;
    try {
      answered = server.close(PATIENCE);
    } finally {
      try {
        end = mounts.unmountAll();
      } finally {
        endedWell = closeStore(answered && end.closed() && !volumes.areHeld()) && end.well();
        closed.countDown();
      }
    }
  }

  /**
   * The databases are native memory, so whoever uses them after they are closed takes the process
   * down. Where somebody still does they stay open: the next opening finds what a crash leaves.
   *
   * @return whether it is closed
   */
  private boolean closeStore(boolean unused) {
    if (!unused) {
      LOG.log(Level.WARNING, "the store is left open, since requests or mounts of it do not end");
      return false;
    }
    try {
      volumes.close();
    } finally {
      store.close();
    }
    return true;
  }
}
