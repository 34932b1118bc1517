package dev.lamina.testing.fs;

import dev.lamina.fs.FileKind;
import dev.lamina.fs.FileName;
import java.util.Collections;
import java.util.SortedMap;
import java.util.TreeMap;

/**
 * One inode of a {@link LowerTree}. Immutable; compared by identity, since hard links are names of
 * the same object.
 */
public final class LowerNode {
  private final FileKind kind;
  private final int mode;
  private final int uid;
  private final int gid;
  private final long modifyTime;
  private final byte[] content;
  private final long device;
  private final SortedMap<FileName, byte[]> xattrs;

  private LowerNode(
      FileKind kind,
      int mode,
      int uid,
      int gid,
      long modifyTime,
      byte[] content,
      long device,
      SortedMap<FileName, byte[]> xattrs) {
    this.kind = kind;
    this.mode = mode;
    this.uid = uid;
    this.gid = gid;
    this.modifyTime = modifyTime;
    this.content = content;
    this.device = device;
    this.xattrs = Collections.unmodifiableSortedMap(xattrs);
  }

  /** Returns a node that root owns. */
  static LowerNode of(FileKind kind, int mode, byte[] content, long device) {
    return new LowerNode(
        kind, mode, 0, 0, LowerTree.DEFAULT_TIME, content.clone(), device, new TreeMap<>());
  }

  LowerNode withMode(int newMode) {
    return new LowerNode(kind, newMode, uid, gid, modifyTime, content, device, xattrs);
  }

  LowerNode withOwner(int newUid, int newGid) {
    return new LowerNode(kind, mode, newUid, newGid, modifyTime, content, device, xattrs);
  }

  LowerNode withModifyTime(long time) {
    return new LowerNode(kind, mode, uid, gid, time, content, device, xattrs);
  }

  LowerNode withXattr(FileName name, byte[] value) {
    SortedMap<FileName, byte[]> more = new TreeMap<>(xattrs);
    more.put(name, value.clone());
    return new LowerNode(kind, mode, uid, gid, modifyTime, content, device, more);
  }

  /** Returns the node without an extended attribute. */
  public LowerNode withoutXattr(FileName name) {
    SortedMap<FileName, byte[]> fewer = new TreeMap<>(xattrs);
    fewer.remove(name);
    return new LowerNode(kind, mode, uid, gid, modifyTime, content, device, fewer);
  }

  /** Returns the kind. */
  public FileKind kind() {
    return kind;
  }

  /** Returns the permission bits (07777). */
  public int mode() {
    return mode;
  }

  /** Returns the owner. */
  public int uid() {
    return uid;
  }

  /** Returns the group. */
  public int gid() {
    return gid;
  }

  /** Returns the modify time, ns since the epoch. */
  public long modifyTime() {
    return modifyTime;
  }

  /** Returns a copy of a file's bytes, or of a symlink's target; empty for other kinds. */
  public byte[] content() {
    return content.clone();
  }

  /** Returns the device number, 0 where it is no device. */
  public long device() {
    return device;
  }

  /** Returns the extended attributes by name. */
  public SortedMap<FileName, byte[]> xattrs() {
    return xattrs;
  }
}
