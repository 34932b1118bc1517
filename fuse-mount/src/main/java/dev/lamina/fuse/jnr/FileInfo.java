package dev.lamina.fuse.jnr;

import dev.lamina.linux.Memory;

/**
 * {@code struct fuse_file_info} (fuse_common.h of libfuse 2.9, 64 bits): flags int at 0, an unused
 * long at 8, writepage int at 16, bits at 20, handle u64 at 24, lock owner u64 at 32. jnr-fuse's
 * structure lacks writepage and cannot set the bits.
 */
final class FileInfo {
  private static final int BITS = 20;
  private static final int HANDLE = 24;
  private static final int DIRECT_IO = 1;

  private FileInfo() {}

  /** {@code O_*}. */
  static int flags(long info) {
    return Memory.getInt(info);
  }

  static long handle(long info) {
    return Memory.getLong(info + HANDLE);
  }

  static void setHandle(long info, long handle) {
    Memory.putLong(info + HANDLE, handle);
  }

  /** Lets reads and writes of an open file pass the kernel's cache by. */
  static void setDirectIo(long info) {
    Memory.putInt(info + BITS, Memory.getInt(info + BITS) | DIRECT_IO);
  }
}
