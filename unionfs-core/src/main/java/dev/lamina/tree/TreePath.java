package dev.lamina.tree;

import dev.lamina.fs.FileName;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/**
 * A path from the root of a tree: names, none of them {@code .} or {@code ..}. Ordered name by
 * name, which is the order in which a tree is walked. Immutable.
 */
public final class TreePath implements Comparable<TreePath> {
  /** The most names a path may have: what fits into {@code PATH_MAX}, 4,096 bytes. */
  public static final int MAX_DEPTH = 2048;

  /** The root, a path of no names. */
  public static final TreePath ROOT = new TreePath(new FileName[0]);

  private final FileName[] names;

  private TreePath(FileName[] names) {
    this.names = names;
  }

  /** Returns the path of a string's UTF-8 bytes, as {@link #of(byte[])} has it. */
  public static TreePath parse(String path) {
    return of(path.getBytes(StandardCharsets.UTF_8));
  }

  /**
   * Returns the path that these bytes write with slashes. A leading slash, empty names and names
   * {@code .} mean nothing.
   *
   * @throws IllegalArgumentException where a name is {@code ..}, contains a NUL, or is longer than
   *     255 bytes, or there are more than 2,048 names
   */
  public static TreePath of(byte[] path) {
    List<FileName> names = new ArrayList<>();
    int start = 0;
    for (int i = 0; i <= path.length; i++) {
      if (i == path.length || path[i] == '/') {
        if (i > start && !(i == start + 1 && path[start] == '.')) {
          names.add(FileName.of(path, start, i - start));
        }
        start = i + 1;
      }
    }
    return of(names);
  }

  /**
   * Returns the path of these names.
   *
   * @throws IllegalArgumentException where one is no name of a file or there are more than 2,048
   */
  public static TreePath of(List<FileName> names) {
    if (names.size() > MAX_DEPTH) {
      throw new IllegalArgumentException("a path of more than " + MAX_DEPTH + " names");
    }
    FileName[] kept = new FileName[names.size()];
    for (int i = 0; i < kept.length; i++) {
      kept[i] = check(names.get(i).keep());
    }
    return kept.length == 0 ? ROOT : new TreePath(kept);
  }

  /**
   * Takes names that a decoder has checked. There may be more of them than {@link #MAX_DEPTH}: a
   * directory can be moved to where it makes longer paths.
   */
  static TreePath ofChecked(List<FileName> names) {
    return names.isEmpty() ? ROOT : new TreePath(names.toArray(new FileName[0]));
  }

  private static FileName check(FileName name) {
    String fault = RecordReader.nameFault(name);
    if (!fault.isEmpty()) {
      throw new IllegalArgumentException(fault + ": " + name);
    }
    return name;
  }

  /** Returns the number of names. */
  public int size() {
    return names.length;
  }

  /** Returns name {@code index}, of 0 to size - 1. */
  public FileName get(int index) {
    return names[index];
  }

  /** Returns whether this is the root. */
  public boolean isRoot() {
    return names.length == 0;
  }

  /**
   * Returns the path without its last name.
   *
   * @throws IllegalStateException for the root
   */
  public TreePath parent() {
    requireName();
    return names.length == 1 ? ROOT : new TreePath(Arrays.copyOf(names, names.length - 1));
  }

  /**
   * Returns the last name.
   *
   * @throws IllegalStateException for the root
   */
  public FileName name() {
    requireName();
    return names[names.length - 1];
  }

  private void requireName() {
    if (names.length == 0) {
      throw new IllegalStateException("the root has no name and no parent");
    }
  }

  /** Returns the path with one more name, which is kept. */
  public TreePath child(FileName name) {
    if (names.length == MAX_DEPTH) {
      throw new IllegalArgumentException("a path of more than " + MAX_DEPTH + " names");
    }
    return childChecked(check(name.keep()));
  }

  /** As {@link #child}, of a kept name that has been checked. */
  TreePath childChecked(FileName name) {
    FileName[] longer = Arrays.copyOf(names, names.length + 1);
    longer[names.length] = name;
    return new TreePath(longer);
  }

  /** Returns whether this is {@code other} or below it. */
  public boolean startsWith(TreePath other) {
    return names.length >= other.names.length
        && Arrays.equals(names, 0, other.names.length, other.names, 0, other.names.length);
  }

  /** Returns the names joined by slashes, without one in front: what a layer's tar has. */
  public byte[] toBytes() {
    int length = Math.max(0, names.length - 1);
    for (FileName name : names) {
      length += name.length();
    }
    byte[] bytes = new byte[length];
    int at = 0;
    for (FileName name : names) {
      if (at > 0) {
        bytes[at++] = '/';
      }
      name.copyTo(bytes, at);
      at += name.length();
    }
    return bytes;
  }

  @Override
  public int compareTo(TreePath other) {
    return Arrays.compare(names, other.names);
  }

  @Override
  public boolean equals(Object other) {
    return other instanceof TreePath path && Arrays.equals(names, path.names);
  }

  @Override
  public int hashCode() {
    return Arrays.hashCode(names);
  }

  /** Returns the path for printing, with a leading slash. */
  @Override
  public String toString() {
    if (names.length == 0) {
      return "/";
    }
    StringBuilder out = new StringBuilder();
    for (FileName name : names) {
      out.append('/').append(name);
    }
    return out.toString();
  }
}
