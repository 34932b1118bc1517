package dev.lamina.fs;

/** The seven kinds of file, with their {@code S_IFMT} bits (include/uapi/linux/stat.h). */
public enum FileKind {
  /** A regular file. */
  REGULAR(0100000),
  /** A directory. */
  DIRECTORY(0040000),
  /** A symbolic link. */
  SYMLINK(0120000),
  /** A character device. */
  CHARACTER_DEVICE(0020000),
  /** A block device. */
  BLOCK_DEVICE(0060000),
  /** A named pipe. */
  FIFO(0010000),
  /** A Unix-domain socket. */
  SOCKET(0140000);

  private static final int FORMAT_MASK = 0170000;

  private final int format;

  FileKind(int format) {
    this.format = format;
  }

  /** Returns the {@code S_IFMT} bits of a mode. */
  public int format() {
    return format;
  }

  /** Returns the {@code d_type} of a directory entry: the format bits shifted by 12. */
  public int directoryType() {
    return format >> 12;
  }

  /** Returns whether nodes of this kind carry a device number. */
  public boolean isDevice() {
    return this == CHARACTER_DEVICE || this == BLOCK_DEVICE;
  }

  /**
   * Returns the kind that a mode's format bits name; a mode without any is a regular file, as
   * mknod(2) has it.
   *
   * @throws IllegalArgumentException where the bits name no kind
   */
  public static FileKind ofMode(int mode) {
    return switch (mode & FORMAT_MASK) {
      case 0, 0100000 -> REGULAR;
      case 0040000 -> DIRECTORY;
      case 0120000 -> SYMLINK;
      case 0020000 -> CHARACTER_DEVICE;
      case 0060000 -> BLOCK_DEVICE;
      case 0010000 -> FIFO;
      case 0140000 -> SOCKET;
      default ->
          throw new IllegalArgumentException("no file kind: mode " + Integer.toOctalString(mode));
    };
  }
}
