package dev.lamina.fuse.kernel;

import dev.lamina.fs.FileSystem;
import dev.lamina.fs.FsException;
import dev.lamina.linux.Errno;
import dev.lamina.linux.FileOpen;

/** Requests about the data of files, open ones above all. */
final class FileOperations {
  private static final int OPEN_KILL_SUIDGID = 1;
  private static final int WRITE_CACHE = 1;
  private static final int WRITE_KILL_SUIDGID = 1 << 2;
  private static final int FSYNC_FDATASYNC = 1;
  private static final int LONGEST_SYMLINK = 4095;
  // What a reply's 32 bits of copied bytes can say, in whole pages.
  private static final long LONGEST_COPY = 0x7fff_f000L;

  private final Call call;
  private final Request request;
  private final FileSystem fileSystem;

  FileOperations(Call call) {
    this.call = call;
    this.request = call.request;
    this.fileSystem = call.fileSystem;
  }

  /** No arguments. */
  void readlink() {
    byte[] target = fileSystem.readlink(request.node());
    if (target.length > LONGEST_SYMLINK) {
      throw FsException.of(Errno.ENAMETOOLONG);
    }
    call.reply.putBytes(target);
  }

  /** {@code struct fuse_open_in}: flags u32, open flags u32. */
  void open() {
    boolean kill = (request.intAt(4) & OPEN_KILL_SUIDGID) != 0;
    fileSystem.open(request.node(), request.intAt(0), kill, call.emptyFile());
    call.answerFile();
  }

  /** {@code struct fuse_release_in}: handle u64, flags u32, release flags u32, lock owner u64. */
  void release() {
    fileSystem.release(request.node(), call.handleAt(0));
  }

  /** {@code struct fuse_read_in}: handle u64, position u64, size u32 and more that says nothing. */
  void read() {
    request.payload(0, 40);
    int size = request.intAt(16);
    if (size < 0 || size > call.reply.capacity()) {
      throw Request.malformed();
    }
    int got =
        fileSystem.read(
            request.node(),
            call.handleAt(0),
            call.positionAt(8),
            call.reply.buffer(),
            Reply.HEADER,
            size);
    if (got < 0 || got > size) {
      throw new IllegalStateException("The file system read " + got + " of " + size + " bytes");
    }
    call.reply.advance(got);
    call.counters.bytesRead.add(got);
  }

  /**
   * {@code struct fuse_write_in}: handle u64, position u64, size u32, write flags u32, lock owner
   * u64, flags u32, padding; data.
   */
  void write() {
    int size = request.intAt(16);
    int data = request.payload(40, size);
    int flags = request.intAt(20);
    boolean kill = (flags & WRITE_KILL_SUIDGID) != 0;
    // What is written back from the cache is no writer's.
    boolean appends = (flags & WRITE_CACHE) == 0 && (request.intAt(32) & FileOpen.O_APPEND) != 0;
    long node = request.node();
    long handle = call.handleAt(0);
    long position = call.positionAt(8);
    int put =
        appends
            ? fileSystem.append(node, handle, position, request.buffer(), data, size, kill)
            : fileSystem.write(node, handle, position, request.buffer(), data, size, kill);
    if (put < 0 || put > size) {
      throw new IllegalStateException("The file system wrote " + put + " of " + size + " bytes");
    }
    call.reply.putInt(put);
    call.reply.putInt(0);
    call.counters.bytesWritten.add(put);
  }

  /** {@code struct fuse_fsync_in}: handle u64, flags u32, padding. */
  void fsync() {
    boolean dataOnly = (request.intAt(8) & FSYNC_FDATASYNC) != 0;
    fileSystem.fsync(request.node(), request.longAt(0), dataOnly);
  }

  /** {@code struct fuse_fallocate_in}: handle, position, length u64, mode u32, padding. */
  void fallocate() {
    int mode = request.intAt(24);
    fileSystem.fallocate(
        request.node(), call.handleAt(0), mode, call.positionAt(8), call.positionAt(16));
  }

  /** {@code struct fuse_lseek_in}: handle u64, position u64, whence u32, padding. */
  void lseek() {
    int whence = request.intAt(16);
    // Not as other positions: of one before the start there is no data, which is no mistake.
    call.reply.putLong(
        fileSystem.lseek(request.node(), call.handleAt(0), request.longAt(8), whence));
  }

  /**
   * {@code struct fuse_copy_file_range_in}: handle, position, other node, its handle, its position,
   * length, flags, all u64; the answer has 32 bits.
   */
  void copyFileRange() {
    call.reply.putInt((int) copy(Math.min(call.positionAt(40), LONGEST_COPY)));
    call.reply.putInt(0);
  }

  /** As {@link #copyFileRange}; the answer has 64 bits. */
  void copyFileRange64() {
    call.reply.putLong(copy(call.positionAt(40)));
  }

  private long copy(long length) {
    if (request.longAt(48) != 0) {
      throw Request.malformed();
    }
    long copied =
        fileSystem.copyFileRange(
            request.node(),
            call.handleAt(0),
            call.positionAt(8),
            request.longAt(16),
            call.handleAt(24),
            call.positionAt(32),
            length);
    if (copied < 0 || copied > length) {
      throw new IllegalStateException(
          "The file system copied " + copied + " of " + length + " bytes");
    }
    return copied;
  }
}
