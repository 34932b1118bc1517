package dev.lamina.cli;

import dev.lamina.control.Answer;
import dev.lamina.control.ControlClient;
import dev.lamina.control.ControlException;
import dev.lamina.control.Request;
import dev.lamina.daemon.Daemon;
import dev.lamina.fuse.jnr.JnrTransport;
import dev.lamina.fuse.kernel.NativeTransport;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.lang.System.Logger.Level;
import java.nio.file.Path;
import java.time.Clock;
import java.util.Optional;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/** Starts, stops and tells of the daemon. */
@Command(
    name = "daemon",
    description =
        "Start, stop or show the daemon that holds the store and its mounts. Other commands start"
            + " it where it is not running.",
    synopsisSubcommandLabel = "COMMAND",
    footerHeading = "%nExample:%n",
    footer = {"  lamina daemon status"})
final class DaemonCommand {
  private static final System.Logger LOG = System.getLogger(DaemonCommand.class.getName());

  private final GlobalOptions global;

  DaemonCommand(GlobalOptions global) {
    this.global = global;
  }

  @Command(
      name = "start",
      mixinStandardHelpOptions = true,
      description = "Start the daemon where it is not running.",
      footerHeading = "%nExample:%n",
      footer = {"  lamina daemon start --store /srv/lamina"})
  int start() throws ControlException, IOException {
    return status(false);
  }

  @Command(
      name = "status",
      mixinStandardHelpOptions = true,
      description = "Show the daemon; exit code 1 where none is running.",
      footerHeading = "%nExample:%n",
      footer = {"  lamina daemon status --json"})
  int showStatus(@Option(names = "--json", description = "Print JSON.") boolean json)
      throws ControlException, IOException {
    Optional<ControlClient> running = global.connection().connectIfRunning();
    if (running.isEmpty()) {
      global.console().line("no daemon is running for " + global.connection().store());
      return 1;
    }
    running.get().close();
    return status(json);
  }

  private int status(boolean json) throws ControlException, IOException {
    Answer.DaemonStatus status = global.ask(new Request.Status(), Answer.DaemonStatus.class);
    if (json) {
      global.console().json(status);
    } else {
      global
          .console()
          .line(
              "process "
                  + status.pid()
                  + ", store "
                  + status.store()
                  + ", started "
                  + global.console().age(status.since())
                  + ", "
                  + status.mounts()
                  + " mounts"
                  + (status.detached() == 0 ? "" : " and " + status.detached() + " detached")
                  + ", heap "
                  + Sizes.of(status.heapUsed())
                  + ", "
                  + status.version());
    }
    return 0;
  }

  @Command(
      name = "stop",
      mixinStandardHelpOptions = true,
      description = "Unmount everything and stop the daemon.",
      footerHeading = "%nExample:%n",
      footer = {"  lamina daemon stop"})
  int stop(
      @Option(
              names = "--force",
              description =
                  "Also where mounts are in use or requests under way: detach the ones and"
                      + " cut off the others.")
          boolean force)
      throws ControlException, IOException {
    DaemonConnection connection = global.connection();
    Optional<ControlClient> running = connection.connectIfRunning();
    if (running.isEmpty()) {
      global.console().line("no daemon is running for " + connection.store());
      return 0;
    }
    try (ControlClient client = running.get();
        ProgressDisplay progress =
            new ProgressDisplay(
                global.console().error(), global.console().terminal(), System::nanoTime)) {
      Answer.DaemonStatus status = global.ask(new Request.Status(), Answer.DaemonStatus.class);
      client.ask(
          new Request.Stop(force),
          InputStream.nullInputStream(),
          OutputStream.nullOutputStream(),
          progress);
      ProcessHandle.of(status.pid()).ifPresent(process -> process.onExit().join());
    }
    return 0;
  }

  @Command(
      name = "run",
      mixinStandardHelpOptions = true,
      description = "Run the daemon in the foreground, as a service manager wants it.",
      footerHeading = "%nExample:%n",
      footer = {"  lamina daemon run --store /srv/lamina"})
  int run() throws IOException, InterruptedException {
    DaemonConnection connection = global.connection();
    DaemonLog log = new DaemonLog(connection.log(), Path.of("/proc/self/fd/1"));
    log.watch();
    Daemon daemon =
        Daemon.start(
            connection.store(),
            connection.socket(),
            Lamina.VERSION,
            new NativeTransport(),
            new JnrTransport(),
            Clock.systemUTC());
    Daemon.protectFromOutOfMemory();
    Runtime.getRuntime()
        .addShutdownHook(Thread.ofPlatform().name("lamina-end").unstarted(() -> end(daemon, log)));
    log.keepUntilEnded();
    LOG.log(Level.INFO, "serving " + connection.store() + " on " + connection.socket());
    daemon.awaitStop();
    end(daemon, log);
    return 0;
  }

  private static void end(Daemon daemon, DaemonLog log) {
    try {
      log.ending();
    } catch (IOException e) {
      LOG.log(Level.WARNING, "the log could not be set aside", e);
    }
    try {
      daemon.close();
    } catch (IOException e) {
      LOG.log(Level.WARNING, "the control socket could not be removed", e);
    } catch (RuntimeException e) {
      LOG.log(Level.ERROR, "the daemon did not end as it should", e);
    }
    try {
      log.ended(daemon.hasEndedWell());
    } catch (IOException e) {
      LOG.log(Level.WARNING, "the log could not be removed", e);
    }
  }
}
