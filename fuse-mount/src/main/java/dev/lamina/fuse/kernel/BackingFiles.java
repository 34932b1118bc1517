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
 * kernel's counts against the machine, so there is a bound; who is refused serves the file himself.
 * Thread-safe.
 */
final class BackingFiles implements Backings {
  /** The most files that are registered at a time. */
  static final int MOST = 4096;

  private final int device;
  private final DefectLog log;
  private final AtomicInteger open = new AtomicInteger();
  private final LongAdder opened = new LongAdder();

  /**
   * @param device a descriptor of the connection, open for as long as this is used
   */
  BackingFiles(int device, DefectLog log) {
    this.device = device;
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
    if (open.incrementAndGet() > MOST) {
      open.decrementAndGet();
      log.once(
          System.Logger.Level.INFO,
          "more than " + MOST + " files are open: the daemon itself reads and writes the others");
      return NONE;
    }
    int id = FuseDevice.openBacking(device, descriptor);
    if (id <= 0) {
      open.decrementAndGet();
      refused(-id);
      return NONE;
    }
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
    // A connection that has ended has given up all of them already.
    int result = FuseDevice.closeBacking(device, id);
    if (result < 0 && result != -Errno.ENODEV.number() && result != -Errno.EPERM.number()) {
      log.once(System.Logger.Level.WARNING, "a backing cannot be given back: errno " + -result);
    }
  }

  /** How many files are registered now. */
  int registered() {
    return open.get();
  }

  /** How many have been since the mount. */
  long everRegistered() {
    return opened.sum();
  }
}
