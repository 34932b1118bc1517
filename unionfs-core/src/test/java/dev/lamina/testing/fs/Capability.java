package dev.lamina.testing.fs;

/** What not every implementation of the contract can do. One that cannot says why. */
public enum Capability {
  /** The link count of a lower directory is 1 whatever it holds (D5.4). */
  CONSTANT_DIRECTORY_LINKS,
  /** {@code ..} of the root is the root (D4.2). */
  ROOT_IS_ITS_PARENT,
  /** An inode number is never given to a second file (D4.5). */
  INODES_NEVER_REUSED,
  /** Inode numbers of lower files outlive change, and hard links copy-up (D4.1, D4.3). */
  STABLE_INODES,
  /** What is unlinked but still referenced has a link count of 0. */
  NAMELESS_HAVE_NO_LINK,
  /** The names of a lower inode stay one inode also when it changes after a remount (D4.3). */
  LINKS_OUTLIVE_REMOUNT,
  /**
   * What has lost its name is still reached by its node, also where it is not open or the directory
   * that it was in is gone, too.
   */
  UNNAMED_ARE_REACHED,
  /** Rename takes flags, and exchanges two names or replaces none (D6.3). */
  RENAME_FLAGS,
  /** Rename leaves a 0:0 device behind when asked (D6.3). */
  RENAME_WHITEOUT,
  /** A character device 0:0 is an ordinary node (D1.5). */
  ORDINARY_ZERO_DEVICE,
  /** {@code trusted.overlay.*} is an ordinary attribute (D1.4). */
  ORDINARY_OVERLAY_XATTRS,
  /** A cookie serves another listing than the one that gave it (D5.2). */
  STATELESS_COOKIES,
  /** Flags of chattr(1) are kept and obeyed (D8.5). */
  INODE_FLAGS,
  /** An attribute's value may have 64 KiB (D8.4). */
  LARGE_XATTRS,
  /** Whoever asks may have privileges killed without another change (D8.1). */
  KILL_ALONE,
  /** A write that may keep set-user-id still takes the file's capability (D8.1). */
  KILL_CAPABILITY_ALONE,
  /** The time of birth is told. */
  BIRTH_TIME,
  /** The change time can be set. */
  SETTABLE_CHANGE_TIME,
  /** Holes use no space and are found (D3.4, D3.10). */
  HOLES,
  /** Files may be larger than 4 GiB where most of it is a hole (D3.10). */
  LARGE_FILES,
  /** A file's second name may be made after it was opened without one (D6.7). */
  TEMPORARY_FILES,
  /** A name may have any bytes but NUL and slash. */
  ANY_BYTES_IN_NAMES
}
