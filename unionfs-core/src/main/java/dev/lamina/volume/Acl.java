package dev.lamina.volume;

import dev.lamina.fs.FsException;
import dev.lamina.linux.Errno;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;

/**
 * A POSIX access control list in the form it has as an extended attribute
 * (include/uapi/linux/posix_acl_xattr.h): version 2, then tag, permissions and id of each entry,
 * little-endian. What the kernel's own file systems do to one at chmod, create and set is done
 * here, by the rules of fs/posix_acl.c's documentation and POSIX 1003.1e.
 */
final class Acl {
  private static final int VERSION = 2;
  private static final int HEADER = 4;
  private static final int ENTRY = 8;

  private static final int USER_OBJ = 0x01;
  private static final int USER = 0x02;
  private static final int GROUP_OBJ = 0x04;
  private static final int GROUP = 0x08;
  private static final int MASK = 0x10;
  private static final int OTHER = 0x20;

  private final int[] tags;
  private final int[] permissions;
  private final int[] ids;

  private Acl(int[] tags, int[] permissions, int[] ids) {
    this.tags = tags;
    this.permissions = permissions;
    this.ids = ids;
  }

  /** Whether a value holds no entry: setting such a one removes the list. */
  static boolean isEmpty(byte[] value) {
    return value.length == 0 || (value.length == HEADER && version(value) == VERSION);
  }

  /**
   * Reads a list that has entries.
   *
   * @throws FsException EINVAL where it is no valid one, EOPNOTSUPP where its version is unknown
   */
  static Acl parse(byte[] value) {
    if (value.length < HEADER || (value.length - HEADER) % ENTRY != 0) {
      throw FsException.of(Errno.EINVAL);
    }
    if (version(value) != VERSION) {
      throw FsException.of(Errno.EOPNOTSUPP);
    }
    int count = (value.length - HEADER) / ENTRY;
    Acl acl = new Acl(new int[count], new int[count], new int[count]);
    ByteBuffer in = ByteBuffer.wrap(value).order(ByteOrder.LITTLE_ENDIAN).position(HEADER);
    for (int i = 0; i < count; i++) {
      acl.tags[i] = Short.toUnsignedInt(in.getShort());
      acl.permissions[i] = Short.toUnsignedInt(in.getShort());
      acl.ids[i] = in.getInt();
    }
    acl.validate();
    return acl;
  }

  private static int version(byte[] value) {
    return ByteBuffer.wrap(value).order(ByteOrder.LITTLE_ENDIAN).getInt();
  }

  /** The owner first, then users, the group, groups, a mask where it is needed, others last. */
  private void validate() {
    int next = 0;
    next = one(next, USER_OBJ);
    int users = next;
    next = many(next, USER);
    boolean named = next > users;
    next = one(next, GROUP_OBJ);
    int groups = next;
    next = many(next, GROUP);
    named |= next > groups;
    if (next < tags.length && tags[next] == MASK) {
      next = one(next, MASK);
    } else if (named) {
      throw FsException.of(Errno.EINVAL);
    }
    next = one(next, OTHER);
    if (next != tags.length) {
      throw FsException.of(Errno.EINVAL);
    }
  }

  private int one(int at, int tag) {
    if (at >= tags.length || tags[at] != tag || permissions[at] > 7) {
      throw FsException.of(Errno.EINVAL);
    }
    return at + 1;
  }

  private int many(int from, int tag) {
    int at = from;
    while (at < tags.length && tags[at] == tag) {
      if (ids[at] == -1) {
        throw FsException.of(Errno.EINVAL);
      }
      at = one(at, tag);
    }
    return at;
  }

  /** Returns the value to store. */
  byte[] toBytes() {
    ByteBuffer out =
        ByteBuffer.allocate(HEADER + ENTRY * tags.length).order(ByteOrder.LITTLE_ENDIAN);
    out.putInt(VERSION);
    for (int i = 0; i < tags.length; i++) {
      out.putShort((short) tags[i]).putShort((short) permissions[i]).putInt(ids[i]);
    }
    return out.array();
  }

  /** Whether the permission bits say all that the list says. */
  boolean isMinimal() {
    for (int tag : tags) {
      if (tag == USER || tag == GROUP || tag == MASK) {
        return false;
      }
    }
    return true;
  }

  /**
   * Returns a mode with its permission bits replaced by what the list says: the mask as group's.
   */
  int applyTo(int mode) {
    int group = permissions[groupClass()];
    return (mode & ~0777) | (permissions[0] << 6) | (group << 3) | permissions[tags.length - 1];
  }

  /** Returns the list after chmod to this mode. */
  Acl withMode(int mode) {
    int[] changed = permissions.clone();
    changed[0] = (mode >> 6) & 7;
    changed[groupClass()] = (mode >> 3) & 7;
    changed[tags.length - 1] = mode & 7;
    return new Acl(tags, changed, ids);
  }

  /**
   * Returns the list of a new inode: this one, a directory's default, cut to the mode asked for.
   */
  Acl cutTo(int mode) {
    int[] cut = permissions.clone();
    cut[0] &= mode >> 6;
    cut[groupClass()] &= mode >> 3;
    cut[tags.length - 1] &= mode;
    return new Acl(tags, cut, ids);
  }

  /** The entry that the mode's group bits stand for: the mask, or else the owning group. */
  private int groupClass() {
    int group = 0;
    for (int i = 0; i < tags.length; i++) {
      if (tags[i] == MASK) {
        return i;
      }
      if (tags[i] == GROUP_OBJ) {
        group = i;
      }
    }
    return group;
  }
}
