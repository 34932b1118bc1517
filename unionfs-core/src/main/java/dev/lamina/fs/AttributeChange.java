package dev.lamina.fs;

/**
 * What {@link FileSystem#setattr} shall change: each field counts only where its bit of {@link
 * #valid} is set. A mutable holder that a caller reuses. The bits are those of {@code FATTR_*}
 * (include/uapi/linux/fuse.h).
 */
public final class AttributeChange {
  /** Bit: {@link #mode}. */
  public static final int MODE = 1;

  /** Bit: {@link #uid}. */
  public static final int UID = 1 << 1;

  /** Bit: {@link #gid}. */
  public static final int GID = 1 << 2;

  /** Bit: {@link #size}. */
  public static final int SIZE = 1 << 3;

  /** Bit: {@link #accessTime}. */
  public static final int ACCESS_TIME = 1 << 4;

  /** Bit: {@link #modifyTime}. */
  public static final int MODIFY_TIME = 1 << 5;

  /** Bit: the access time becomes now. */
  public static final int ACCESS_TIME_NOW = 1 << 7;

  /** Bit: the modify time becomes now. */
  public static final int MODIFY_TIME_NOW = 1 << 8;

  /** Bit: {@link #changeTime}. */
  public static final int CHANGE_TIME = 1 << 10;

  /**
   * Bit: privileges die. Set-user-id goes, set-group-id where the group may execute, and {@code
   * security.capability}. A request without any bit means the same.
   */
  public static final int KILL_PRIVILEGES = 1 << 11;

  /** Which fields count. */
  public int valid;

  /** New permission bits (07777). */
  public int mode;

  /** New owner. */
  public int uid;

  /** New group. */
  public int gid;

  /** New size in bytes. */
  public long size;

  /** New access time, ns since the epoch. */
  public long accessTime;

  /** New modify time, ns since the epoch. */
  public long modifyTime;

  /** New change time, ns since the epoch. */
  public long changeTime;

  /** Returns whether a bit is set. */
  public boolean has(int bit) {
    return (valid & bit) != 0;
  }
}
