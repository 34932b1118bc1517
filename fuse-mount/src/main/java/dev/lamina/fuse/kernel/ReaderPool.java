package dev.lamina.fuse.kernel;

import com.google.errorprone.annotations.CanIgnoreReturnValue;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.BooleanSupplier;

/**
 * Decides how many threads serve a connection. Each reads, handles and answers, so a request passes
 * through no queue; whenever the last reader takes a request, another thread is woken or started,
 * up to a bound, so one request that takes long never stops the others. A thread that comes back
 * and finds enough readers waits aside and ends after a while. Thread-safe; a request that finds
 * another reader costs two atomic operations.
 */
final class ReaderPool {
  private static final long PATIENCE_SECONDS = 5;

  private final int kept;
  private final int most;
  private final BooleanSupplier starter;
  private final AtomicInteger reading = new AtomicInteger();
  private final AtomicInteger threads = new AtomicInteger();
  private final AtomicInteger aside = new AtomicInteger();
  private final Semaphore wake = new Semaphore(0);
  private volatile boolean ended;

  /**
   * @param kept how many readers wait for requests where there is nothing to do, at least 1
   * @param most how many threads there may be
   * @param starter starts a thread, which must call {@link #taken} and {@link #again}; says whether
   *     it could, and never throws, for whoever asks for a thread has a request to answer
   */
  ReaderPool(int kept, int most, BooleanSupplier starter) {
    this.kept = kept;
    this.most = most;
    this.starter = starter;
  }

  /** How many threads there are. */
  int threads() {
    return threads.get();
  }

  /**
   * Starts the first threads.
   *
   * @throws IllegalStateException where not one can be started
   */
  void start() {
    boolean started = false;
    for (int i = 0; i < Math.min(kept, most); i++) {
      started |= grow();
    }
    // Not by how many there are: those that started may have ended already.
    if (!started) {
      throw new IllegalStateException("no thread can be started");
    }
  }

  /** A reader has a request. Where it was the last reader, another takes its place. */
  void taken() {
    if (reading.decrementAndGet() <= 0) {
      grow();
    }
  }

  /**
   * A thread has answered.
   *
   * @return whether it shall read again; else it ends
   */
  boolean again() {
    if (ended) {
      return false;
    }
    if (reading.get() < kept) {
      reading.incrementAndGet();
      return true;
    }
    aside.incrementAndGet();
    // All readers may have taken requests since they were counted.
    if (ended || reading.get() <= 0) {
      wakeOne();
    }
    try {
      if (!wake.tryAcquire(PATIENCE_SECONDS, TimeUnit.SECONDS)) {
        if (leave()) {
          return false;
        }
        // Somebody has just chosen this thread: the permit is there or comes at once.
        wake.acquire();
      }
    } catch (InterruptedException e) {
      // Nobody interrupts these threads; if somebody does, one ends and the pool goes on.
      Thread.currentThread().interrupt();
      if (leave()) {
        return false;
      }
      wake.acquireUninterruptibly();
    }
    return !ended;
  }

  /** A thread that was to read does not. */
  void abandoned() {
    reading.decrementAndGet();
  }

  /** The connection is over: who waits aside ends. */
  void end() {
    ended = true;
    while (leave()) {
      wake.release();
    }
  }

  /** Whether the connection is over. */
  boolean isEnded() {
    return ended;
  }

  /** Whether one thread more reads now. */
  @CanIgnoreReturnValue
  private boolean grow() {
    if (wakeOne()) {
      return true;
    }
    int count = threads.get();
    while (count < most && !ended) {
      if (threads.compareAndSet(count, count + 1)) {
        reading.incrementAndGet();
        boolean started = starter.getAsBoolean();
        if (!started) {
          // Those that are at work go on, and read again when they are done.
          reading.decrementAndGet();
          threads.decrementAndGet();
        }
        return started;
      }
      count = threads.get();
    }
    return false;
  }

  private boolean wakeOne() {
    if (leave()) {
      reading.incrementAndGet();
      wake.release();
      return true;
    }
    return false;
  }

  private boolean leave() {
    int count = aside.get();
    while (count > 0) {
      if (aside.compareAndSet(count, count - 1)) {
        return true;
      }
      count = aside.get();
    }
    return false;
  }

  /** A thread has ended; how many are left. */
  int left() {
    return threads.decrementAndGet();
  }
}
