package dev.lamina.cli;

import dev.lamina.control.SocketLocation;
import dev.lamina.daemon.Daemon;
import dev.lamina.fuse.jnr.JnrTransport;
import dev.lamina.fuse.kernel.NativeTransport;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;
import java.util.stream.Stream;

/** A daemon in this process, and commands that ask it. */
final class RunningDaemon implements AutoCloseable {
  private final Path store;
  private final Daemon daemon;

  private RunningDaemon(Path store, Daemon daemon) {
    this.store = store;
    this.daemon = daemon;
  }

  static RunningDaemon of(Path directory) throws IOException {
    Path store = Files.createDirectories(directory).toRealPath();
    boolean root = "root".equals(System.getProperty("user.name"));
    Path socket = SocketLocation.of(store, root, System.getenv());
    return new RunningDaemon(
        store,
        Daemon.start(
            store,
            socket,
            Lamina.VERSION,
            new NativeTransport(),
            new JnrTransport(),
            Clock.systemUTC()));
  }

  /** Runs a command; the store is named behind the command's own name. */
  CommandRun run(String... arguments) {
    return CommandRun.of(with(arguments));
  }

  /** Runs a command that reads bytes. */
  CommandRun reading(byte[] input, String... arguments) {
    return CommandRun.reading(input, with(arguments));
  }

  private String[] with(String... arguments) {
    return Stream.concat(
            Stream.of(arguments[0], "--store", store.toString()), Stream.of(arguments).skip(1))
        .toArray(String[]::new);
  }

  @Override
  public void close() throws IOException {
    daemon.close();
  }
}
