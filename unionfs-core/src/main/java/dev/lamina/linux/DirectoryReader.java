package dev.lamina.linux;

import java.lang.foreign.MemorySegment;
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
  private long current;

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
      long got = Syscalls.call(Syscall.GETDENTS64, fd, buffer.address(), BUFFER_SIZE);
      filled = (int) Syscalls.check(got, Syscall.GETDENTS64, fd);
      following = 0;
      if (filled == 0) {
        return false;
      }
    }
    current = buffer.address() + following;
    following += Short.toUnsignedInt(Memory.getShort(current + 16));
    return true;
  }

  /** The entry's inode number, which over a mount point is that of the directory below it. */
  public long inode() {
    return Memory.getLong(current);
  }

  /** The position after this entry, for lseek(2) to continue from later. */
  public long nextPosition() {
    return Memory.getLong(current + 8);
  }

  /** The entry's kind as DT_ number, the S_IFMT bits shifted down by 12; perhaps DT_UNKNOWN. */
  public int kind() {
    return Byte.toUnsignedInt(Memory.getByte(current + 18));
  }

  /** A copy of the entry's name. */
  public byte[] name() {
    int length = Memory.stringLength(current + NAME_OFFSET, BUFFER_SIZE);
    return Memory.bytes(current + NAME_OFFSET, length);
  }

  /** Whether the entry is "." or "..". */
  public boolean isDot() {
    long name = current + NAME_OFFSET;
    if (Memory.getByte(name) != '.') {
      return false;
    }
    byte second = Memory.getByte(name + 1);
    return second == 0 || (second == '.' && Memory.getByte(name + 2) == 0);
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
