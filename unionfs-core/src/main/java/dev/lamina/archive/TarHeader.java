package dev.lamina.archive;

import java.util.Arrays;
import org.apache.commons.compress.archivers.tar.TarConstants;
import org.apache.commons.compress.archivers.tar.TarUtils;

/**
 * One header block of a tar, with names as bytes. Commons Compress's own entry decodes names to
 * strings and reads times to the second; so its number parsing is used, and not its entry.
 *
 * @param name the name with its ustar prefix, as it is written
 * @param link the link's target, as it is written
 * @param type the type flag
 * @param mode permission bits, 07777
 * @param size bytes of data that the header announces
 * @param mtime seconds since 1970, may be negative
 * @param gnu whether the header is GNU's old format, whose prefix holds other things
 */
@SuppressWarnings("ArrayRecordComponent") // passed on once, never compared
record TarHeader(
    byte[] name,
    byte[] link,
    byte type,
    int mode,
    long uid,
    long gid,
    long size,
    long mtime,
    long major,
    long minor,
    boolean gnu) {

  static final int BLOCK = TarConstants.DEFAULT_RCDSIZE;

  private static final int NAME = 0;
  private static final int MODE = 100;
  private static final int UID = 108;
  private static final int GID = 116;
  private static final int SIZE = 124;
  private static final int MTIME = 136;
  private static final int TYPE = 156;
  private static final int LINK = 157;
  private static final int MAGIC = 257;
  private static final int MAJOR = 329;
  private static final int MINOR = 337;
  private static final int PREFIX = 345;
  private static final int STAR_TAIL = 508;

  /** Why a block is no header. */
  static final class BadHeaderException extends Exception {
    private static final long serialVersionUID = 1L;

    private final String reason;

    BadHeaderException(String reason) {
      super(reason);
      this.reason = reason;
    }

    String reason() {
      return reason;
    }
  }

  static boolean isZero(byte[] block) {
    for (byte b : block) {
      if (b != 0) {
        return false;
      }
    }
    return true;
  }

  static TarHeader parse(byte[] block) throws BadHeaderException {
    if (!hasChecksum(block)) {
      throw new BadHeaderException(
          "a block that should be a tar header is none (its checksum is wrong)");
    }
    byte type = block[TYPE];
    boolean ustar = startsWith(block, MAGIC, "ustar\0");
    boolean gnu = startsWith(block, MAGIC, "ustar  ");
    byte[] name = text(block, NAME, TarConstants.NAMELEN);
    if (ustar) {
      int length = startsWith(block, STAR_TAIL, "tar\0") ? 131 : TarConstants.PREFIXLEN;
      byte[] prefix = text(block, PREFIX, length);
      if (prefix.length > 0) {
        byte[] whole = Arrays.copyOf(prefix, prefix.length + 1 + name.length);
        whole[prefix.length] = '/';
        System.arraycopy(name, 0, whole, prefix.length + 1, name.length);
        name = whole;
      }
    }
    boolean device = type == TarConstants.LF_CHR || type == TarConstants.LF_BLK;
    long size = number(block, SIZE, TarConstants.SIZELEN, "size");
    if (size < 0) {
      throw new BadHeaderException("its size is negative");
    }
    return new TarHeader(
        name,
        text(block, LINK, TarConstants.NAMELEN),
        type,
        (int) number(block, MODE, TarConstants.MODELEN, "mode") & 07777,
        number(block, UID, TarConstants.UIDLEN, "uid"),
        number(block, GID, TarConstants.GIDLEN, "gid"),
        size,
        number(block, MTIME, TarConstants.MODTIMELEN, "mtime"),
        device ? number(block, MAJOR, TarConstants.DEVLEN, "device major") : 0,
        device ? number(block, MINOR, TarConstants.DEVLEN, "device minor") : 0,
        gnu);
  }

  private static boolean hasChecksum(byte[] block) {
    try {
      return TarUtils.verifyCheckSum(block);
    } catch (IllegalArgumentException e) {
      // What stands in the field is no number at all.
      return false;
    }
  }

  /** Reads a number, octal or base 256. */
  static long number(byte[] block, int offset, int length, String field) throws BadHeaderException {
    try {
      return TarUtils.parseOctalOrBinary(block, offset, length);
    } catch (IllegalArgumentException e) {
      throw new BadHeaderException("its " + field + " field is no number");
    }
  }

  private static byte[] text(byte[] block, int offset, int length) {
    int end = offset;
    while (end < offset + length && block[end] != 0) {
      end++;
    }
    return Arrays.copyOfRange(block, offset, end);
  }

  private static boolean startsWith(byte[] block, int offset, String ascii) {
    for (int i = 0; i < ascii.length(); i++) {
      if (block[offset + i] != ascii.charAt(i)) {
        return false;
      }
    }
    return true;
  }
}
