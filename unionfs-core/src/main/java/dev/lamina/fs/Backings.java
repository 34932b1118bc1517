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

  /**
   * Keeps an id that is in use no more, to be used again: until it is taken back, dropped, or has
   * to make room for others.
   *
   * @param with what is closed with it; must not block
   */
  Kept keep(int id, Runnable with);

  /** An id that is kept. Thread-safe. */
  interface Kept {
    /** Takes it back, to be given back with {@link #close}; false where it is closed already. */
    boolean take();

    /** Closes it and what is with it, where that has not been done. */
    void drop();
  }

  /** Takes no file: of a transport that cannot hand them on. */
  static Backings none() {
    return new Backings() {
      @Override
      public int open(int descriptor) {
        return NONE;
      }

      @Override
      public void close(int id) {}

      @Override
      public Kept keep(int id, Runnable with) {
        throw new IllegalArgumentException("there is no backing " + id);
      }
    };
  }
}
