package dev.lamina.volume;

/**
 * The flags of chattr(1) that a volume keeps (include/uapi/linux/fs.h). Immutable and append-only
 * are enforced here, since the kernel knows nothing of them on FUSE; the others are kept only.
 */
final class InodeFlags {
  /** FS_SYNC_FL. */
  static final int SYNC = 0x8;

  /** FS_IMMUTABLE_FL. */
  static final int IMMUTABLE = 0x10;

  /** FS_APPEND_FL. */
  static final int APPEND = 0x20;

  /** FS_NODUMP_FL. */
  static final int NODUMP = 0x40;

  /** FS_NOATIME_FL. */
  static final int NOATIME = 0x80;

  /** FS_DIRSYNC_FL. */
  static final int DIRSYNC = 0x10000;

  /** All that are kept. */
  static final int KEPT = SYNC | IMMUTABLE | APPEND | NODUMP | NOATIME | DIRSYNC;

  /** What a new inode takes over from its directory. */
  static final int INHERITED = SYNC | NODUMP | NOATIME | DIRSYNC;

  private InodeFlags() {}

  static boolean isFrozen(InodeRecord record) {
    return (record.flags() & (IMMUTABLE | APPEND)) != 0;
  }

  static boolean isImmutable(InodeRecord record) {
    return (record.flags() & IMMUTABLE) != 0;
  }

  static boolean isAppendOnly(InodeRecord record) {
    return (record.flags() & APPEND) != 0;
  }
}
