package dev.lamina.linux;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.lang.ref.Reference;
import java.util.ArrayList;
import java.util.List;

/**
 * Walks the entries of an open directory (getdents64), "." and ".." among them, in the order the
 * file system has. A cursor: {@link #next}, then the accessors, which are of the current entry.
 * Uses the descriptor's position, so one reader at a time for each; it does not own the descriptor.
 * Not thread-safe.
 */
public final class DirectoryReader {
  /** Kind unknown: ask the file. Kinds are the S_IFMT bits shifted down by 12. */
  public static final int DT_UNKNOWN = 0;

  private static final int BUFFER_SIZE = 65536;
  private static final int NAME_OFFSET = 19;

  private final int fd;
  private final MemorySegment buffer = Memory.pageAligned(BUFFER_SIZE);
  private int filled;
  private int following;
  private int current;

  /** Reads the directory open at {@code fd} from where it stands. */
  public DirectoryReader(int fd) {
    this.fd = fd;
  }

  /**
   * Moves to the next entry; false at the end.
   *
   * @throws LinuxException with the errno of getdents64(2), such as ENOTDIR
   */
  public boolean next() {
    if (following == filled) {
      filled = fill();
      following = 0;
      if (filled == 0) {
        return false;
      }
    }
    current = following;
    following += Short.toUnsignedInt(buffer.get(ValueLayout.JAVA_SHORT_UNALIGNED, current + 16));
    return true;
  }

  private int fill() {
    try {
      long got = Syscalls.call(Syscall.GETDENTS64, fd, buffer.address(), BUFFER_SIZE);
      return (int) Syscalls.check(got, Syscall.GETDENTS64, fd);
    } finally {
      Reference.reachabilityFence(buffer);
    }
  }

  /** The entry's inode number, which over a mount point is that of the directory below it. */
  public long inode() {
    return buffer.get(ValueLayout.JAVA_LONG_UNALIGNED, current);
  }

  /** The position after this entry, for lseek(2) to continue from later. */
  public long nextPosition() {
    return buffer.get(ValueLayout.JAVA_LONG_UNALIGNED, current + 8);
  }

  /** The entry's kind as DT_ number, the S_IFMT bits shifted down by 12; perhaps DT_UNKNOWN. */
  public int kind() {
    return Byte.toUnsignedInt(byteAt(18));
  }

  /** A copy of the entry's name. */
  public byte[] name() {
    int length = 0;
    while (byteAt(NAME_OFFSET + length) != 0) {
      length++;
    }
    byte[] name = new byte[length];
    MemorySegment.copy(buffer, ValueLayout.JAVA_BYTE, current + NAME_OFFSET, name, 0, length);
    return name;
  }

  /** Whether the entry is "." or "..". */
  public boolean isDot() {
    if (byteAt(NAME_OFFSET) != '.') {
      return false;
    }
    byte second = byteAt(NAME_OFFSET + 1);
    return second == 0 || (second == '.' && byteAt(NAME_OFFSET + 2) == 0);
  }

  private byte byteAt(int offset) {
    return buffer.get(ValueLayout.JAVA_BYTE, current + offset);
  }

  /** The names in a directory from its start, without "." and "..", in the file system's order. */
  public static List<byte[]> names(int fd) {
    FileIo.lseek(fd, 0, FileIo.SEEK_SET);
    DirectoryReader reader = new DirectoryReader(fd);
    List<byte[]> names = new ArrayList<>();
    while (reader.next()) {
      if (!reader.isDot()) {
        names.add(reader.name());
      }
    }
    return names;
  }
}
