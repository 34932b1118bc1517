package dev.lamina.fs;

/**
 * What {@link FileSystem#open} answers: the handle, and what the transport may hand to the kernel.
 * A mutable holder that a caller reuses.
 */
public final class OpenFile {
  /** What the kernel may read and write by itself. */
  public enum Backing {
    /** Nothing: the file system serves all data. */
    NONE,
    /** A blob's object: for reading alone. */
    OBJECT,
    /** The volume's own file: for reading and writing. */
    OWN_FILE
  }

  /** The handle, never 0. */
  public long handle;

  /** What the kernel reads and writes by itself. */
  public Backing backing = Backing.NONE;

  /**
   * The backing's id ({@link Backings#open}), valid until the handle is released; {@link
   * Backings#NONE} with {@link Backing#NONE}.
   */
  public int backingId = Backings.NONE;

  /** Whether what the kernel has cached of the file's content is still right. */
  public boolean keepCache;

  /** Whether reads and writes must bypass the kernel's cache. */
  public boolean directIo;
}
