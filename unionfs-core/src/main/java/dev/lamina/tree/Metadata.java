package dev.lamina.tree;

/**
 * What every entry has.
 *
 * @param mode permission bits, set-user-id, set-group-id and sticky: 0 to 07777
 * @param uid owner, unsigned
 * @param gid group, unsigned
 * @param mtime last modification, ns since the epoch
 * @param xattrs extended attributes
 */
public record Metadata(int mode, int uid, int gid, long mtime, Xattrs xattrs) {
  /** The highest mode. */
  public static final int MODE_MASK = 07777;

  /** What a directory has that no layer lists: 0755, owned by 0:0, of time 0. */
  public static final Metadata IMPLIED = of(0755, 0, 0, 0);

  /** Checks the mode. */
  public Metadata {
    if ((mode & ~MODE_MASK) != 0) {
      throw new IllegalArgumentException("mode beyond 07777: " + Integer.toOctalString(mode));
    }
  }

  /** Returns metadata without extended attributes. */
  public static Metadata of(int mode, int uid, int gid, long mtime) {
    return new Metadata(mode, uid, gid, mtime, Xattrs.EMPTY);
  }

  /** Returns these with another mode. */
  public Metadata withMode(int mode) {
    return new Metadata(mode, uid, gid, mtime, xattrs);
  }

  /** Returns these with another owner and group. */
  public Metadata withOwner(int uid, int gid) {
    return new Metadata(mode, uid, gid, mtime, xattrs);
  }

  /** Returns these with another time of modification, ns since the epoch. */
  public Metadata withMtime(long mtime) {
    return new Metadata(mode, uid, gid, mtime, xattrs);
  }

  /** Returns these with other extended attributes. */
  public Metadata withXattrs(Xattrs xattrs) {
    return new Metadata(mode, uid, gid, mtime, xattrs);
  }
}
