package dev.lamina.cli;

import com.google.errorprone.annotations.concurrent.GuardedBy;
import dev.lamina.linux.LinuxException;
import dev.lamina.linux.Processes;
import java.io.FileInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.util.Optional;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;

/**
 * What becomes of a Ctrl-C or a SIGTERM while another program runs in the foreground: this process
 * ends only when that has ended and everything is put away. On a terminal the program hears of a
 * Ctrl-C by itself, and an interactive shell goes on; where the terminal is closed, of which the
 * kernel tells this process alone, the program is told; elsewhere it is asked to end. Thread-safe.
 */
final class Interruption {
  /** The exit code where a signal came before there was a program (128 and SIGINT). */
  static final int EXIT_CODE = 130;

  private static final int SIGHUP = 1;
  private static final long POLL_MILLIS = 200;

  private final boolean terminal;
  private final CountDownLatch finished = new CountDownLatch(1);

  @GuardedBy("this")
  private boolean ending;

  @GuardedBy("this")
  private Optional<Process> program = Optional.empty();

  private volatile int code = EXIT_CODE;
  private final Thread hook;

  private Interruption(boolean terminal) {
    this.terminal = terminal;
    this.hook = Thread.ofPlatform().name("lamina-interrupted").unstarted(this::interrupted);
  }

  /** Begins to watch. */
  static Interruption watch(boolean terminal) {
    Interruption interruption = new Interruption(terminal);
    Runtime.getRuntime().addShutdownHook(interruption.hook);
    return interruption;
  }

  /** Starts the program, unless this process is about to end. */
  synchronized Optional<Process> start(ProcessBuilder builder) throws IOException {
    if (!ending) {
      program = Optional.of(builder.start());
    }
    return program;
  }

  /** The virtual machine ends while this runs: it waits for whoever puts everything away. */
  private void interrupted() {
    synchronized (this) {
      ending = true;
      if (!terminal) {
        program.ifPresent(Process::destroy);
      }
    }
    try {
      boolean told = false;
      while (!finished.await(POLL_MILLIS, TimeUnit.MILLISECONDS)) {
        if (terminal && !told && isTerminalGone()) {
          hangUp();
          told = true;
        }
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
    Runtime.getRuntime().halt(code);
  }

  private static boolean isTerminalGone() {
    try (InputStream _ = new FileInputStream("/dev/tty")) {
      return false;
    } catch (IOException e) {
      return true;
    }
  }

  /** An interactive shell ignores a SIGTERM, and passes this one on to what it runs. */
  private synchronized void hangUp() {
    program.ifPresent(
        running -> {
          try {
            Processes.kill(Math.toIntExact(running.pid()), SIGHUP);
          } catch (LinuxException e) {
            running.destroy(); // where it has ended already, this does nothing
          }
        });
  }

  /** Everything is put away: the process may end, with this exit code if a signal came. */
  void finished(int exitCode) {
    code = exitCode;
    finished.countDown();
    try {
      Runtime.getRuntime().removeShutdownHook(hook);
    } catch (IllegalStateException e) {
      // The virtual machine is ending: the hook runs, and has just been told to go on.
    }
  }
}
