package dev.lamina.fuse.kernel;

import dev.lamina.fs.FileName;
import dev.lamina.fs.FsException;
import dev.lamina.linux.Errno;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;

/**
 * One request in a buffer: a window that is pointed at the next request after each, so that none is
 * allocated. Every access is checked against the request's own length, since the bytes are not
 * ours: what lies outside is EINVAL. Not thread-safe.
 *
 * <p>The header ({@code struct fuse_in_header}): length u32, opcode u32, unique u64, node u64, uid
 * u32, gid u32, pid u32, length of extensions in 8 bytes u16, padding u16.
 */
final class Request {
  /** Length of the header: where the operation's own arguments begin. */
  static final int HEADER = 40;

  /** {@code FUSE_UNIQUE_RESEND}. */
  private static final long RESENT = 1L << 63;

  private static final ValueLayout.OfInt INT = ValueLayout.JAVA_INT_UNALIGNED;
  private static final ValueLayout.OfLong LONG = ValueLayout.JAVA_LONG_UNALIGNED;

  private final byte[] names;
  private final MemorySegment buffer;
  private int end;
  private int nameBytes;

  /** Makes a window on a buffer that requests are read into. */
  Request(MemorySegment buffer) {
    this.buffer = buffer;
    // Two names of a rename, or a name and a symlink's target, fit; longer ones are refused.
    this.names = new byte[2 * 4096];
  }

  /**
   * Points the window at a request at the buffer's start.
   *
   * @param received how many bytes were read
   * @return false where it has no whole header or its length field says otherwise than the read
   */
  boolean begin(int received) {
    end = received;
    nameBytes = 0;
    if (received < HEADER || received > buffer.byteSize() || rawInt(0) != received) {
      end = Math.min(Math.max(received, 0), HEADER);
      return false;
    }
    int extensions = 8 * Short.toUnsignedInt(buffer.get(ValueLayout.JAVA_SHORT_UNALIGNED, 36));
    if (extensions > received - HEADER) {
      return false;
    }
    // Extensions lie behind the arguments; none that is agreed on has any.
    end = received - extensions;
    return true;
  }

  /** Whether the bytes read reach so far that an answer can name the request. */
  boolean hasUnique() {
    return end >= 16;
  }

  int opcode() {
    return rawInt(4);
  }

  /** What an answer names it by. */
  long unique() {
    return buffer.get(LONG, 8);
  }

  /** The same number before and after it is sent again. */
  long number() {
    return unique() & ~RESENT;
  }

  /** Whether the kernel has sent it before, to a server that did not answer. */
  boolean isResent() {
    return (unique() & RESENT) != 0;
  }

  long node() {
    return buffer.get(LONG, 16);
  }

  int uid() {
    return rawInt(24);
  }

  int gid() {
    return rawInt(28);
  }

  int pid() {
    return rawInt(32);
  }

  /** The buffer, for payload that is passed on in place. */
  MemorySegment buffer() {
    return buffer;
  }

  /** How many bytes of arguments there are. */
  int length() {
    return end - HEADER;
  }

  /** Four bytes of the arguments. */
  int intAt(int offset) {
    return buffer.get(INT, at(offset, Integer.BYTES));
  }

  /** Eight bytes of the arguments. */
  long longAt(int offset) {
    return buffer.get(LONG, at(offset, Long.BYTES));
  }

  /**
   * Where payload lies in the buffer.
   *
   * @throws FsException EINVAL where it is not all there
   */
  int payload(int offset, int size) {
    return at(offset, size);
  }

  /** A copy of payload. */
  byte[] bytesAt(int offset, int size) {
    byte[] bytes = new byte[size];
    MemorySegment.copy(buffer, ValueLayout.JAVA_BYTE, at(offset, size), bytes, 0, size);
    return bytes;
  }

  /**
   * Points a name at the string that starts at an offset.
   *
   * @return the offset behind its NUL
   * @throws FsException EINVAL where it does not end or is empty; ENAMETOOLONG
   */
  int anyNameAt(int offset, FileName name) {
    int start = nameBytes;
    int next = stringAt(offset);
    int length = nameBytes - start;
    if (length > FileName.MAX_LENGTH) {
      throw FsException.of(Errno.ENAMETOOLONG);
    }
    if (length == 0) {
      throw malformed();
    }
    name.point(names, start, length);
    return next;
  }

  /** As {@link #anyNameAt}, of a directory's entry; EINVAL also where it cannot be one's name. */
  int nameAt(int offset, FileName name) {
    int next = anyNameAt(offset, name);
    if (name.is(".") || name.is("..")) {
      throw malformed();
    }
    requireNoSlash(name);
    return next;
  }

  /** As {@link #nameAt}, of a lookup: {@code .} and {@code ..} are asked for file handles. */
  int lookupNameAt(int offset, FileName name) {
    int next = anyNameAt(offset, name);
    requireNoSlash(name);
    return next;
  }

  private static void requireNoSlash(FileName name) {
    for (int i = 0; i < name.length(); i++) {
      if (name.byteAt(i) == '/') {
        throw malformed();
      }
    }
  }

  /** The bytes of a string, without its NUL; EINVAL where it does not end. */
  byte[] stringBytesAt(int offset) {
    int start = nameBytes;
    stringAt(offset);
    byte[] bytes = new byte[nameBytes - start];
    System.arraycopy(names, start, bytes, 0, bytes.length);
    return bytes;
  }

  /** Appends a string to {@link #names}; the offset behind its NUL. */
  private int stringAt(int offset) {
    long from = at(offset, 0);
    for (long at = from; at < end; at++) {
      byte b = buffer.get(ValueLayout.JAVA_BYTE, at);
      if (b == 0) {
        return (int) (at + 1 - HEADER);
      }
      if (nameBytes == names.length) {
        throw FsException.of(Errno.ENAMETOOLONG);
      }
      names[nameBytes++] = b;
    }
    throw malformed();
  }

  private int at(int offset, int size) {
    if (offset < 0 || size < 0 || offset > length() - size) {
      throw malformed();
    }
    return HEADER + offset;
  }

  private int rawInt(int offset) {
    return buffer.get(INT, offset);
  }

  /** What a request is answered that cannot be read. */
  static FsException malformed() {
    return FsException.of(Errno.EINVAL, "malformed request");
  }
}
