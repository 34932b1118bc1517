package dev.lamina.daemon;

import dev.lamina.control.ControlServer;
import java.util.Optional;
import java.util.function.IntSupplier;

/** How many requests a server answers; known before there is a server. Thread-safe. */
final class OperationCount implements IntSupplier {
  private volatile Optional<ControlServer> server = Optional.empty();

  void of(ControlServer counted) {
    server = Optional.of(counted);
  }

  @Override
  public int getAsInt() {
    return server.map(ControlServer::operations).orElse(0);
  }
}
