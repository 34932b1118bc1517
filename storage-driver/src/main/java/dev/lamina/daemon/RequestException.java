package dev.lamina.daemon;

/**
 * A {@link dev.lamina.control.ControlException} from where none may be thrown, inside a
 * transaction's function; the dispatcher turns it back.
 */
final class RequestException extends RuntimeException {
  private static final long serialVersionUID = 1L;

  RequestException(String message) {
    super(message);
  }
}
