package dev.lamina.fuse.jnr;

import dev.lamina.fuse.MountServer;
import dev.lamina.fuse.MountStatistics;
import dev.lamina.fuse.MountTable;
import dev.lamina.fuse.StaleMounts;
import dev.lamina.fuse.TargetPath;
import java.lang.ref.Reference;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import jnr.ffi.Pointer;
import jnr.ffi.Runtime;

/**
 * One mount of libfuse's: a thread that waits for those that serve, and then frees everything and
 * closes the file system. Thread-safe.
 */
final class JnrSession implements MountServer {
  private final LibFuse2 library;
  private final Runtime runtime;
  private final OperationTable operations;
  private final Pointer fuse;
  private final Pointer channel;
  private final Pointer mountPoint;
  private final Served served;
  private final Answers answers;
  private final CountDownLatch looped = new CountDownLatch(1);
  private final CountDownLatch ended = new CountDownLatch(1);
  private volatile Optional<Throwable> closeFailure = Optional.empty();

  /**
   * @param operations what libfuse calls; must live as long as the session
   * @param fuse libfuse's {@code struct fuse}, freed at the end
   * @param mountPoint libfuse's own string, freed at the end
   */
  JnrSession(
      LibFuse2 library,
      Runtime runtime,
      OperationTable operations,
      Pointer fuse,
      Pointer mountPoint,
      Served served) {
    this.library = library;
    this.runtime = runtime;
    this.operations = operations;
    this.fuse = fuse;
    this.channel = library.fuse_session_next_chan(library.fuse_get_session(fuse), null);
    this.mountPoint = mountPoint;
    this.served = served;
    this.answers = served.answers();
  }

  /**
   * Begins to serve.
   *
   * @param threads the most requests that are served at once
   */
  void start(Path target, int connection, int threads) {
    String name = "jnr-fuse-" + connection;
    Workers workers =
        new Workers(
            library, runtime, library.fuse_get_session(fuse), channel, name, threads, served);
    Thread.ofPlatform().name(name).daemon().start(() -> serve(workers, target, connection));
  }

  private void serve(Workers workers, Path target, int connection) {
    try {
      workers.serve();
      clearAborted(target, connection);
    } catch (RuntimeException | Error e) {
      answers.log().once(System.Logger.Level.ERROR, "serving has ended: " + e);
    } finally {
      looped.countDown();
      end();
    }
  }

  /**
   * Where somebody aborted the connection its mount is still there, dead. libfuse does not tell an
   * abort from an unmount, and leaves such a mount alone.
   */
  private static void clearAborted(Path target, int connection) {
    boolean ours =
        MountTable.read()
            .at(TargetPath.bytes(target))
            .filter(row -> row.isFuse() && row.major() == 0 && row.minor() == connection)
            .isPresent();
    if (ours) {
      StaleMounts.clear(target);
    }
  }

  /** Frees what libfuse made, unmounting where it is mounted still, and closes the file system. */
  void end() {
    try {
      try {
        library.fuse_unmount(mountPoint, channel);
        library.fuse_destroy(fuse);
        library.free(mountPoint);
      } finally {
        try {
          served.clear();
        } finally {
          served.fileSystem().close();
        }
      }
    } catch (RuntimeException | Error e) {
      closeFailure = Optional.of(e);
      answers.log().once(System.Logger.Level.ERROR, "closing the file system failed: " + e);
    } finally {
      // Until here libfuse has called what these refer to.
      Reference.reachabilityFence(operations);
      ended.countDown();
    }
  }

  @Override
  public boolean isOver() {
    return looped.getCount() == 0;
  }

  /** Always false: what is left of an aborted mount is cleared here before it is over. */
  @Override
  public boolean isAborted() {
    return false;
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
    return answers.statistics();
  }
}
