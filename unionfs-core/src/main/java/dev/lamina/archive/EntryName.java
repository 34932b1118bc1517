package dev.lamina.archive;

import dev.lamina.archive.TarHeader.BadHeaderException;
import dev.lamina.fs.FileName;
import dev.lamina.tree.TreePath;
import java.util.ArrayList;
import java.util.List;

/**
 * The path an entry's name stands for. {@code "./"}, {@code "//"} and a trailing slash mean
 * nothing; what leaves the root or cannot be a name is refused, never repaired.
 */
final class EntryName {
  /** Longer ones no call of Linux accepts ({@code PATH_MAX}, less its NUL). */
  static final int MOST_BYTES = 4095;

  private EntryName() {}

  /** Returns the path of an entry. {@code "/"} alone is the root: builders write it so. */
  static TreePath ofEntry(byte[] name) throws BadHeaderException {
    TreePath path = parse(name, "its name");
    if (name.length > 0 && name[0] == '/' && !path.isRoot()) {
      throw new BadHeaderException(
          "its name is absolute; names in a layer are relative to the image's root");
    }
    return path;
  }

  /** Returns the path of a hard link's target, which is looked for inside the image alone. */
  static TreePath ofLink(byte[] target) throws BadHeaderException {
    return parse(target, "the target of the hard link");
  }

  private static TreePath parse(byte[] name, String what) throws BadHeaderException {
    if (name.length == 0) {
      throw new BadHeaderException(what + " is empty");
    }
    if (name.length > MOST_BYTES) {
      throw new BadHeaderException(
          what + " has " + name.length + " bytes, and " + MOST_BYTES + " are the most");
    }
    List<FileName> parts = new ArrayList<>();
    int from = 0;
    while (from < name.length) {
      int to = from;
      while (to < name.length && name[to] != '/') {
        if (name[to] == 0) {
          throw new BadHeaderException(what + " holds a NUL");
        }
        to++;
      }
      FileName part = FileName.of(name, from, to - from);
      if (part.is("..")) {
        throw new BadHeaderException(what + " has \"..\" in it, which may leave the image's root");
      }
      if (part.length() > FileName.MAX_LENGTH) {
        throw new BadHeaderException(
            what + " has a part of " + part.length() + " bytes, and 255 are the most");
      }
      if (part.length() > 0 && !part.is(".")) {
        parts.add(part);
      }
      from = to + 1;
    }
    return TreePath.of(parts);
  }
}
