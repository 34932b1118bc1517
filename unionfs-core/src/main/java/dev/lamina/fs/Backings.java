package dev.lamina.fs;

/**
 * Where a file system registers files that the kernel shall read and write by itself. Calls do not
 * block and may be made under locks. Thread-safe.
 */
public interface Backings {
  /** Stands for "no backing". */
  int NONE = 0;

  /**
   * Registers a file.
   *
   * @param descriptor opened for reading alone, through a mount that allows no more than the kernel
   *     may do: it opens the file anew by it, with the flags of each open; may be closed afterwards
   * @return an id above 0, to be given back with {@link #close}; {@link #NONE} where the kernel
   *     does not take this file, or no more of them: then the file system serves it
   */
  int open(int descriptor);

  /** Gives back an id. Never fails. */
  void close(int id);

  /** Takes no file: of a transport that cannot hand them on. */
  static Backings none() {
    return new Backings() {
      @Override
      public int open(int descriptor) {
        return NONE;
      }

      @Override
      public void close(int id) {}
    };
  }
}
