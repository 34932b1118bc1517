package dev.lamina.fuse.kernel;

import dev.lamina.fs.AttributeChange;
import dev.lamina.fs.FileSystem;
import dev.lamina.linux.Timespec;

/** Requests about attributes, and the few others that concern one inode or the whole. */
final class AttributeOperations {
  private static final int GETATTR_FH = 1;
  private static final int FATTR_FH = 1 << 6;
  private static final int KNOWN =
      AttributeChange.MODE
          | AttributeChange.UID
          | AttributeChange.GID
          | AttributeChange.SIZE
          | AttributeChange.ACCESS_TIME
          | AttributeChange.MODIFY_TIME
          | AttributeChange.ACCESS_TIME_NOW
          | AttributeChange.MODIFY_TIME_NOW
          | AttributeChange.CHANGE_TIME
          | AttributeChange.KILL_PRIVILEGES;
  private static final int NANOS = 1_000_000_000;

  private final Call call;
  private final Request request;
  private final FileSystem fileSystem;

  AttributeOperations(Call call) {
    this.call = call;
    this.request = call.request;
    this.fileSystem = call.fileSystem;
  }

  /** {@code struct fuse_getattr_in}: flags u32, padding, handle u64. */
  void getattr() {
    fileSystem.getattr(request.node(), optionalHandle(), call.attributes);
    call.reply.putAttributesReply(call.attributes);
  }

  /** {@code struct fuse_statx_in}: flags u32, padding, handle u64, statx flags u32, mask u32. */
  void statx() {
    fileSystem.getattr(request.node(), optionalHandle(), call.attributes);
    call.reply.putStatx(call.attributes);
  }

  private long optionalHandle() {
    long handle = request.longAt(8);
    return (request.intAt(0) & GETATTR_FH) != 0 ? handle : FileSystem.NO_HANDLE;
  }

  /**
   * {@code struct fuse_setattr_in}: valid u32, padding, handle u64, size u64, lock owner u64, three
   * times u64, their nanoseconds u32, mode u32, unused, uid u32, gid u32, unused.
   */
  void setattr() {
    request.payload(0, 88);
    int valid = request.intAt(0);
    AttributeChange change = call.change;
    change.valid = valid & KNOWN;
    change.mode = request.intAt(68) & 07777;
    change.uid = request.intAt(76);
    change.gid = request.intAt(80);
    change.size = change.has(AttributeChange.SIZE) ? call.positionAt(16) : 0;
    change.accessTime = time(AttributeChange.ACCESS_TIME, 32, 56);
    change.modifyTime = time(AttributeChange.MODIFY_TIME, 40, 60);
    change.changeTime = time(AttributeChange.CHANGE_TIME, 48, 64);
    long handle = (valid & FATTR_FH) != 0 ? request.longAt(8) : FileSystem.NO_HANDLE;
    fileSystem.setattr(request.node(), handle, change, call.attributes);
    call.reply.putAttributesReply(call.attributes);
  }

  private long time(int bit, int seconds, int nanos) {
    if (!call.change.has(bit)) {
      return 0;
    }
    int fraction = request.intAt(nanos);
    if (fraction < 0 || fraction >= NANOS) {
      throw Request.malformed();
    }
    return Timespec.ofSeconds(request.longAt(seconds), fraction);
  }

  /** No arguments. */
  void statfs() {
    call.reply.putStatus(fileSystem.statfs());
  }

  /** {@code struct fuse_syncfs_in}: padding u64. */
  void syncfs() {
    fileSystem.sync();
  }
}
