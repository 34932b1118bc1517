package dev.lamina.fuse.kernel;

import dev.lamina.fs.Backings;
import dev.lamina.fuse.DefectLog;
import dev.lamina.linux.Errno;
import dev.lamina.linux.Fd;
import dev.lamina.linux.FileOpen;
import dev.lamina.linux.FuseDevice;
import dev.lamina.linux.LinuxException;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.LongAdder;

/**
 * The files of one connection that the kernel reads and writes by itself. Each open file of the
 * kernel's counts against the machine, so there is a bound ({@link KeptBackings}); who is refused
 * serves the file himself. Thread-safe.
 */
final class BackingFiles implements Backings {
  private final int device;
  private final DefectLog log;
  private final KeptBackings limit;
  private final AtomicInteger open = new AtomicInteger();
  private final AtomicInteger kept = new AtomicInteger();
  private final LongAdder opened = new LongAdder();

  /** Whether the device is about to be closed. Guarded by this. */
  private boolean ended;

  /**
   * @param device a descriptor of the connection, open until {@link #end}
   * @param limit shared with all connections of the process
   */
  BackingFiles(int device, KeptBackings limit, DefectLog log) {
    this.device = device;
    this.limit = limit;
    this.log = log;
  }

  /**
   * Finds out whether this process may register files, with one of memory that is given back at
   * once: 0, or the errno negated.
   */
  static int probe(int device) {
    try (Fd file = FileOpen.memfd("lamina-probe")) {
      int id = FuseDevice.openBacking(device, file.value());
      return id > 0 ? FuseDevice.closeBacking(device, id) : id;
    } catch (LinuxException e) {
      return -e.errno().number();
    }
  }

  @Override
  public int open(int descriptor) {
    if (!limit.admit()) {
      log.once(
          System.Logger.Level.INFO,
          "more than "
              + limit.most()
              + " files are open: the daemon itself reads and writes the others");
      return NONE;
    }
    int id = FuseDevice.openBacking(device, descriptor);
    if (id <= 0) {
      limit.left();
      refused(-id);
      return NONE;
    }
    open.incrementAndGet();
    opened.increment();
    return id;
  }

  private void refused(int errno) {
    log.once(
        System.Logger.Level.INFO,
        "the kernel does not read and write a file by itself, so the daemon does (errno "
            + errno
            + (errno == Errno.ELOOP.number()
                ? "): the store lies on a stacked file system, such as overlayfs"
                : ")"));
  }

  @Override
  public void close(int id) {
    open.decrementAndGet();
    limit.left();
    giveBack(id);
  }

  private void giveBack(int id) {
    // A connection that has ended has given up all of them already.
    int result = FuseDevice.closeBacking(device, id);
    if (result < 0 && result != -Errno.ENODEV.number() && result != -Errno.EPERM.number()) {
      log.once(System.Logger.Level.WARNING, "a backing cannot be given back: errno " + -result);
    }
  }

  @Override
  public Kept keep(int id, Runnable with) {
    KeptFile file = new KeptFile(id, with);
    open.decrementAndGet();
    kept.incrementAndGet();
    limit.keep(file);
    return file;
  }

  /** Closes what is kept. Called when nothing is in use any more, before the device is closed. */
  void end() {
    synchronized (this) {
      ended = true;
    }
    for (KeptFile file : limit.takeAll(this)) {
      limit.left();
      file.close();
    }
  }

  /** A file that is registered, and that nobody uses. */
  final class KeptFile implements Kept {
    private final int id;
    private final Runnable with;

    private KeptFile(int id, Runnable with) {
      this.id = id;
      this.with = with;
    }

    boolean isOf(BackingFiles files) {
      return files == BackingFiles.this;
    }

    @Override
    public boolean take() {
      if (!limit.take(this)) {
        return false;
      }
      kept.decrementAndGet();
      open.incrementAndGet();
      return true;
    }

    @Override
    public void drop() {
      if (limit.take(this)) {
        limit.left();
        close();
      }
    }

    /** Closes one that was taken out, also for another connection, while this one may be ending. */
    void close() {
      kept.decrementAndGet();
      synchronized (BackingFiles.this) {
        // The device's number may be another file's afterwards; the kernel closes the rest itself.
        if (!ended) {
          giveBack(id);
        }
      }
      with.run();
    }
  }

  /** How many files are kept though nobody uses them. */
  int kept() {
    return kept.get();
  }

  /** How many files the kernel uses now. */
  int registered() {
    return open.get();
  }

  /** How many have been since the mount. */
  long everRegistered() {
    return opened.sum();
  }
}
