package dev.lamina.testing.fs;

/**
 * One step of a random sequence. It names things by path or slot, so that it means something also
 * after other steps were taken out.
 *
 * @param kind what is done
 * @param path where, or what is taken
 * @param other where to, or a symlink's target
 * @param slot which of the open files or listings
 * @param x a number: a mode, size, position or flag
 * @param y another: a length, owner, or what content is made from
 */
record RandomOperation(Kind kind, String path, String other, int slot, int x, int y) {
  /** What can be done. */
  enum Kind {
    MAKE_FILE,
    MAKE_DIRECTORY,
    MAKE_SYMLINK,
    MAKE_NODE,
    LINK,
    UNLINK,
    RMDIR,
    RENAME,
    STAT,
    READ,
    LIST,
    WRITE,
    TRUNCATE,
    CHMOD,
    CHOWN,
    UTIMES,
    SET_XATTR,
    REMOVE_XATTR,
    SET_ACL,
    SET_FLAGS,
    OPEN,
    OPEN_CREATE,
    OPEN_TEMPORARY,
    SLOT_READ,
    SLOT_WRITE,
    SLOT_TRUNCATE,
    SLOT_PUNCH,
    SLOT_ALLOCATE,
    SLOT_COPY,
    SLOT_SEEK,
    SLOT_STAT,
    SLOT_CHMOD,
    SLOT_LINK,
    SLOT_CLOSE,
    LISTING_BEGIN,
    LISTING_STEP,
    REMOUNT,
    COMMIT
  }

  /** A commit. */
  static RandomOperation commit() {
    return new RandomOperation(Kind.COMMIT, "", "", 0, 0, 0);
  }

  @Override
  public String toString() {
    return kind + " '" + path + "' '" + other + "' slot=" + slot + " x=" + x + " y=" + y;
  }
}
