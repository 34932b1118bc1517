package dev.lamina.control;

/** A request failed; the message is for the user. */
public final class ControlException extends Exception {
  private static final long serialVersionUID = 1L;

  private final String text;
  private final boolean usage;

  /**
   * Makes one.
   *
   * @param message what happened, to which file, and what to do
   * @param usage whether the request itself was wrong (exit code 2)
   */
  public ControlException(String message, boolean usage) {
    super(message);
    this.text = message;
    this.usage = usage;
  }

  /** Makes one of a request that was right and failed. */
  public static ControlException failed(String message) {
    return new ControlException(message, false);
  }

  /** Makes one of a request that was right and failed, with what made it fail. */
  public static ControlException failed(String message, Throwable cause) {
    ControlException failure = failed(message);
    failure.initCause(cause);
    return failure;
  }

  /** Returns this as a reply. */
  Reply.Failure toReply() {
    return new Reply.Failure(text, usage);
  }

  /** Returns whether the request itself was wrong. */
  public boolean usage() {
    return usage;
  }
}
