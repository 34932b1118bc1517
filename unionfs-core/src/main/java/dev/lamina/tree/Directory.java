package dev.lamina.tree;

import dev.lamina.fs.FileKind;
import dev.lamina.fs.FileName;
import java.util.Optional;

/**
 * One decoded directory record. Entries are numbered from 0 in ascending order of their names'
 * bytes; each has a number of <em>positions</em>: 1, or for a directory the number of names in its
 * subtree, itself included. A directory of more than 4,096 entries loads its pages as they are
 * asked for, and then any method may throw {@link DamagedException}. Immutable, thread-safe.
 *
 * <p>Methods that take an index throw {@link IndexOutOfBoundsException} outside 0 to size - 1, and
 * {@link IllegalArgumentException} where the entry is of another kind than they ask for.
 */
public sealed interface Directory permits FlatDirectory, PagedDirectory {
  /** The most positions a tree may have, so that an inode number leaves its upper bits free. */
  long MAX_POSITIONS = 1L << 47;

  /** Returns the record's name. */
  Digest digest();

  /** Returns the number of entries. */
  int size();

  /**
   * Returns the index of the entry of this name, or -1. Allocates nothing, but for a page's load.
   */
  int find(FileName name);

  /** Returns the index of the first entry whose name is not below this one; size where all are. */
  int ceiling(FileName name);

  /** Returns a kept copy of the name. */
  FileName name(int index);

  /** Returns the name's length in bytes. */
  int nameLength(int index);

  /** Copies the name's bytes to {@code target} at {@code at}. */
  void copyName(int index, byte[] target, int at);

  /** Returns the kind of file. */
  FileKind kind(int index);

  /** Returns kind and permissions, as {@code st_mode} has them. */
  int mode(int index);

  /** Returns the owner. */
  int uid(int index);

  /** Returns the group. */
  int gid(int index);

  /** Returns the time of modification, ns since the epoch. */
  long mtime(int index);

  /** Returns whether there are extended attributes. */
  boolean hasXattrs(int index);

  /** Returns the extended attributes. */
  Xattrs xattrs(int index);

  /** Returns mode, owner, time and extended attributes. */
  Metadata metadata(int index);

  /** Returns a file's size, a symbolic link's length, 0 for all else. */
  long fileSize(int index);

  /** Returns a file's content, empty where its size is 0. */
  Optional<Digest> blob(int index);

  /** Returns a copy of a symbolic link's target. */
  byte[] target(int index);

  /** Returns a device's number, as makedev(3) makes it. */
  long device(int index);

  /** Returns the name of a directory's record. */
  Digest directory(int index);

  /** Returns the entry as a value. */
  TreeEntry entry(int index);

  /** Returns the entry's positions. */
  long count(int index);

  /** Returns the positions of all entries before this one; {@code index} may be the size. */
  long countBefore(int index);

  /**
   * Returns the entry that holds a position.
   *
   * @param relative a position of 0 to {@link #positions} - 1, counted from the first entry's
   */
  int entryAt(long relative);

  /** Returns the positions of all entries. */
  long positions();
}
