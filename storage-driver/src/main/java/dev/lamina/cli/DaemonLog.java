package dev.lamina.cli;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.logging.Handler;
import java.util.logging.Level;
import java.util.logging.LogRecord;
import java.util.logging.Logger;

/**
 * The log of the daemon that this process is: it goes when the daemon has ended well and had
 * nothing to complain of, and stays for whoever wants to know otherwise. Thread-safe.
 *
 * <p>Whoever finds no daemon starts one, with a log of the same name; so this one is set aside
 * before the daemon stops to listen.
 */
final class DaemonLog {
  private final Path file;
  private final Path aside;
  private final Path output;
  private final Complaints complaints;

  /**
   * Notes whether anything was logged that somebody should read, and passes all on to the handlers
   * that were there before.
   *
   * <p>A virtual machine that ends takes all handlers off (a shutdown hook of java.util.logging's
   * own, which runs beside the daemon's end). This one comes back then and keeps that hook until
   * the daemon has ended: what is logged last is what was lost.
   */
  private static final class Complaints extends Handler {
    private final List<Handler> others;
    private final CountDownLatch ended = new CountDownLatch(1);
    private volatile boolean any;
    private volatile boolean kept;

    Complaints(List<Handler> others) {
      this.others = others;
    }

    @Override
    public void publish(LogRecord message) {
      any |= message.getLevel().intValue() >= Level.WARNING.intValue();
      others.forEach(handler -> handler.publish(message));
    }

    @Override
    public void flush() {
      others.forEach(Handler::flush);
    }

    @Override
    public void close() {
      if (kept) {
        Logger.getLogger("").addHandler(this);
        try {
          ended.await();
        } catch (InterruptedException e) {
          Thread.currentThread().interrupt();
        }
        Logger.getLogger("").removeHandler(this);
      }
      others.forEach(Handler::close);
    }
  }

  /**
   * Makes it.
   *
   * @param file where a command that starts a daemon lets it write its output
   * @param output what this process writes its output to, which may be something else
   */
  DaemonLog(Path file, Path output) {
    this.file = file;
    this.aside = file.resolveSibling(file.getFileName() + ".ended");
    this.output = output;
    this.complaints = new Complaints(List.of(Logger.getLogger("").getHandlers()));
  }

  /** Begins to take note of complaints. */
  void watch() {
    Logger root = Logger.getLogger("");
    complaints.others.forEach(root::removeHandler);
    root.addHandler(complaints);
  }

  /**
   * From now on {@link #ended} is sure to be called: until then whatever is logged is noted and
   * written, also when the virtual machine ends meanwhile.
   */
  void keepUntilEnded() {
    complaints.kept = true;
  }

  /** The daemon begins to end. */
  synchronized void ending() throws IOException {
    if (Files.exists(file) && Files.isSameFile(file, output)) {
      // A daemon that was killed at this point left its own there.
      Files.move(file, aside, StandardCopyOption.REPLACE_EXISTING);
    }
  }

  /**
   * The daemon has ended.
   *
   * @param well whether it let go of all it had
   */
  synchronized void ended(boolean well) throws IOException {
    try {
      if (well && !complaints.any) {
        Files.deleteIfExists(aside);
      } else if (Files.exists(aside) && !Files.exists(file)) {
        Files.move(aside, file);
      }
    } finally {
      complaints.ended.countDown();
    }
  }
}
