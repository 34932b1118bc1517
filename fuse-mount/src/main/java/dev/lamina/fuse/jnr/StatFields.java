package dev.lamina.fuse.jnr;

import dev.lamina.fs.Attributes;
import dev.lamina.fs.FileKind;
import dev.lamina.fs.FileSystemStatus;
import jnr.ffi.Pointer;
import jnr.ffi.Runtime;
import ru.serce.jnrfuse.struct.FileStat;
import ru.serce.jnrfuse.struct.Statvfs;
import ru.serce.jnrfuse.struct.Timespec;

/** Fills the C library's {@code struct stat} and {@code struct statvfs}. */
final class StatFields {
  private static final int BLOCK_SIZE = 4096;
  private static final long NANOS = 1_000_000_000L;

  private StatFields() {}

  private static Pointer pointer(long address) {
    return Pointer.wrap(Runtime.getSystemRuntime(), address);
  }

  /** All of a {@code struct stat} that libfuse hands on. */
  static void fill(long target, Attributes attributes) {
    FileStat stat = FileStat.of(pointer(target));
    stat.st_ino.set(attributes.inode);
    stat.st_nlink.set(attributes.links);
    stat.st_mode.set(attributes.mode);
    stat.st_uid.set(Integer.toUnsignedLong(attributes.uid));
    stat.st_gid.set(Integer.toUnsignedLong(attributes.gid));
    stat.st_rdev.set(attributes.device);
    stat.st_size.set(attributes.size);
    stat.st_blksize.set(BLOCK_SIZE);
    stat.st_blocks.set(attributes.blocks);
    fill(stat.st_atim, attributes.accessTime);
    fill(stat.st_mtim, attributes.modifyTime);
    fill(stat.st_ctim, attributes.changeTime);
  }

  private static void fill(Timespec time, long nanos) {
    time.tv_sec.set(Math.floorDiv(nanos, NANOS));
    time.tv_nsec.set(Math.floorMod(nanos, NANOS));
  }

  /** What of a {@code struct stat} a listing tells: number and kind. */
  static void fill(FileStat stat, long inode, FileKind kind) {
    stat.st_ino.set(inode);
    stat.st_mode.set(kind.format());
  }

  /** All of a {@code struct statvfs}. */
  static void fill(long target, FileSystemStatus status) {
    Statvfs stat = Statvfs.of(pointer(target));
    stat.f_bsize.set(status.blockSize());
    stat.f_frsize.set(status.blockSize());
    stat.f_blocks.set(status.blocks());
    stat.f_bfree.set(status.freeBlocks());
    stat.f_bavail.set(status.availableBlocks());
    stat.f_files.set(status.files());
    stat.f_ffree.set(status.freeFiles());
    stat.f_favail.set(status.freeFiles());
    stat.f_namemax.set(status.maximumNameLength());
  }
}
