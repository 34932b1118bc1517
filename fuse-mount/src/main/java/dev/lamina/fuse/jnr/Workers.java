package dev.lamina.fuse.jnr;

import com.google.errorprone.annotations.concurrent.GuardedBy;
import dev.lamina.linux.Errno;
import java.util.concurrent.CountDownLatch;
import jnr.ffi.Pointer;
import jnr.ffi.Runtime;

/**
 * The threads that serve a session, as {@code fuse_loop_mt} has them: one always reads, another is
 * started where the last reader has got a request, and one ends where many have nothing to do. They
 * are here and not in libfuse, so that it is known what the kernel asked ({@link CurrentRequest}),
 * and that there is a bound. Thread-safe.
 */
final class Workers {
  private static final int MOST_IDLE = 10;

  private final LibFuse2 library;
  private final Runtime runtime;
  private final Pointer session;
  private final Pointer channel;
  private final String name;
  private final int most;
  private final Served served;
  private final Answers answers;
  private final CountDownLatch ended = new CountDownLatch(1);

  @GuardedBy("this")
  private int threads;

  @GuardedBy("this")
  private int idle;

  /**
   * @param session libfuse's session, which must live until they have ended
   * @param most how many threads there may be, at least 1
   */
  Workers(
      LibFuse2 library,
      Runtime runtime,
      Pointer session,
      Pointer channel,
      String name,
      int most,
      Served served) {
    this.library = library;
    this.runtime = runtime;
    this.session = session;
    this.channel = channel;
    this.name = name;
    this.most = most;
    this.served = served;
    this.answers = served.answers();
  }

  /** Serves until the connection ends. */
  void serve() {
    synchronized (this) {
      grow();
    }
    boolean interrupted = false;
    while (true) {
      try {
        ended.await();
        break;
      } catch (InterruptedException e) {
        // Nobody else frees what libfuse has.
        interrupted = true;
      }
    }
    if (interrupted) {
      Thread.currentThread().interrupt();
    }
  }

  @GuardedBy("this")
  private void grow() {
    threads++;
    idle++;
    Thread thread = Thread.ofPlatform().daemon().name(name + "-" + threads).unstarted(this::work);
    try {
      thread.start();
    } catch (OutOfMemoryError e) {
      threads--;
      idle--;
      if (threads == 0) {
        throw e;
      }
      answers
          .log()
          .once(
              System.Logger.Level.WARNING,
              "no thread can be started, so " + threads + " serve: " + e);
    }
  }

  private void work() {
    boolean isIdle = true;
    boolean failed = true;
    try {
      Pointer buffer =
          runtime
              .getMemoryManager()
              .allocateDirect(Math.toIntExact(library.fuse_chan_bufsize(channel)));
      Pointer place = runtime.getMemoryManager().allocateDirect(Long.BYTES, true);
      CurrentRequest request = CurrentRequest.get();
      while (true) {
        int length = receive(place, buffer);
        if (length <= 0) {
          failed = false;
          return;
        }
        isIdle = false;
        taken();
        request.begin(buffer.address(), length);
        served.prepare(request);
        try {
          library.fuse_session_process(session, buffer, length, channel);
        } finally {
          request.end();
        }
        isIdle = again();
        if (!isIdle) {
          failed = false;
          return;
        }
      }
    } catch (RuntimeException | Error e) {
      answers.log().once(System.Logger.Level.ERROR, "a thread that serves has ended: " + e);
    } finally {
      left(isIdle, failed);
    }
  }

  /** The length of a request; 0 where the connection has ended, less where it is broken. */
  private int receive(Pointer place, Pointer buffer) {
    while (true) {
      place.putPointer(0, channel);
      int length = library.fuse_chan_recv(place, buffer, library.fuse_chan_bufsize(channel));
      if (length != -Errno.EINTR.number() && length != -Errno.EAGAIN.number()) {
        if (length < 0) {
          // The others are to end too.
          library.fuse_session_exit(session);
          answers
              .log()
              .once(
                  System.Logger.Level.ERROR,
                  "requests cannot be read: " + Errno.of(-length) + "; the mount ends");
        }
        return length;
      }
    }
  }

  private synchronized void taken() {
    idle--;
    if (idle == 0 && threads < most) {
      grow();
    }
  }

  /** Whether the thread shall read again. */
  private synchronized boolean again() {
    if (idle >= MOST_IDLE) {
      return false;
    }
    idle++;
    return true;
  }

  /** A thread serves no more; where it failed and nobody else reads, another one does. */
  private synchronized void left(boolean wasIdle, boolean failed) {
    threads--;
    if (wasIdle) {
      idle--;
    }
    if (failed && idle == 0 && threads > 0) {
      grow();
    }
    if (threads == 0) {
      ended.countDown();
    }
  }
}
