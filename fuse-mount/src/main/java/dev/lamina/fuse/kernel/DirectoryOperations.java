package dev.lamina.fuse.kernel;

import dev.lamina.fs.FileSystem;
import dev.lamina.fs.FsException;
import dev.lamina.fuse.DefectLog;
import dev.lamina.linux.Errno;

/** Requests about listing directories. Listings have no state, so directories are never open. */
final class DirectoryOperations {
  private static final int FOPEN_KEEP_CACHE = 1 << 1;
  private static final int FOPEN_CACHE_DIR = 1 << 3;
  private static final int FSYNC_FDATASYNC = 1;

  private final Call call;
  private final Request request;
  private final FileSystem fileSystem;
  private final DirectoryReply listing;
  private final DefectLog log;

  DirectoryOperations(Call call, DefectLog log) {
    this.call = call;
    this.request = call.request;
    this.fileSystem = call.fileSystem;
    this.listing = new DirectoryReply(call.reply);
    this.log = log;
  }

  /**
   * ENOSYS says, where that was agreed on, that directories need no opening, now and later; the
   * kernel then caches listings as if it had been told to.
   */
  void opendir() {
    if (call.features.has(InitFlag.NO_OPENDIR_SUPPORT)) {
      throw FsException.of(Errno.ENOSYS);
    }
    call.reply.putLong(FileSystem.NO_HANDLE);
    call.reply.putInt(FOPEN_KEEP_CACHE | FOPEN_CACHE_DIR);
    call.reply.putInt(0);
  }

  /** {@code struct fuse_read_in}: handle u64, cookie u64, size u32 and more that says nothing. */
  void readdir(boolean plus) {
    request.payload(0, 40);
    int size = request.intAt(16);
    if (size < 0) {
      throw Request.malformed();
    }
    listing.begin(plus, size);
    if (plus) {
      call.answerListing();
    }
    try {
      fileSystem.readdir(request.node(), call.positionAt(8), listing);
    } catch (FsException e) {
      // What was listed before the failure is handed out already; it fails again behind that.
      if (call.reply.length() == Reply.HEADER) {
        throw e;
      }
    } catch (RuntimeException | Error e) {
      call.takeBack();
      throw e;
    }
  }

  /** {@code struct fuse_fsync_in}: handle u64, flags u32, padding. */
  void fsyncdir() {
    fileSystem.fsyncdir(request.node(), (request.intAt(8) & FSYNC_FDATASYNC) != 0);
  }

  /** {@code struct fuse_forget_in}: count u64. No answer. */
  void forget() {
    fileSystem.forget(request.node(), request.longAt(0));
  }

  /** {@code struct fuse_batch_forget_in}: count u32, padding; each node u64, count u64. */
  void forgetMany() {
    int count = request.intAt(0);
    if (count < 0 || count > (request.length() - 8) / 16) {
      throw Request.malformed();
    }
    for (int i = 0; i < count; i++) {
      int at = 8 + 16 * i;
      try {
        fileSystem.forget(request.longAt(at), request.longAt(at + 8));
      } catch (RuntimeException | Error e) {
        // One node that fails must not keep the others from being forgotten.
        call.counters.defects.increment();
        log.defect(Opcode.BATCH_FORGET.title(), e);
      }
    }
  }
}
