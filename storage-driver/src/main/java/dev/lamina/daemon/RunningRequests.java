package dev.lamina.daemon;

import com.google.errorprone.annotations.concurrent.GuardedBy;
import dev.lamina.control.ControlException;
import dev.lamina.control.Request;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.concurrent.TimeUnit;

/**
 * Which requests are under way, so that the daemon does not end with one of them half done and
 * nobody told. Those that end the daemon or ask how it is do not count. Thread-safe.
 */
final class RunningRequests {
  private static final long PATIENCE_NANOS = TimeUnit.SECONDS.toNanos(2);

  @GuardedBy("this")
  private final Map<Thread, String> running = new LinkedHashMap<>();

  @GuardedBy("this")
  private boolean ending;

  /**
   * Takes the calling thread's request on.
   *
   * @throws ControlException where the daemon is about to end
   */
  synchronized void begin(Request request) throws ControlException {
    if (ending) {
      throw ControlException.failed("the daemon is stopping; run the command again");
    }
    running.put(Thread.currentThread(), describe(request));
  }

  /** The calling thread's request is answered, or has failed. */
  synchronized void end() {
    running.remove(Thread.currentThread());
    notifyAll();
  }

  /** Returns whether any is under way. */
  synchronized boolean areSome() {
    return !running.isEmpty();
  }

  /** Returns whether the daemon is about to end. */
  synchronized boolean isEnding() {
    return ending;
  }

  /**
   * Lets no more requests begin, once those that are about to end have ended.
   *
   * @throws ControlException naming those that go on, which is then all that happens
   */
  synchronized void endWhenIdle() throws ControlException {
    long start = System.nanoTime();
    while (!running.isEmpty()) {
      long left = PATIENCE_NANOS - (System.nanoTime() - start);
      if (left <= 0) {
        throw ControlException.failed(
            "the daemon is at work: "
                + String.join(", ", running.values())
                + "; wait for that, or cut it off with \"lamina daemon stop --force\"");
      }
      try {
        TimeUnit.NANOSECONDS.timedWait(this, left);
      } catch (InterruptedException e) {
        Thread.currentThread().interrupt();
        throw ControlException.failed("cancelled", e);
      }
    }
    ending = true;
  }

  /** Lets no more requests begin and cancels those under way: they undo what they began. */
  synchronized void cancelAll() {
    ending = true;
    running.keySet().forEach(Thread::interrupt);
  }

  private static String describe(Request request) {
    return switch (request) {
      case Request.Import ask -> "import of " + ask.source();
      case Request.Layers ask -> "layers of " + ask.image();
      case Request.History ask -> "history of " + ask.image();
      case Request.Inspect ask -> "inspect of " + ask.name();
      case Request.Tag ask -> "tag of " + ask.image();
      case Request.Fork ask -> "fork of " + ask.volume();
      case Request.Save ask -> "snapshot of " + ask.volume();
      case Request.RollBack ask -> "rollback of " + ask.volume();
      case Request.Remove ask -> "rm of " + String.join(", ", ask.names());
      case Request.MountRequest ask -> "mount of " + ask.what();
      case Request.Unmount ask -> "umount of " + ask.directory();
      case Request.Diff ask -> "diff of " + ask.volume();
      case Request.Commit ask -> "commit of " + ask.volume();
      case Request.Export ask -> "export of " + ask.what();
      case Request.ListFiles ask -> "ls of " + ask.what() + ":" + ask.path();
      case Request.Cat ask -> "cat of " + ask.what() + ":" + ask.path();
      case Request.Stat ask -> "stat of " + ask.what() + ":" + ask.path();
      case Request.Images _ -> "images";
      case Request.Mounts _ -> "mounts";
      case Request.Volumes _ -> "volumes";
      case Request.Collect _ -> "gc";
      case Request.Verify _ -> "verify";
      case Request.Usage _ -> "du";
      case Request.Status _ -> "status";
      case Request.Stop _ -> "stop";
    };
  }
}
