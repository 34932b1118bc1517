package dev.lamina.testing.fs;

import dev.lamina.fs.FileName;
import dev.lamina.fs.FsException;
import dev.lamina.linux.Errno;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.ArrayList;
import java.util.List;

/**
 * A POSIX access control list in the form the kernel exchanges ({@code
 * include/uapi/linux/posix_acl_xattr.h}): a version of four bytes, then entries of tag, permissions
 * and id, all little-endian. Immutable.
 *
 * @param entries in the kernel's order
 */
record PosixAcl(List<Entry> entries) {
  static final FileName ACCESS = FileName.of("system.posix_acl_access");
  static final FileName DEFAULT = FileName.of("system.posix_acl_default");

  static final int USER_OBJECT = 0x01;
  static final int USER = 0x02;
  static final int GROUP_OBJECT = 0x04;
  static final int GROUP = 0x08;
  static final int MASK = 0x10;
  static final int OTHER = 0x20;
  static final int UNDEFINED_ID = -1;

  private static final int VERSION = 2;
  private static final int HEADER_LENGTH = 4;
  private static final int ENTRY_LENGTH = 8;

  /**
   * One entry.
   *
   * @param tag one of the tags above
   * @param permissions 0 to 7
   * @param id whose; {@link #UNDEFINED_ID} where the tag names no one
   */
  record Entry(int tag, int permissions, int id) {
    Entry with(int newPermissions) {
      return new Entry(tag, newPermissions, id);
    }
  }

  /** What a list and mode become together. */
  record Created(PosixAcl acl, int mode) {}

  static PosixAcl of(Entry... entries) {
    return new PosixAcl(List.of(entries));
  }

  /**
   * Reads the kernel's form.
   *
   * @throws FsException EINVAL where it is no valid list, EOPNOTSUPP where its version is unknown
   */
  static PosixAcl parse(byte[] value) {
    if (value.length < HEADER_LENGTH || (value.length - HEADER_LENGTH) % ENTRY_LENGTH != 0) {
      throw FsException.of(Errno.EINVAL);
    }
    ByteBuffer buffer = ByteBuffer.wrap(value).order(ByteOrder.LITTLE_ENDIAN);
    if (buffer.getInt() != VERSION) {
      throw FsException.of(Errno.EOPNOTSUPP);
    }
    List<Entry> entries = new ArrayList<>();
    while (buffer.hasRemaining()) {
      entries.add(new Entry(buffer.getShort(), buffer.getShort(), buffer.getInt()));
    }
    PosixAcl acl = new PosixAcl(List.copyOf(entries));
    if (!acl.isValid()) {
      throw FsException.of(Errno.EINVAL);
    }
    return acl;
  }

  byte[] encode() {
    ByteBuffer buffer =
        ByteBuffer.allocate(HEADER_LENGTH + entries.size() * ENTRY_LENGTH)
            .order(ByteOrder.LITTLE_ENDIAN);
    buffer.putInt(VERSION);
    for (Entry entry : entries) {
      buffer.putShort((short) entry.tag()).putShort((short) entry.permissions()).putInt(entry.id());
    }
    return buffer.array();
  }

  private boolean isValid() {
    int previous = 0;
    boolean named = false;
    boolean mask = false;
    int objects = 0;
    for (Entry entry : entries) {
      boolean repeats = entry.tag() == USER || entry.tag() == GROUP;
      boolean inOrder = repeats ? entry.tag() >= previous : entry.tag() > previous;
      if (!inOrder || (entry.permissions() & ~7) != 0 || Integer.bitCount(entry.tag()) != 1) {
        return false;
      }
      if (repeats && entry.id() == UNDEFINED_ID) {
        return false;
      }
      named |= repeats;
      mask |= entry.tag() == MASK;
      objects |= entry.tag();
      previous = entry.tag();
    }
    boolean complete = (objects & ~0x3f) == 0 && (objects & 0x25) == 0x25;
    return complete && (!named || mask);
  }

  /** Whether the list says no more than permission bits can. */
  boolean isJustMode() {
    return entries.stream().allMatch(entry -> (entry.tag() & (USER | GROUP | MASK)) == 0);
  }

  /** Returns a mode whose permission bits are those that this access list implies. */
  int modeWith(int mode) {
    int bits = mode & ~0777;
    boolean mask = hasMask();
    for (Entry entry : entries) {
      switch (entry.tag()) {
        case USER_OBJECT -> bits |= entry.permissions() << 6;
        case GROUP_OBJECT -> bits |= mask ? 0 : entry.permissions() << 3;
        case MASK -> bits |= entry.permissions() << 3;
        case OTHER -> bits |= entry.permissions();
        default -> {
          // Named users and groups have no bit of their own.
        }
      }
    }
    return bits;
  }

  /** Returns this access list after chmod(2). */
  PosixAcl changedBy(int mode) {
    boolean mask = hasMask();
    return new PosixAcl(
        entries.stream()
            .map(
                entry ->
                    switch (entry.tag()) {
                      case USER_OBJECT -> entry.with(mode >> 6 & 7);
                      case GROUP_OBJECT -> mask ? entry : entry.with(mode >> 3 & 7);
                      case MASK -> entry.with(mode >> 3 & 7);
                      case OTHER -> entry.with(mode & 7);
                      default -> entry;
                    })
            .toList());
  }

  /** Returns what a new node in a directory with this default list gets for the mode asked for. */
  Created inheritedBy(int mode) {
    boolean mask = hasMask();
    List<Entry> inherited =
        entries.stream()
            .map(
                entry ->
                    switch (entry.tag()) {
                      case USER_OBJECT -> entry.with(entry.permissions() & mode >> 6);
                      case GROUP_OBJECT ->
                          mask ? entry : entry.with(entry.permissions() & mode >> 3);
                      case MASK -> entry.with(entry.permissions() & mode >> 3);
                      case OTHER -> entry.with(entry.permissions() & mode);
                      default -> entry;
                    })
            .toList();
    PosixAcl acl = new PosixAcl(inherited);
    return new Created(acl, acl.modeWith(mode));
  }

  private boolean hasMask() {
    return entries.stream().anyMatch(entry -> entry.tag() == MASK);
  }
}
