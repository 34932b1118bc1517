package dev.lamina.linux;

/**
 * What statx(2) says about a file: a holder that callers reuse, since it is filled on hot paths.
 * Times are ns since the epoch, see {@link Timespec}. Not thread-safe.
 */
public final class FileStatus {
  /** Bits of the kind of file within a mode (S_IFMT, include/uapi/linux/stat.h). */
  public static final int S_IFMT = 0xf000;

  /** Socket. */
  public static final int S_IFSOCK = 0xc000;

  /** Symbolic link. */
  public static final int S_IFLNK = 0xa000;

  /** Regular file. */
  public static final int S_IFREG = 0x8000;

  /** Block device. */
  public static final int S_IFBLK = 0x6000;

  /** Directory. */
  public static final int S_IFDIR = 0x4000;

  /** Character device. */
  public static final int S_IFCHR = 0x2000;

  /** Named pipe. */
  public static final int S_IFIFO = 0x1000;

  static final int SIZE = 256;

  private long inode;
  private long device;
  private long specialDevice;
  private long mountId;
  private long size;
  private long blocks;
  private int blockSize;
  private int mode;
  private int links;
  private int uid;
  private int gid;
  private long accessTime;
  private long modifyTime;
  private long changeTime;
  private long birthTime;
  private long attributes;
  private int mask;

  /** Makes a holder of zeros. */
  public FileStatus() {}

  /** Takes the values of a struct statx (include/uapi/linux/stat.h). */
  void read(long statx) {
    mask = Memory.getInt(statx);
    blockSize = Memory.getInt(statx + 4);
    attributes = Memory.getLong(statx + 8);
    links = Memory.getInt(statx + 16);
    uid = Memory.getInt(statx + 20);
    gid = Memory.getInt(statx + 24);
    mode = Short.toUnsignedInt(Memory.getShort(statx + 28));
    inode = Memory.getLong(statx + 32);
    size = Memory.getLong(statx + 40);
    blocks = Memory.getLong(statx + 48);
    accessTime = time(statx + 64);
    birthTime = time(statx + 80);
    changeTime = time(statx + 96);
    modifyTime = time(statx + 112);
    specialDevice = DeviceNumber.of(Memory.getInt(statx + 128), Memory.getInt(statx + 132));
    device = DeviceNumber.of(Memory.getInt(statx + 136), Memory.getInt(statx + 140));
    mountId = Memory.getLong(statx + 144);
  }

  private static long time(long address) {
    return Timespec.ofSeconds(Memory.getLong(address), Memory.getInt(address + 8));
  }

  /** Inode number. */
  public long inode() {
    return inode;
  }

  /** The file system it lies on, as {@link DeviceNumber} packs it. */
  public long device() {
    return device;
  }

  /** Of a device file, which device, as {@link DeviceNumber} packs it; else 0. */
  public long specialDevice() {
    return specialDevice;
  }

  /** The mount it was reached through; 0 before Linux 5.8. */
  public long mountId() {
    return mountId;
  }

  /** Size in bytes. */
  public long size() {
    return size;
  }

  /** Space used, in blocks of 512 bytes whatever {@link #blockSize} says. */
  public long blocks() {
    return blocks;
  }

  /** The size in bytes that reads and writes had best be of. */
  public int blockSize() {
    return blockSize;
  }

  /** Kind and permissions. */
  public int mode() {
    return mode;
  }

  /** The kind alone: one of the S_IF constants. */
  public int kind() {
    return mode & S_IFMT;
  }

  /** Permission bits alone, with set-user-id, set-group-id and sticky: 0 to 07777. */
  public int permissions() {
    return mode & ~S_IFMT;
  }

  /** Whether it is a directory. */
  public boolean isDirectory() {
    return kind() == S_IFDIR;
  }

  /** Whether it is a regular file. */
  public boolean isRegular() {
    return kind() == S_IFREG;
  }

  /** Whether it is a symbolic link. */
  public boolean isSymlink() {
    return kind() == S_IFLNK;
  }

  /** Number of names. */
  public int links() {
    return links;
  }

  /** Owner, unsigned. */
  public int uid() {
    return uid;
  }

  /** Group, unsigned. */
  public int gid() {
    return gid;
  }

  /** Last access. */
  public long accessTime() {
    return accessTime;
  }

  /** Last change of the content. */
  public long modifyTime() {
    return modifyTime;
  }

  /** Last change of the inode. */
  public long changeTime() {
    return changeTime;
  }

  /** Creation; meaningful if {@link #hasBirthTime}. */
  public long birthTime() {
    return birthTime;
  }

  /** Whether the file system keeps the time of creation. */
  public boolean hasBirthTime() {
    return (mask & FileAttributes.STATX_BTIME) != 0;
  }

  /** The STATX_ATTR_ bits, such as immutable or mount root. */
  public long attributes() {
    return attributes;
  }

  /** Which of the fields the file system filled in, as STATX_ bits. */
  public int mask() {
    return mask;
  }
}
