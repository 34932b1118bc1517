package dev.lamina.tree;

import dev.lamina.fs.FileKind;
import dev.lamina.fs.FileName;
import java.util.Arrays;

/**
 * Decodes one record, and accepts only what {@link RecordWriter} would have written: every value in
 * its shortest form, in its range, in order, with nothing after the last. So two records that
 * decode alike are equal. What it allocates is bounded by the record's length.
 */
final class RecordReader {
  /** The fewest bytes an extended attribute takes: a name of one byte and no value. */
  private static final int SMALLEST_XATTR = 3;

  private final Digest digest;
  private final byte[] array;
  private int at;

  private RecordReader(Digest digest, byte[] array) {
    this.digest = digest;
    this.array = array;
  }

  /** Begins to read a record whose bytes must have this digest. */
  static RecordReader of(Digest digest, byte[] array) {
    if (!Digest.sha256(array, 0, array.length).equals(digest)) {
      throw new DamagedException(digest, "its content has another digest");
    }
    return new RecordReader(digest, array);
  }

  /** Reads version and type. */
  RecordType type() {
    int version = octet();
    if (version != RecordType.VERSION) {
      throw damaged("unknown version " + version);
    }
    int code = octet();
    for (RecordType type : RecordType.values()) {
      if (type.code == code) {
        return type;
      }
    }
    throw damaged("unknown type " + code);
  }

  void require(RecordType expected) {
    RecordType type = type();
    if (type != expected) {
      throw damaged("it is a " + type + " record where a " + expected + " record belongs");
    }
  }

  DamagedException damaged(String reason) {
    return new DamagedException(digest, reason + " (before byte " + at + ")");
  }

  Digest record() {
    return digest;
  }

  byte[] array() {
    return array;
  }

  int at() {
    return at;
  }

  int remaining() {
    return array.length - at;
  }

  int octet() {
    need(1);
    return array[at++] & 0xff;
  }

  private void need(long bytes) {
    if (bytes > remaining()) {
      throw damaged("it ends too early");
    }
  }

  void skip(long bytes) {
    need(bytes);
    at += (int) bytes;
  }

  /** Reads any unsigned number of 64 bits. */
  long varint() {
    long value = 0;
    for (int shift = 0; shift < 70; shift += 7) {
      int octet = octet();
      if (shift == 63 && octet > 1) {
        throw damaged("a number beyond 64 bits");
      }
      value |= (long) (octet & 0x7f) << shift;
      if (octet < 0x80) {
        if (octet == 0 && shift > 0) {
          throw damaged("a number in more bytes than it needs");
        }
        return value;
      }
    }
    throw damaged("a number beyond 64 bits");
  }

  /** Reads a number of {@code least} to {@code most}, which are not negative. */
  long varint(long least, long most, String what) {
    long value = varint();
    if (value < least || value > most) {
      throw damaged(what + " out of range: " + Long.toUnsignedString(value));
    }
    return value;
  }

  /** Reads how many of something follow, each of which takes {@code smallest} bytes or more. */
  int count(int smallest, long most, String what) {
    long count = varint(0, most, what);
    if (count > remaining() / smallest) {
      throw damaged(what + " greater than the record: " + count);
    }
    return (int) count;
  }

  long zigzag() {
    long value = varint();
    return (value >>> 1) ^ -(value & 1);
  }

  Digest digest() {
    need(Digest.LENGTH);
    Digest value = Digest.of(array, at);
    at += Digest.LENGTH;
    return value;
  }

  /** Reads the length of a file name and skips it, having checked it. */
  int fileName() {
    int length = (int) varint(1, FileName.MAX_LENGTH, "length of a name");
    need(length);
    String fault = nameFault(array, at, length);
    if (!fault.isEmpty()) {
      throw damaged(fault);
    }
    at += length;
    return length;
  }

  FileKind kind() {
    int code = octet();
    for (FileKind kind : FileKind.values()) {
      if (kind.directoryType() == code) {
        return kind;
      }
    }
    throw damaged("unknown kind of file " + code);
  }

  int mode() {
    return (int) varint(0, Metadata.MODE_MASK, "mode");
  }

  int id() {
    return (int) varint(0, 0xffff_ffffL, "user or group");
  }

  Metadata metadata() {
    int mode = mode();
    int uid = id();
    int gid = id();
    long mtime = zigzag();
    return new Metadata(mode, uid, gid, mtime, xattrs(true));
  }

  /** Reads extended attributes; returns none of them where only the checks are wanted. */
  Xattrs xattrs(boolean keep) {
    int count = count(SMALLEST_XATTR, Integer.MAX_VALUE, "number of extended attributes");
    FileName[] names = new FileName[keep ? count : 0];
    byte[][] values = new byte[keep ? count : 0][];
    int previous = 0;
    int previousLength = 0;
    for (int i = 0; i < count; i++) {
      int length = (int) varint(1, FileName.MAX_LENGTH, "length of an attribute's name");
      need(length);
      int start = at;
      at += length;
      for (int k = start; k < at; k++) {
        if (array[k] == 0) {
          throw damaged("an attribute's name contains a NUL");
        }
      }
      if (i > 0
          && Arrays.compareUnsigned(
                  array, previous, previous + previousLength, array, start, start + length)
              >= 0) {
        throw damaged("attributes out of order");
      }
      int valueLength = (int) varint(0, Xattrs.MAX_VALUE, "length of an attribute");
      need(valueLength);
      if (keep) {
        names[i] = FileName.of(array, start, length);
        values[i] = Arrays.copyOfRange(array, at, at + valueLength);
      }
      at += valueLength;
      previous = start;
      previousLength = length;
    }
    return Xattrs.ofSorted(names, values);
  }

  void target() {
    int length = (int) varint(1, TreeEntry.MAX_TARGET, "length of a link's target");
    need(length);
    for (int k = at; k < at + length; k++) {
      if (array[k] == 0) {
        throw damaged("a link's target contains a NUL");
      }
    }
    at += length;
  }

  void end() {
    if (at != array.length) {
      throw damaged(remaining() + " bytes follow its end");
    }
  }

  /** Returns why these bytes are no name of a file, or nothing where they are one. */
  static String nameFault(byte[] array, int offset, int length) {
    if (length == 0) {
      return "an empty name";
    }
    if (length > FileName.MAX_LENGTH) {
      return "a name of " + length + " bytes, 255 is the most";
    }
    if (array[offset] == '.' && (length == 1 || (length == 2 && array[offset + 1] == '.'))) {
      return length == 1 ? "a name that means the directory itself" : "a name that leads upwards";
    }
    for (int k = offset; k < offset + length; k++) {
      if (array[k] == 0) {
        return "a name that contains a NUL";
      }
      if (array[k] == '/') {
        return "a name that contains a slash";
      }
    }
    return "";
  }

  static String nameFault(FileName name) {
    return nameFault(name.toBytes(), 0, name.length());
  }

  /** Decodes the extended attributes at an offset of a record that has been checked before. */
  static Xattrs xattrs(Digest digest, byte[] array, int offset) {
    RecordReader in = new RecordReader(digest, array);
    in.at = offset;
    return in.xattrs(true);
  }

  /** Decodes the number at an offset of a record that has been checked before. */
  static long varint(byte[] array, int offset) {
    long value = 0;
    int at = offset;
    for (int shift = 0; ; shift += 7) {
      byte octet = array[at++];
      value |= (long) (octet & 0x7f) << shift;
      if (octet >= 0) {
        return value;
      }
    }
  }

  /** The bytes that a number takes. */
  static int varintLength(long value) {
    return Math.max(1, (64 - Long.numberOfLeadingZeros(value) + 6) / 7);
  }
}
