package dev.lamina.fs;

/**
 * Where a file system says what the kernel must no longer believe. Calls never block and may be
 * made under locks: the transport queues them. A file system says so only for what changed other
 * than by the kernel's own request.
 */
public interface Invalidations {
  /** The node's attributes changed. */
  void attributes(long node);

  /** The node's content changed. */
  void content(long node);

  /** The name leads elsewhere or nowhere; what is bound over it stays (EXPIRE_ONLY). */
  void name(long parent, FileName name);

  /** Takes no notice: for a transport without a cache. */
  static Invalidations ignored() {
    return new Invalidations() {
      @Override
      public void attributes(long node) {}

      @Override
      public void content(long node) {}

      @Override
      public void name(long parent, FileName name) {}
    };
  }
}
