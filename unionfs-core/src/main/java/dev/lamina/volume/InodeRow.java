package dev.lamina.volume;

/** What a row of the inode family says. */
sealed interface InodeRow {
  /** The inode is as this record says. */
  record Live(InodeRecord record) implements InodeRow {}

  /**
   * An inode of the base whose last name is gone. The row stays, so that a file handle finds
   * nothing and not the base's entry.
   */
  record Dead() implements InodeRow {
    static final Dead INSTANCE = new Dead();
  }
}
