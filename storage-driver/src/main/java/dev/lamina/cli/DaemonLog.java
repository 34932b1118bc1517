package dev.lamina.cli;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
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
  private final Complaints complaints = new Complaints();

  /** Notes whether anything was logged that somebody should read. */
  private static final class Complaints extends Handler {
    private volatile boolean any;

    @Override
    public void publish(LogRecord message) {
      any |= message.getLevel().intValue() >= Level.WARNING.intValue();
    }

    @Override
    public void flush() {}

    @Override
    public void close() {}
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
  }

  /** Begins to take note of complaints. */
  void watch() {
    Logger.getLogger("").addHandler(complaints);
  }

  /** The daemon begins to end. */
  synchronized void ending() throws IOException {
    if (Files.exists(file) && Files.isSameFile(file, output)) {
      Files.move(file, aside);
    }
  }

  /**
   * The daemon has ended.
   *
   * @param well whether it let go of all it had
   */
  synchronized void ended(boolean well) throws IOException {
    if (well && !complaints.any) {
      Files.deleteIfExists(aside);
    } else if (Files.exists(aside) && !Files.exists(file)) {
      Files.move(aside, file);
    }
  }
}
