package dev.lamina.volume;

import dev.lamina.fs.FileKind;
import dev.lamina.tree.Xattrs;

/**
 * Everything the delta keeps of one inode; immutable.
 *
 * @param kind its kind, never another
 * @param mode permission bits (07777)
 * @param uid owner
 * @param gid group
 * @param links number of names, 0 once the last is gone or before the first. Of a directory made in
 *     the volume 2 and one for each directory in it, as its {@code .} and their {@code ..} count;
 *     of one of the base 1, which says that nobody counted
 * @param flags the flags of chattr(1), {@link InodeFlags}
 * @param times its times
 * @param xattrs its extended attributes, ACLs among them
 * @param content what goes with the kind
 */
record InodeRecord(
    FileKind kind,
    int mode,
    int uid,
    int gid,
    int links,
    int flags,
    Times times,
    Xattrs xattrs,
    Content content) {
  /** The link count of a directory of which it is not known how many it holds. */
  private static final int UNCOUNTED = 1;

  /** The link count of an empty directory. */
  static final int EMPTY_DIRECTORY = 2;

  boolean isDirectory() {
    return kind == FileKind.DIRECTORY;
  }

  boolean isRegular() {
    return kind == FileKind.REGULAR;
  }

  boolean hasOwnData() {
    return content instanceof Content.Own;
  }

  InodeRecord withMode(int newMode) {
    return new InodeRecord(kind, newMode, uid, gid, links, flags, times, xattrs, content);
  }

  InodeRecord withOwner(int newUid, int newGid) {
    return new InodeRecord(kind, mode, newUid, newGid, links, flags, times, xattrs, content);
  }

  InodeRecord withLinks(int newLinks) {
    return new InodeRecord(kind, mode, uid, gid, newLinks, flags, times, xattrs, content);
  }

  /** A directory that has come to hold so many directories more. Where nobody counts, nothing. */
  InodeRecord withMoreDirectories(int more) {
    return links == UNCOUNTED || more == 0 ? this : withLinks(links + more);
  }

  InodeRecord withFlags(int newFlags) {
    return new InodeRecord(kind, mode, uid, gid, links, newFlags, times, xattrs, content);
  }

  InodeRecord withTimes(Times newTimes) {
    return new InodeRecord(kind, mode, uid, gid, links, flags, newTimes, xattrs, content);
  }

  InodeRecord withXattrs(Xattrs newXattrs) {
    return new InodeRecord(kind, mode, uid, gid, links, flags, times, newXattrs, content);
  }

  InodeRecord withContent(Content newContent) {
    return new InodeRecord(kind, mode, uid, gid, links, flags, times, xattrs, newContent);
  }

  /** Something of the inode changed, but not its content. */
  InodeRecord changed(long now) {
    return withTimes(times.changed(now));
  }

  /** The content changed: of a directory, a name in it. */
  InodeRecord modified(long now) {
    return withTimes(times.modified(now));
  }
}
