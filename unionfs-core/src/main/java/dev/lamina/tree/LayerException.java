package dev.lamina.tree;

/** A layer that can't be applied: one of its entries asks for what its tree can't have. */
public final class LayerException extends RuntimeException {
  private static final long serialVersionUID = 1L;

  private final transient TreePath entry;
  private final String reason;

  /** Makes one for the entry of this path. */
  public LayerException(TreePath entry, String reason) {
    super(entry + ": " + reason);
    this.entry = entry;
    this.reason = reason;
  }

  /** Returns the path of the entry at fault. */
  public TreePath entry() {
    return entry;
  }

  /** Returns what is wrong with it. */
  public String reason() {
    return reason;
  }
}
