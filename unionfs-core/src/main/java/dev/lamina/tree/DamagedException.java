package dev.lamina.tree;

/**
 * A record that is absent, does not have its digest, or is not what the format says. The answer to
 * a file system's caller is {@code EIO} on what the record describes and on nothing else.
 */
public final class DamagedException extends RuntimeException {
  private static final long serialVersionUID = 1L;

  private final transient Digest digest;
  private final String reason;

  /** Makes one for the record that is named {@code digest}. */
  public DamagedException(Digest digest, String reason) {
    super("record " + digest + " is damaged: " + reason);
    this.digest = digest;
    this.reason = reason;
  }

  /** Returns the name of the record. */
  public Digest digest() {
    return digest;
  }

  /** Returns what is wrong with it. */
  public String reason() {
    return reason;
  }
}
