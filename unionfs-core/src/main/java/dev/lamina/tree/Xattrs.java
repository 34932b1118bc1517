package dev.lamina.tree;

import dev.lamina.fs.FileName;
import java.util.Arrays;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;

/** The extended attributes of one inode, in ascending order of their names' bytes. Immutable. */
public final class Xattrs {
  /** The longest value there is, in bytes ({@code XATTR_SIZE_MAX}). */
  public static final int MAX_VALUE = 65536;

  /** None. */
  public static final Xattrs EMPTY = new Xattrs(new FileName[0], new byte[0][]);

  private final FileName[] names;
  private final byte[][] values;

  private Xattrs(FileName[] names, byte[][] values) {
    this.names = names;
    this.values = values;
  }

  /**
   * Returns these attributes, in order; names are kept, values copied.
   *
   * @throws IllegalArgumentException where a name is empty, longer than 255 bytes or has a NUL, or
   *     a value is longer than 64 KiB
   */
  public static Xattrs of(Map<FileName, byte[]> attributes) {
    if (attributes.isEmpty()) {
      return EMPTY;
    }
    FileName[] names = new FileName[attributes.size()];
    int count = 0;
    for (FileName name : attributes.keySet()) {
      names[count++] = name.keep();
    }
    Arrays.sort(names);
    byte[][] values = new byte[count][];
    for (int i = 0; i < count; i++) {
      byte[] value = attributes.get(names[i]);
      if (value == null) {
        throw new IllegalArgumentException("extended attribute " + names[i] + " has no value");
      }
      values[i] = value.clone();
      check(names[i], values[i]);
    }
    return new Xattrs(names, values);
  }

  private static void check(FileName name, byte[] value) {
    if (name.length() == 0 || name.length() > FileName.MAX_LENGTH) {
      throw new IllegalArgumentException(
          "an extended attribute's name has 1 to 255 bytes, not " + name.length());
    }
    for (int i = 0; i < name.length(); i++) {
      if (name.byteAt(i) == 0) {
        throw new IllegalArgumentException("an extended attribute's name contains a NUL: " + name);
      }
    }
    if (value.length > MAX_VALUE) {
      throw new IllegalArgumentException(
          "extended attribute " + name + " is longer than 64 KiB: " + value.length + " bytes");
    }
  }

  /** Takes what a decoder has checked and sorted. */
  static Xattrs ofSorted(FileName[] names, byte[][] values) {
    return names.length == 0 ? EMPTY : new Xattrs(names, values);
  }

  /** Returns how many there are. */
  public int size() {
    return names.length;
  }

  /** Returns whether there are none. */
  public boolean isEmpty() {
    return names.length == 0;
  }

  /** Returns name {@code index}, of 0 to size - 1. */
  public FileName name(int index) {
    return names[index];
  }

  /** Returns a copy of value {@code index}, of 0 to size - 1. */
  public byte[] value(int index) {
    return values[index].clone();
  }

  /** Returns a copy of the value of this name. */
  public Optional<byte[]> get(FileName name) {
    int index = Arrays.binarySearch(names, name);
    return index < 0 ? Optional.empty() : Optional.of(values[index].clone());
  }

  /** Returns these with one value added or replaced. */
  public Xattrs with(FileName name, byte[] value) {
    Map<FileName, byte[]> attributes = toMap();
    attributes.put(name.keep(), value);
    return of(attributes);
  }

  /** Returns these without one name. */
  public Xattrs without(FileName name) {
    if (Arrays.binarySearch(names, name) < 0) {
      return this;
    }
    Map<FileName, byte[]> attributes = toMap();
    attributes.remove(name);
    return of(attributes);
  }

  private Map<FileName, byte[]> toMap() {
    Map<FileName, byte[]> attributes = new HashMap<>();
    for (int i = 0; i < names.length; i++) {
      attributes.put(names[i], values[i]);
    }
    return attributes;
  }

  void encode(RecordWriter out) {
    out.varint(names.length);
    for (int i = 0; i < names.length; i++) {
      out.name(names[i]);
      out.varint(values[i].length);
      out.bytes(values[i]);
    }
  }

  @Override
  public boolean equals(Object other) {
    return other instanceof Xattrs xattrs
        && Arrays.equals(names, xattrs.names)
        && Arrays.deepEquals(values, xattrs.values);
  }

  @Override
  public int hashCode() {
    return 31 * Arrays.hashCode(names) + Arrays.deepHashCode(values);
  }

  @Override
  public String toString() {
    StringBuilder out = new StringBuilder("{");
    for (int i = 0; i < names.length; i++) {
      out.append(i == 0 ? "" : ", ").append(names[i]).append('=').append(values[i].length);
    }
    return out.append('}').toString();
  }
}
