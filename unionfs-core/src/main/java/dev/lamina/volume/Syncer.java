package dev.lamina.volume;

import com.google.errorprone.annotations.concurrent.GuardedBy;
import dev.lamina.linux.Fd;
import dev.lamina.linux.FileIo;
import dev.lamina.linux.LinuxException;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.Queue;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.Consumer;

/**
 * Makes a volume durable: its records at once when asked, all of it, data first, of itself some
 * seconds after a write, because the kernel tells a FUSE file system of neither sync nor syncfs.
 * Whoever asks while another sync runs shares the next one.
 *
 * <p>Data files that nobody refers to any more are removed here, after the sync that made that so:
 * otherwise a power cut could bring back a record without its data. Thread-safe.
 */
final class Syncer implements AutoCloseable {
  private static final System.Logger LOG = System.getLogger(Syncer.class.getName());

  /** How long large removals are gathered, so that one sync serves many. */
  private static final Duration GATHERING = Duration.ofMillis(20);

  private final Delta delta;
  private final DirtyFiles dirty;
  private final Consumer<Long> removeDataFile;
  private final Consumer<String> steps;
  private final Semaphore largeRemovals = new Semaphore(0);
  private volatile Runnable unseenWrites = () -> {};
  private final AtomicLong written = new AtomicLong();
  private final ReentrantLock syncing = new ReentrantLock();
  private final ReentrantLock syncingData = new ReentrantLock();
  private volatile long synced;

  @GuardedBy("removals")
  private final Queue<Removal> removals = new ArrayDeque<>();

  @GuardedBy("removals")
  private int holds;

  private final Thread thread;

  private record Removal(long inode, long behind) {}

  /**
   * Makes it.
   *
   * @param dirty the data files that are not on disk
   * @param period how long a write may stay unsynced
   * @param removeDataFile removes the data file of an inode
   */
  Syncer(
      Delta delta,
      DirtyFiles dirty,
      Duration period,
      Consumer<Long> removeDataFile,
      Consumer<String> steps,
      String volume) {
    this.delta = delta;
    this.dirty = dirty;
    this.removeDataFile = removeDataFile;
    this.steps = steps;
    this.thread =
        Thread.ofPlatform()
            .daemon()
            .name("lamina-sync-" + volume)
            .unstarted(() -> syncEvery(period));
  }

  /** Begins to sync of itself. */
  void start() {
    thread.start();
  }

  /** What is to be called before data is synced, to tell what was written unseen. */
  void noteUnseenBy(Runnable noting) {
    unseenWrites = noting;
  }

  /** A write of the delta was made. */
  void wrote() {
    written.incrementAndGet();
  }

  /** A node's data file was written to; called behind the write. */
  void wroteData(Node node) {
    dirty.wrote(node.inode, node.data());
  }

  /**
   * Removes a data file once all writes so far are durable.
   *
   * @param isLarge whether its space shall not wait for the next period
   */
  void removeLater(long inode, boolean isLarge) {
    dirty.forget(inode);
    synchronized (removals) {
      removals.add(new Removal(inode, written.get()));
    }
    if (isLarge) {
      largeRemovals.release();
    }
  }

  /**
   * Returns once all that was written so far, to files and records, is durable. Data comes first:
   * no record is then on disk whose data is not, but for data that failed. Whatever fails, the rest
   * is done, and then the first failure is thrown.
   *
   * @throws VolumeException as long as there is a file whose data the kernel could not write
   */
  void syncAll() {
    Attempts attempts = new Attempts();
    attempts.attempt(unseenWrites);
    attempts.attempt(this::syncData);
    attempts.attempt(this::sync);
    attempts.attempt(dirty.lost()::requireAllWhole);
    attempts.end();
  }

  private void syncData() {
    syncingData.lock();
    try {
      if (dirty.sync()) {
        steps.accept(VolumeSteps.DATA_SYNCED);
      }
    } finally {
      syncingData.unlock();
    }
  }

  /**
   * Brings a file's data to disk; its record is {@link #sync}'s.
   *
   * @throws dev.lamina.fs.FsException EIO where some of its data could not be written before
   */
  void syncData(Node node, Fd file) {
    syncTold(node, () -> FileIo.fdatasync(file.value()));
    dirty.lost().requireWhole(node.inode);
  }

  /** Does something with a file that may be told that its data could not be written. */
  void syncTold(Node node, Runnable sync) {
    try {
      sync.run();
    } catch (LinuxException e) {
      dirty.lost().add(node.inode, e);
      throw e;
    }
  }

  /** Returns once all writes of records so far are durable. */
  void sync() {
    long target = written.get();
    if (synced >= target && !hasRemovals()) {
      return;
    }
    syncing.lock();
    try {
      if (synced < target) {
        long reached = written.get();
        delta.sync();
        synced = reached;
        steps.accept(VolumeSteps.LOG_SYNCED);
      }
    } finally {
      syncing.unlock();
    }
    removeDataFiles();
  }

  /** Removes the data files that wait for it; returns false where none does. */
  boolean removeNow() {
    boolean wait = hasRemovals();
    if (wait) {
      sync();
    }
    return wait;
  }

  /** Keeps all data files, also those nobody refers to, until the hold is closed: for a fork. */
  Hold hold() {
    synchronized (removals) {
      holds++;
    }
    return () -> {
      synchronized (removals) {
        holds--;
      }
    };
  }

  /** Keeps data files. Closed once. */
  interface Hold extends AutoCloseable {
    @Override
    void close();
  }

  private boolean hasRemovals() {
    synchronized (removals) {
      return !removals.isEmpty() && holds == 0;
    }
  }

  private void removeDataFiles() {
    while (true) {
      Removal next;
      synchronized (removals) {
        next = removals.peek();
        if (next == null || next.behind > synced || holds > 0) {
          return;
        }
        removals.remove();
      }
      try {
        removeDataFile.accept(next.inode);
        // A sync of it may have failed since it was forgotten.
        dirty.lost().forget(next.inode);
      } catch (LinuxException e) {
        // No fault of what was synced, so no fsync is to fail of it. The next opening removes it.
        LOG.log(System.Logger.Level.WARNING, "data file " + next.inode + " stays for now", e);
      }
      steps.accept(VolumeSteps.DATA_FILE_REMOVED);
    }
  }

  private void syncEvery(Duration period) {
    String told = "";
    long due = System.nanoTime() + period.toNanos();
    while (!Thread.currentThread().isInterrupted()) {
      try {
        long left = due - System.nanoTime();
        if (left > 0 && largeRemovals.tryAcquire(left, TimeUnit.NANOSECONDS)) {
          Thread.sleep(GATHERING);
          largeRemovals.drainPermits();
          sync();
        } else {
          due = System.nanoTime() + period.toNanos();
          syncAll();
        }
        told = "";
      } catch (InterruptedException e) {
        Thread.currentThread().interrupt();
      } catch (RuntimeException | Error e) {
        // Tried again after the next period, whatever it is; said once. fsync tells who asks.
        String failure = String.valueOf(e);
        if (!failure.equals(told)) {
          told = failure;
          LOG.log(System.Logger.Level.ERROR, "a volume cannot be made durable", e);
        }
      }
    }
  }

  /** Stops syncing of itself; what is unsynced stays so unless {@link #syncAll} follows. */
  @Override
  public void close() {
    thread.interrupt();
    try {
      thread.join();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }
}
