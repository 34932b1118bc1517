package dev.lamina.cli;

import dev.lamina.control.Answer;
import dev.lamina.control.ControlClient;
import dev.lamina.control.ControlException;
import dev.lamina.control.ReplyListener;
import dev.lamina.control.Request;
import dev.lamina.control.SocketLocation;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.lang.ProcessBuilder.Redirect;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.TimeUnit;

/** The way to a store's daemon; starts it where none is running. */
final class DaemonConnection {
  private static final long PATIENCE_NANOS = TimeUnit.SECONDS.toNanos(60);
  private static final long GRACE_NANOS = TimeUnit.SECONDS.toNanos(3);
  private static final int POLL_MILLIS = 15;
  private static final int LOG_TAIL = 2000;

  private final Path store;
  private final Path socket;
  private final Map<String, String> environment;

  DaemonConnection(Path store, boolean root, Map<String, String> environment) {
    this.store = store;
    this.socket = SocketLocation.of(store, root, environment);
    this.environment = environment;
  }

  Path store() {
    return store;
  }

  /** Where the daemon of this store listens. */
  Path socket() {
    return socket;
  }

  /** Where the daemon that this starts writes what it has to say. */
  Path log() {
    return socket.resolveSibling(socket.getFileName().toString().replaceFirst("\\.sock$", ".log"));
  }

  /**
   * Connects to a daemon that is running.
   *
   * @throws ControlException where somebody else may have made the socket
   */
  Optional<ControlClient> connectIfRunning() throws ControlException {
    try {
      return Optional.of(ControlClient.connect(socket));
    } catch (IOException e) {
      return Optional.empty(); // nobody listens there
    }
  }

  /** Returns whether a daemon listens. */
  boolean isRunning() throws ControlException, IOException {
    Optional<ControlClient> client = connectIfRunning();
    if (client.isPresent()) {
      client.get().close();
    }
    return client.isPresent();
  }

  /**
   * Asks the daemon, which is started where it is not running.
   *
   * @throws ControlException where it fails, or no daemon can be started
   */
  Answer ask(Request request, InputStream input, OutputStream output, ReplyListener listener)
      throws ControlException, IOException {
    try (ControlClient client = connect()) {
      return client.ask(request, input, output, listener);
    }
  }

  private ControlClient connect() throws ControlException, IOException {
    Optional<ControlClient> running = connectIfRunning();
    return running.isPresent() ? running.get() : start();
  }

  /** Starts the daemon and connects to it. */
  ControlClient start() throws ControlException, IOException {
    String launcher = environment.getOrDefault("LAMINA_LAUNCHER", "");
    if (launcher.isEmpty()) {
      throw new ControlException(
          "no daemon is running for "
              + store
              + ", and LAMINA_LAUNCHER does not say how to start one; start it with \"lamina daemon"
              + " start\"",
          false);
    }
    Files.createDirectories(
        log().getParent(),
        java.nio.file.attribute.PosixFilePermissions.asFileAttribute(
            java.nio.file.attribute.PosixFilePermissions.fromString("rwx------")));
    // A session of its own, so that a Ctrl-C meant for this command does not reach the daemon.
    Process process =
        new ProcessBuilder(
                List.of("setsid", launcher, "daemon", "run", "--store", store.toString()))
            .directory(Path.of("/").toFile())
            .redirectInput(Redirect.from(Path.of("/dev/null").toFile()))
            .redirectOutput(log().toFile())
            .redirectErrorStream(true)
            .start();
    return await(process);
  }

  private ControlClient await(Process process) throws ControlException, IOException {
    long start = System.nanoTime();
    long limit = PATIENCE_NANOS;
    while (System.nanoTime() - start < limit) {
      Optional<ControlClient> client = connectIfRunning();
      if (client.isPresent()) {
        return client.get();
      }
      if (!process.isAlive() && limit == PATIENCE_NANOS) {
        // Another command may have started one at the same moment, which has the store's lock.
        limit = Math.min(limit, System.nanoTime() - start + GRACE_NANOS);
      }
      try {
        Thread.sleep(POLL_MILLIS);
      } catch (InterruptedException e) {
        Thread.currentThread().interrupt();
        throw new IOException("interrupted while the daemon started", e);
      }
    }
    throw new ControlException(
        "the daemon for " + store + " did not start. It said:\n" + tail(), false);
  }

  private String tail() throws IOException {
    String text = Files.readString(log(), StandardCharsets.UTF_8).strip();
    return text.length() <= LOG_TAIL ? text : text.substring(text.length() - LOG_TAIL);
  }
}
