package dev.lamina.fs;

/**
 * The attributes of one inode, as statx(2) reports them: a mutable holder that a caller reuses,
 * since it is filled on the hot path. Not thread-safe.
 */
public final class Attributes {
  /** Inode number, {@code st_ino}; the same for every incarnation. */
  public long inode;

  /** Size in bytes; of a symlink the length of its target. */
  public long size;

  /** Space used, in blocks of 512 bytes. */
  public long blocks;

  /** Last access, ns since the epoch. */
  public long accessTime;

  /** Last change of content, ns since the epoch. */
  public long modifyTime;

  /** Last change of the inode, ns since the epoch. */
  public long changeTime;

  /** Creation, ns since the epoch. */
  public long birthTime;

  /** File kind and permission bits, as {@code st_mode}. */
  public int mode;

  /** Number of names; of a directory always 1. */
  public int links;

  /** Owner. */
  public int uid;

  /** Group. */
  public int gid;

  /** Device number in the kernel's huge encoding ({@code makedev(3)}), 0 where it is no device. */
  public long device;

  /**
   * Whether these may change without an operation: the inode was opened for writing in this mount
   * and may still be mapped, so a transport lets the kernel keep them for a second only.
   */
  public boolean expiring;

  /**
   * Whether the kernel is to ask each time: it knows the inode by several node ids, and what is
   * done to one of them shows in all.
   */
  public boolean uncached;

  /** Returns the kind in {@link #mode}. */
  public FileKind kind() {
    return FileKind.ofMode(mode);
  }

  /** Takes over all values of another holder. */
  public void copyFrom(Attributes other) {
    inode = other.inode;
    size = other.size;
    blocks = other.blocks;
    accessTime = other.accessTime;
    modifyTime = other.modifyTime;
    changeTime = other.changeTime;
    birthTime = other.birthTime;
    mode = other.mode;
    links = other.links;
    uid = other.uid;
    gid = other.gid;
    device = other.device;
    expiring = other.expiring;
    uncached = other.uncached;
  }
}
