package dev.lamina.fuse.kernel;

import dev.lamina.fs.FileSystem;
import dev.lamina.fuse.DefectLog;
import dev.lamina.fuse.MountServer;
import dev.lamina.fuse.MountStatistics;
import dev.lamina.linux.FileMapping;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;

/**
 * Serves one connection from the end of its negotiation until the kernel ends it, then closes the
 * file system. Thread-safe.
 */
final class Session implements MountServer {
  private static final long NOTIFIER_BUFFER = 4096;

  private final Device device;
  private final FileSystem fileSystem;
  private final Features features;
  private final DefectLog log;
  private final boolean selinux;
  private final String name;
  private final Counters counters = new Counters();
  private final FileMapping notifierBuffer = FileMapping.anonymous(NOTIFIER_BUFFER);
  private final Notifier notifier;
  private final BackingFiles backings;
  private final Thread notifierThread;
  private final ReaderPool pool;
  private final AtomicInteger started = new AtomicInteger();
  private final AtomicBoolean cleanedUp = new AtomicBoolean();
  private final CountDownLatch ended = new CountDownLatch(1);
  private volatile boolean aborted;
  private volatile Optional<Throwable> closeFailure = Optional.empty();

  /**
   * @param device the connection's descriptor, closed at the end
   * @param limit of the files that are handed to the kernel
   * @param kept how many readers wait where there is nothing to do
   * @param most how many threads may serve
   */
  Session(
      Device device,
      FileSystem fileSystem,
      Features features,
      DefectLog log,
      boolean selinux,
      String name,
      KeptBackings limit,
      int kept,
      int most) {
    this.device = device;
    this.fileSystem = fileSystem;
    this.features = features;
    this.log = log;
    this.selinux = selinux;
    this.name = name;
    this.notifier = new Notifier(device.value(), features, counters, log, notifierBuffer.segment());
    this.backings = new BackingFiles(device.value(), limit, log);
    this.notifierThread =
        Thread.ofPlatform().name(name + "-notifier").daemon().unstarted(notifier::run);
    this.pool = new ReaderPool(kept, most, this::startWorker);
  }

  /**
   * Attaches the file system and begins to serve. Where that fails the device and the file system
   * are the caller's to close.
   */
  void start() {
    boolean serving = false;
    try {
      fileSystem.attach(features.forFileSystem(), notifier, backings);
      notifierThread.start();
      pool.start();
      serving = true;
    } finally {
      if (!serving) {
        endNotifier();
        notifierBuffer.close();
      }
    }
  }

  private void endNotifier() {
    notifier.stop();
    try {
      notifierThread.join();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  /** Memory and the number of processes have bounds: without one more thread the others go on. */
  private boolean startWorker() {
    try {
      Thread.ofPlatform()
          .name(name + "-" + started.incrementAndGet())
          .daemon()
          .start(new Worker(this));
      return true;
    } catch (RuntimeException | Error e) {
      log.once(System.Logger.Level.ERROR, "one more serving thread cannot be started: " + e);
      return false;
    }
  }

  Device device() {
    return device;
  }

  /** A second descriptor of the same open file. */
  Device duplicate() {
    return device.duplicate();
  }

  Features features() {
    return features;
  }

  DefectLog log() {
    return log;
  }

  ReaderPool pool() {
    return pool;
  }

  /** Tells the kernel what the last request has made stale elsewhere, before it is answered. */
  void tellStale() {
    notifier.sendAttributes();
  }

  RequestHandler handler(Buffers buffers) {
    return new RequestHandler(
        buffers.requests(), buffers.replies(), fileSystem, features, counters, log, selinux);
  }

  /**
   * The last worker that ends cleans up: then no operation runs any more. Where the kernel has not
   * ended the connection, none of them could go on, for want of memory or descriptors; closing the
   * device aborts it then, and the mount is dead.
   */
  void workerEnded() {
    if (pool.left() == 0 && cleanedUp.compareAndSet(false, true)) {
      if (!pool.isEnded()) {
        log.once(System.Logger.Level.ERROR, "no thread is left to serve it: the mount ends");
        connectionEnded(true);
      }
      endNotifier();
      try (notifierBuffer;
          device) {
        try {
          fileSystem.close();
        } finally {
          backings.end();
        }
      } catch (RuntimeException | Error e) {
        closeFailure = Optional.of(e);
        log.once(System.Logger.Level.ERROR, "closing the file system failed: " + e);
      } finally {
        ended.countDown();
      }
    }
  }

  /**
   * The kernel has ended the connection.
   *
   * @param abort whether it ended otherwise than by unmounting, so that the mount is still there,
   *     dead
   */
  void connectionEnded(boolean abort) {
    if (abort) {
      aborted = true;
    }
    pool.end();
  }

  @Override
  public boolean isAborted() {
    return aborted;
  }

  @Override
  public boolean isOver() {
    return pool.isEnded();
  }

  @Override
  public void await() throws InterruptedException {
    ended.await();
  }

  @Override
  public boolean await(Duration limit) throws InterruptedException {
    return ended.await(limit.toNanos(), TimeUnit.NANOSECONDS);
  }

  @Override
  public Optional<Throwable> closeFailure() {
    return closeFailure;
  }

  @Override
  public MountStatistics statistics() {
    return counters.statistics(pool.threads(), backings);
  }
}
