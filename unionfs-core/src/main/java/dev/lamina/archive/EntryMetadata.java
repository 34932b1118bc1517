package dev.lamina.archive;

import dev.lamina.archive.TarHeader.BadHeaderException;
import dev.lamina.fs.FileName;
import dev.lamina.tree.Metadata;
import dev.lamina.tree.Xattrs;
import java.net.URLDecoder;
import java.nio.charset.StandardCharsets;
import java.util.Base64;
import java.util.HashMap;
import java.util.Map;

/**
 * The attributes of an entry, from its header and its pax records. Numeric owners win over names.
 */
final class EntryMetadata {
  private static final String SCHILY = "SCHILY.xattr.";
  private static final String LIBARCHIVE = "LIBARCHIVE.xattr.";
  private static final long MOST_ID = 0xffff_fffeL;
  private static final int MOST_VALUE = 1 << 16;

  private EntryMetadata() {}

  static Metadata of(TarEntry entry) throws BadHeaderException {
    PaxRecords pax = entry.pax();
    long mtime =
        pax.time("mtime").isPresent()
            ? pax.time("mtime").get()
            : PaxRecords.nanos(entry.header().mtime());
    return new Metadata(
        entry.header().mode(),
        id(pax.number("uid").orElse(entry.header().uid()), "uid"),
        id(pax.number("gid").orElse(entry.header().gid()), "gid"),
        mtime,
        xattrs(pax));
  }

  /** The kernel's ids are 32 bits without a sign; the last one means "no id". */
  private static int id(long id, String what) throws BadHeaderException {
    if (id < 0 || id > MOST_ID) {
      throw new BadHeaderException("its " + what + " " + id + " is none that Linux has");
    }
    return (int) id;
  }

  private static Xattrs xattrs(PaxRecords pax) throws BadHeaderException {
    Map<FileName, byte[]> found = new HashMap<>();
    for (Map.Entry<String, byte[]> record : pax.all().entrySet()) {
      String key = record.getKey();
      if (key.startsWith(SCHILY)) {
        byte[] name = key.substring(SCHILY.length()).getBytes(StandardCharsets.ISO_8859_1);
        found.put(checked(name, record.getValue()), record.getValue());
      } else if (key.startsWith(LIBARCHIVE)) {
        byte[] value;
        byte[] name;
        try {
          String encoded = new String(record.getValue(), StandardCharsets.ISO_8859_1);
          value = Base64.getDecoder().decode(encoded + "=".repeat(-encoded.length() & 3));
          name =
              URLDecoder.decode(
                      key.substring(LIBARCHIVE.length()).replace("+", "%2B"),
                      StandardCharsets.ISO_8859_1)
                  .getBytes(StandardCharsets.ISO_8859_1);
        } catch (IllegalArgumentException e) {
          throw new BadHeaderException("its extended attribute " + key + " is not base64");
        }
        // Where both forms are there, the raw one is exact.
        found.putIfAbsent(checked(name, value), value);
      }
    }
    return found.isEmpty() ? Xattrs.EMPTY : Xattrs.of(found);
  }

  private static FileName checked(byte[] name, byte[] value) throws BadHeaderException {
    if (name.length == 0 || name.length > FileName.MAX_LENGTH) {
      throw new BadHeaderException(
          "an extended attribute's name has " + name.length + " bytes, and 1 to 255 are allowed");
    }
    for (byte b : name) {
      if (b == 0) {
        throw new BadHeaderException("an extended attribute's name holds a NUL");
      }
    }
    if (value.length > MOST_VALUE) {
      throw new BadHeaderException(
          "an extended attribute has " + value.length + " bytes, and 65536 are the most");
    }
    return FileName.of(name);
  }
}
