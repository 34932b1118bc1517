package dev.lamina.daemon;

import dev.lamina.control.ControlException;
import dev.lamina.fuse.Transport;

/** Chooses how a file system is served. */
final class Transports {
  private final Transport nativeTransport;
  private final Transport jnrTransport;

  Transports(Transport nativeTransport, Transport jnrTransport) {
    this.nativeTransport = nativeTransport;
    this.jnrTransport = jnrTransport;
  }

  /**
   * A transport and its name.
   *
   * @param name native or jnr
   */
  record Chosen(Transport transport, String name) {}

  /**
   * Chooses.
   *
   * @param wanted auto, native or jnr
   * @throws ControlException where the word is another
   */
  Chosen choose(String wanted) throws ControlException {
    return switch (wanted) {
      case "auto", "native" -> new Chosen(nativeTransport, "native");
      case "jnr" -> new Chosen(jnrTransport, "jnr");
      default ->
          throw new ControlException(
              "\"" + wanted + "\" is no transport: auto, native or jnr", true);
    };
  }
}
