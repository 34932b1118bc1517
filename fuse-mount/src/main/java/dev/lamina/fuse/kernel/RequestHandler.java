package dev.lamina.fuse.kernel;

import dev.lamina.fs.FileSystem;
import dev.lamina.fs.FsException;
import dev.lamina.fs.ServedRequest;
import dev.lamina.fuse.DefectLog;
import dev.lamina.linux.Errno;
import dev.lamina.linux.LinuxException;
import java.lang.foreign.MemorySegment;
import org.jspecify.annotations.Nullable;

/**
 * Turns the request in one buffer into the reply in another by calling a file system. Knows no
 * device: what is read and written is the {@link Worker}'s. Never throws: what a request cannot be
 * answered otherwise is answered EIO. One per worker, since it is not thread-safe.
 */
final class RequestHandler {
  /** What is returned where the kernel waits for no answer. */
  static final int NO_REPLY = 0;

  private final ServedRequest served = new ServedRequest();
  private final Call call;
  private final NameOperations names;
  private final AttributeOperations attributes;
  private final XattrOperations xattrs;
  private final FileOperations files;
  private final DirectoryOperations directories;
  private final IoctlOperations ioctls;
  private final DefectLog log;

  RequestHandler(
      MemorySegment requests,
      MemorySegment replies,
      FileSystem fileSystem,
      Features features,
      Counters counters,
      DefectLog log,
      boolean selinux) {
    this.call = new Call(new Request(requests), new Reply(replies), fileSystem, features, counters);
    this.names = new NameOperations(call, log);
    this.attributes = new AttributeOperations(call);
    this.xattrs = new XattrOperations(call, selinux);
    this.files = new FileOperations(call);
    this.directories = new DirectoryOperations(call, log);
    this.ioctls = new IoctlOperations(call);
    this.log = log;
  }

  /** Runs a loop that reads requests and has them handled here, on the calling thread. */
  void serve(Runnable loop) {
    served.serve(loop);
  }

  /**
   * Handles the request at the start of the request buffer.
   *
   * @param received its length
   * @return the length of the reply at the start of the reply buffer, or {@link #NO_REPLY}
   */
  int handle(int received) {
    call.begin();
    Request request = call.request;
    if (!request.begin(received)) {
      call.counters.malformed.increment();
      return request.hasUnique() ? error(Errno.EINVAL) : NO_REPLY;
    }
    @Nullable Opcode opcode = Opcode.of(request.opcode());
    if (opcode == null) {
      call.counters.unknown.increment();
      log.unknown(request.opcode());
      return error(Errno.ENOSYS);
    }
    call.counters.count(opcode);
    served.begin(opcode.isAnswered() ? request.number() : ServedRequest.NONE, request.isResent());
    try {
      perform(opcode);
      return opcode.isAnswered() ? call.reply.finish(request.unique()) : NO_REPLY;
    } catch (FsException e) {
      return failure(opcode, e.errno());
    } catch (LinuxException e) {
      return failure(opcode, e.errno());
    } catch (RuntimeException | Error e) {
      call.counters.defects.increment();
      log.defect(opcode.title(), e);
      takeBack();
      return failure(opcode, Errno.EIO);
    }
  }

  /** Says that the kernel did not take the last reply: what it handed out comes back. */
  void notTaken() {
    takeBack();
  }

  private int failure(Opcode opcode, Errno errno) {
    if (!opcode.isAnswered()) {
      return NO_REPLY;
    }
    // ENOSYS is how the kernel is told not to ask again, so it is no failure.
    if (errno != Errno.ENOSYS) {
      call.counters.errors.increment();
    }
    return error(errno);
  }

  private int error(Errno errno) {
    return call.reply.error(call.request.unique(), errno);
  }

  private void takeBack() {
    try {
      call.takeBack();
    } catch (RuntimeException | Error e) {
      call.counters.defects.increment();
      log.defect(Opcode.FORGET.title(), e);
    }
  }

  private void perform(Opcode opcode) {
    switch (opcode) {
      case LOOKUP -> names.lookup();
      case MKNOD -> names.mknod();
      case MKDIR -> names.mkdir();
      case SYMLINK -> names.symlink();
      case LINK -> names.link();
      case UNLINK -> names.unlink();
      case RMDIR -> names.rmdir();
      case RENAME -> names.rename();
      case RENAME2 -> names.rename2();
      case CREATE -> names.create();
      case TMPFILE -> names.tmpfile();

      case GETATTR -> attributes.getattr();
      case SETATTR -> attributes.setattr();
      case STATX -> attributes.statx();
      case STATFS -> attributes.statfs();
      case SYNCFS -> attributes.syncfs();

      case GETXATTR -> xattrs.getxattr();
      case LISTXATTR -> xattrs.listxattr();
      case SETXATTR -> xattrs.setxattr();
      case REMOVEXATTR -> xattrs.removexattr();

      case READLINK -> files.readlink();
      case OPEN -> files.open();
      case RELEASE -> files.release();
      case READ -> files.read();
      case WRITE -> files.write();
      case FSYNC -> files.fsync();
      case FALLOCATE -> files.fallocate();
      case LSEEK -> files.lseek();
      case COPY_FILE_RANGE -> files.copyFileRange();
      case COPY_FILE_RANGE_64 -> files.copyFileRange64();

      case OPENDIR -> directories.opendir();
      case READDIR -> directories.readdir(false);
      case READDIRPLUS -> directories.readdir(true);
      case FSYNCDIR -> directories.fsyncdir();
      case FORGET -> directories.forget();
      case BATCH_FORGET -> directories.forgetMany();

      case IOCTL -> ioctls.ioctl();

      // Directories are not open, so nothing is to be released; the kernel is about to go.
      case RELEASEDIR, DESTROY -> {}
      // The answer comes when the request is done: none here waits for long by itself.
      case INTERRUPT, NOTIFY_REPLY -> {}
      // A connection begins once.
      case INIT -> throw Request.malformed();
      // With ENOSYS the kernel does without: it checks access, keeps locks and polls by itself,
      // and asks no more for a flush.
      case FLUSH, ACCESS, GETLK, SETLK, SETLKW, BMAP, POLL, SETUPMAPPING, REMOVEMAPPING ->
          throw FsException.of(Errno.ENOSYS);
    }
  }
}
