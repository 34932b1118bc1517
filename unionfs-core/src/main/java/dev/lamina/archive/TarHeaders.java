package dev.lamina.archive;

import dev.lamina.fs.FileKind;
import dev.lamina.linux.DeviceNumber;
import dev.lamina.tree.Metadata;
import dev.lamina.tree.TreeEntry;
import dev.lamina.tree.TreePath;
import dev.lamina.tree.Xattrs;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.attribute.FileTime;
import java.time.Instant;
import java.util.Arrays;
import org.apache.commons.compress.archivers.tar.TarArchiveEntry;
import org.apache.commons.compress.archivers.tar.TarArchiveOutputStream;
import org.apache.commons.compress.archivers.tar.TarConstants;

/**
 * Writes the headers of a tar through Commons Compress, the same bytes for the same entry always.
 * The pax records are encoded here, since Commons Compress takes them as text: names and extended
 * attributes are bytes. One pax header at most stands before an entry; some readers forget all but
 * the last.
 */
final class TarHeaders {
  private static final long OCTAL_ID = 07777777L;
  private static final long OCTAL_BIG = 077777777777L;

  private final TarArchiveOutputStream tar;

  TarHeaders(TarArchiveOutputStream tar) {
    this.tar = tar;
  }

  /** Writes the header of a whiteout or an opaque marker: an empty file. */
  void marker(byte[] name) throws IOException {
    write(name, TarConstants.LF_NORMAL, Metadata.of(0, 0, 0, 0), 0, new byte[0], 0);
    tar.closeArchiveEntry();
  }

  /** Writes the header of a hard link, with the attributes of the inode. */
  void link(TreePath path, TreePath target, Metadata metadata) throws IOException {
    write(path.toBytes(), TarConstants.LF_LINK, metadata, 0, target.toBytes(), 0);
    tar.closeArchiveEntry();
  }

  /** Writes the header of an entry; a file's content is to follow, then {@code close}. */
  void entry(TreePath path, TreeEntry entry) throws IOException {
    byte[] name = path.toBytes();
    Metadata metadata = entry.metadata();
    byte[] none = new byte[0];
    switch (entry) {
      case TreeEntry.File file ->
          write(name, TarConstants.LF_NORMAL, metadata, file.size(), none, 0);
      case TreeEntry.Directory _ -> {
        byte[] directory = path.isRoot() ? new byte[] {'.', '/'} : slash(name);
        write(directory, TarConstants.LF_DIR, metadata, 0, none, 0);
      }
      case TreeEntry.Symlink link ->
          write(name, TarConstants.LF_SYMLINK, metadata, 0, link.target(), 0);
      case TreeEntry.Device device ->
          write(
              name,
              device.kind() == FileKind.CHARACTER_DEVICE
                  ? TarConstants.LF_CHR
                  : TarConstants.LF_BLK,
              metadata,
              0,
              none,
              device.device());
      case TreeEntry.Special _ -> write(name, TarConstants.LF_FIFO, metadata, 0, none, 0);
    }
  }

  void close() throws IOException {
    tar.closeArchiveEntry();
  }

  private static byte[] slash(byte[] name) {
    byte[] longer = Arrays.copyOf(name, name.length + 1);
    longer[name.length] = '/';
    return longer;
  }

  private void write(byte[] name, byte type, Metadata metadata, long size, byte[] link, long device)
      throws IOException {
    byte[] pax = records(name, metadata, size, link);
    if (pax.length > 0) {
      TarArchiveEntry header =
          new TarArchiveEntry(latin(paxName(name)), TarConstants.LF_PAX_EXTENDED_HEADER_LC);
      plain(header, 0644, 0, 0, 0, pax.length);
      tar.putArchiveEntry(header);
      tar.write(pax);
      tar.closeArchiveEntry();
    }
    TarArchiveEntry entry = new TarArchiveEntry(latin(cut(name)), type);
    long seconds = Math.floorDiv(metadata.mtime(), 1_000_000_000L);
    plain(
        entry,
        metadata.mode(),
        fits(Integer.toUnsignedLong(metadata.uid()), OCTAL_ID),
        fits(Integer.toUnsignedLong(metadata.gid()), OCTAL_ID),
        fits(seconds, OCTAL_BIG),
        size);
    entry.setLinkName(latin(cut(link)));
    entry.setDevMajor(DeviceNumber.major(device));
    entry.setDevMinor(DeviceNumber.minor(device));
    tar.putArchiveEntry(entry);
  }

  private static void plain(
      TarArchiveEntry entry, int mode, long uid, long gid, long seconds, long size) {
    entry.setMode(mode);
    entry.setUserId(uid);
    entry.setGroupId(gid);
    entry.setUserName("");
    entry.setGroupName("");
    entry.setModTime(FileTime.from(Instant.ofEpochSecond(seconds)));
    entry.setSize(size);
  }

  /** Returns a number where its octal field holds it; else 0, and a pax record has it. */
  private static long fits(long value, long most) {
    return value < 0 || value > most ? 0 : value;
  }

  private static byte[] records(byte[] name, Metadata metadata, long size, byte[] link) {
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    if (name.length > TarConstants.NAMELEN) {
      record(out, "path", name);
    }
    if (link.length > TarConstants.NAMELEN) {
      record(out, "linkpath", link);
    }
    number(out, "uid", Integer.toUnsignedLong(metadata.uid()), OCTAL_ID);
    number(out, "gid", Integer.toUnsignedLong(metadata.gid()), OCTAL_ID);
    number(out, "size", size, OCTAL_BIG);
    long seconds = Math.floorDiv(metadata.mtime(), 1_000_000_000L);
    if (metadata.mtime() % 1_000_000_000L != 0 || fits(seconds, OCTAL_BIG) != seconds) {
      record(out, "mtime", ascii(time(metadata.mtime())));
    }
    Xattrs xattrs = metadata.xattrs();
    for (int i = 0; i < xattrs.size(); i++) {
      ByteArrayOutputStream key = new ByteArrayOutputStream();
      key.writeBytes(ascii("SCHILY.xattr."));
      key.writeBytes(xattrs.name(i).toBytes());
      record(out, key.toByteArray(), xattrs.value(i));
    }
    return out.toByteArray();
  }

  /** Returns nanoseconds as decimal seconds without trailing zeros. */
  static String time(long nanos) {
    // The one value whose absolute value does not exist is a nanosecond off what anybody can set.
    long absolute = nanos == Long.MIN_VALUE ? Long.MAX_VALUE : Math.abs(nanos);
    String fraction = String.format("%09d", absolute % 1_000_000_000L).replaceAll("0+$", "");
    return (nanos < 0 ? "-" : "")
        + absolute / 1_000_000_000L
        + (fraction.isEmpty() ? "" : "." + fraction);
  }

  private static void number(ByteArrayOutputStream out, String key, long value, long most) {
    if (value > most) {
      record(out, key, ascii(Long.toString(value)));
    }
  }

  private static void record(ByteArrayOutputStream out, String key, byte[] value) {
    record(out, ascii(key), value);
  }

  /** A record counts its own length, the digits of that number included. */
  private static void record(ByteArrayOutputStream out, byte[] key, byte[] value) {
    int rest = key.length + value.length + 3;
    int length = rest + Integer.toString(rest).length();
    if (Integer.toString(length).length() > Integer.toString(rest).length()) {
      length++;
    }
    out.writeBytes(ascii(length + " "));
    out.writeBytes(key);
    out.write('=');
    out.writeBytes(value);
    out.write('\n');
  }

  private static byte[] paxName(byte[] name) {
    int slash = name.length - 1;
    for (int i = name.length - 2; i >= 0 && slash == name.length - 1; i--) {
      if (name[i] == '/') {
        slash = i;
      }
    }
    int base = slash == name.length - 1 ? 0 : slash + 1;
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    out.writeBytes(ascii("PaxHeaders.0/"));
    for (int i = base; i < name.length && name[i] != '/'; i++) {
      out.write(name[i]);
    }
    return cut(out.toByteArray());
  }

  private static byte[] cut(byte[] name) {
    return name.length <= TarConstants.NAMELEN ? name : Arrays.copyOf(name, TarConstants.NAMELEN);
  }

  private static String latin(byte[] bytes) {
    return new String(bytes, StandardCharsets.ISO_8859_1);
  }

  private static byte[] ascii(String text) {
    return text.getBytes(StandardCharsets.ISO_8859_1);
  }
}
