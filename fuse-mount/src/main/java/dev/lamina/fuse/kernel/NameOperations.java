package dev.lamina.fuse.kernel;

import dev.lamina.fs.FileSystem;
import dev.lamina.fs.FsException;
import dev.lamina.fuse.DefectLog;
import dev.lamina.linux.Errno;

/** Requests about names: finding, making, moving and removing them. */
final class NameOperations {
  private final Call call;
  private final Request request;
  private final FileSystem fileSystem;
  private final DefectLog log;

  NameOperations(Call call, DefectLog log) {
    this.call = call;
    this.request = call.request;
    this.fileSystem = call.fileSystem;
    this.log = log;
  }

  /**
   * Arguments: name. A failed lookup of a live name makes the kernel unmount what is bound over it,
   * without a word, except where the error is ENOMEM. So EIO, and whatever else a file system
   * throws that is no answer about the name, is tried again once and then becomes ENOMEM.
   */
  void lookup() {
    request.lookupNameAt(0, call.name);
    try {
      find();
    } catch (FsException e) {
      if (e.errno() != Errno.EIO) {
        throw e;
      }
      findAgain();
    } catch (RuntimeException | Error e) {
      call.counters.defects.increment();
      log.defect(Opcode.LOOKUP.title(), e);
      findAgain();
    }
  }

  private void findAgain() {
    call.takeBack();
    call.begin();
    try {
      find();
    } catch (FsException e) {
      if (e.errno() != Errno.EIO) {
        throw e;
      }
      log.unanswerable(request.node(), call.name, e);
      throw FsException.of(Errno.ENOMEM, "lookup failed twice", e);
    } catch (RuntimeException | Error e) {
      log.unanswerable(request.node(), call.name, e);
      throw FsException.of(Errno.ENOMEM, "lookup failed twice", e);
    }
  }

  private void find() {
    if (call.name.is(".")) {
      fileSystem.lookupNode(request.node(), call.entry);
      call.answerEntry();
    } else if (fileSystem.lookup(request.node(), call.name, call.entry)) {
      call.answerEntry();
    } else {
      call.reply.putNegativeEntry();
    }
  }

  /** {@code struct fuse_mknod_in}: mode u32, device u32, umask u32, padding; name. */
  void mknod() {
    request.nameAt(16, call.name);
    requireNodeKind(request.intAt(0));
    fileSystem.mknod(
        call.caller(request.intAt(8)),
        request.node(),
        call.name,
        request.intAt(0),
        Integer.toUnsignedLong(request.intAt(4)),
        call.entry);
    call.answerEntry();
  }

  private static void requireNodeKind(int mode) {
    switch (mode & 0170000) {
      case 0, 0010000, 0020000, 0060000, 0100000, 0140000 -> {}
      default -> throw Request.malformed();
    }
  }

  /** {@code struct fuse_mkdir_in}: mode u32, umask u32; name. */
  void mkdir() {
    request.nameAt(8, call.name);
    fileSystem.mkdir(
        call.caller(request.intAt(4)),
        request.node(),
        call.name,
        request.intAt(0) & 07777,
        call.entry);
    call.answerEntry();
  }

  /** Arguments: name; target. */
  void symlink() {
    int target = request.nameAt(0, call.name);
    fileSystem.symlink(
        call.caller(0), request.node(), call.name, request.stringBytesAt(target), call.entry);
    call.answerEntry();
  }

  /** {@code struct fuse_link_in}: the node u64; its new name in the header's node. */
  void link() {
    request.nameAt(8, call.name);
    fileSystem.link(request.longAt(0), request.node(), call.name, call.entry);
    call.answerEntry();
  }

  /** Arguments: name. */
  void unlink() {
    request.nameAt(0, call.name);
    fileSystem.unlink(request.node(), call.name);
  }

  /** Arguments: name. */
  void rmdir() {
    request.nameAt(0, call.name);
    fileSystem.rmdir(request.node(), call.name);
  }

  /** {@code struct fuse_rename_in}: new directory u64; old name; new name. */
  void rename() {
    rename(8, 0);
  }

  /** {@code struct fuse_rename2_in}: new directory u64, flags u32, padding; old name; new name. */
  void rename2() {
    rename(16, request.intAt(8));
  }

  private void rename(int names, int flags) {
    int second = request.nameAt(names, call.name);
    request.nameAt(second, call.secondName);
    fileSystem.rename(request.node(), call.name, request.longAt(0), call.secondName, flags);
  }

  /** {@code struct fuse_create_in}: flags u32, mode u32, umask u32, open flags u32; name. */
  void create() {
    request.nameAt(16, call.name);
    fileSystem.create(
        call.caller(request.intAt(8)),
        request.node(),
        call.name,
        request.intAt(4) & 07777,
        request.intAt(0),
        call.entry,
        call.emptyFile());
    call.answerCreated();
  }

  /** As {@link #create}; the name says nothing. */
  void tmpfile() {
    fileSystem.tmpfile(
        call.caller(request.intAt(8)),
        request.node(),
        request.intAt(4) & 07777,
        request.intAt(0),
        call.entry,
        call.emptyFile());
    call.answerCreated();
  }
}
