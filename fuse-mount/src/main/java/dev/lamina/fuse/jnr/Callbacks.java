package dev.lamina.fuse.jnr;

import dev.lamina.fs.Entry;
import dev.lamina.fs.FileName;
import dev.lamina.fs.FileSystem;
import dev.lamina.fs.FsException;
import dev.lamina.fs.OpenFile;
import dev.lamina.linux.Errno;
import dev.lamina.linux.FileOpen;
import dev.lamina.linux.Memory;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import jnr.ffi.Pointer;
import jnr.ffi.Runtime;
import jnr.ffi.provider.jffi.ClosureHelper;
import ru.serce.jnrfuse.FuseFillDir;
import ru.serce.jnrfuse.struct.FuseFileInfo;
import ru.serce.jnrfuse.struct.FuseOperations;

/**
 * What libfuse calls: each method is one operation of {@code struct fuse_operations} (fuse.h of
 * libfuse 2.9) that reads. Never throws. Thread-safe.
 */
final class Callbacks {
  private static final int O_ACCMODE = 3;
  private static final int WRITE_ACCESS = 2;
  private static final String SELINUX = "security.selinux";

  private final Runtime runtime;
  private final FileSystem fileSystem;
  private final PathWalk paths;
  private final Answers answers;
  private final boolean selinux;
  private final FuseFillDirs fillers = new FuseFillDirs();

  /** The nodes of open files by handle: each counts as one reference. */
  private final Map<Long, Long> openNodes = new ConcurrentHashMap<>();

  /**
   * @param selinux whether SELinux is on: then a file without a label is one thing, and a file
   *     system without labels another
   */
  Callbacks(Runtime runtime, FileSystem fileSystem, Answers answers, boolean selinux) {
    this.runtime = runtime;
    this.fileSystem = fileSystem;
    this.paths = new PathWalk(fileSystem);
    this.answers = answers;
    this.selinux = selinux;
  }

  /** libfuse's function that takes a listing's entries: one, made callable once. */
  private static final class FuseFillDirs {
    private final Map<Long, FuseFillDir> made = new ConcurrentHashMap<>();

    FuseFillDir of(Pointer function) {
      return made.computeIfAbsent(function.address(), _ -> make(function));
    }

    private static FuseFillDir make(Pointer function) {
      ClosureHelper helper = ClosureHelper.getInstance();
      return helper
          .getNativeConveter(FuseFillDir.class)
          .fromNative(function, helper.getFromNativeContext());
    }
  }

  /** Enters all of them; what would change something is refused. */
  void enter(FuseOperations operations) {
    operations.getattr.set(this::getattr);
    operations.readlink.set(this::readlink);
    operations.open.set(this::open);
    operations.read.set(this::read);
    operations.release.set(this::release);
    operations.readdir.set(this::readdir);
    operations.getxattr.set(this::getxattr);
    operations.listxattr.set(this::listxattr);
    operations.statfs.set(this::statfs);
    operations.access.set(this::access);
    operations.mknod.set((path, mode, device) -> refuse());
    operations.mkdir.set((path, mode) -> refuse());
    operations.unlink.set(path -> refuse());
    operations.rmdir.set(path -> refuse());
    operations.symlink.set((target, path) -> refuse());
    operations.rename.set((path, newPath) -> refuse());
    operations.link.set((path, newPath) -> refuse());
    operations.chmod.set((path, mode) -> refuse());
    operations.chown.set((path, uid, gid) -> refuse());
    operations.truncate.set((path, size) -> refuse());
    operations.ftruncate.set((path, size, file) -> refuse());
    operations.utimens.set((path, times) -> refuse());
    operations.create.set((path, mode, file) -> refuse());
    operations.write.set((path, buffer, size, position, file) -> refuse());
    operations.setxattr.set((path, name, value, size, flags) -> refuse());
    operations.removexattr.set((path, name) -> refuse());
    operations.fallocate.set((path, mode, position, length, file) -> refuse());
  }

  private int refuse() {
    return answers.to(
        Operation.CHANGE,
        () -> {
          throw FsException.of(Errno.EROFS);
        });
  }

  /**
   * Also what libfuse looks names up with. A failed lookup of a live name makes the kernel unmount
   * what is bound over it, except where the error is ENOMEM: so what is no answer about the name is
   * tried again once and then becomes ENOMEM.
   */
  int getattr(String path, Pointer stat) {
    return answers.to(
        Operation.GETATTR,
        () -> {
          try {
            return attributes(path, stat);
          } catch (FsException e) {
            if (e.errno() != Errno.EIO) {
              throw e;
            }
          } catch (RuntimeException | Error e) {
            answers.defect(Operation.GETATTR, e);
          }
          return attributesOrNoMemory(path, stat);
        });
  }

  private int attributesOrNoMemory(String path, Pointer stat) {
    try {
      return attributes(path, stat);
    } catch (FsException e) {
      if (e.errno() != Errno.EIO) {
        throw e;
      }
      throw unanswerable(path, e);
    } catch (RuntimeException | Error e) {
      throw unanswerable(path, e);
    }
  }

  private FsException unanswerable(String path, Throwable failure) {
    answers
        .log()
        .once(
            System.Logger.Level.ERROR,
            "cannot look up '" + path + "', answered ENOMEM: " + failure);
    return FsException.of(Errno.ENOMEM, "lookup failed twice", failure);
  }

  private int attributes(String path, Pointer stat) {
    Entry entry = new Entry();
    return paths.with(
        path,
        entry,
        node -> {
          StatFields.fill(stat, entry.attributes);
          return 0;
        });
  }

  /** The target with a NUL behind it. */
  int readlink(String path, Pointer buffer, long size) {
    return answers.to(
        Operation.READLINK,
        () ->
            paths.with(
                path,
                node -> {
                  byte[] target = fileSystem.readlink(node);
                  if (target.length >= size) {
                    throw FsException.of(Errno.ENAMETOOLONG);
                  }
                  buffer.put(0, target, 0, target.length);
                  buffer.putByte(target.length, (byte) 0);
                  return 0;
                }));
  }

  int open(String path, Pointer info) {
    return answers.to(
        Operation.OPEN,
        () -> {
          FuseFileInfo file = FuseFileInfo.of(info);
          int flags = file.flags.intValue();
          if ((flags & O_ACCMODE) != FileOpen.O_RDONLY || (flags & FileOpen.O_TRUNC) != 0) {
            throw FsException.of(Errno.EROFS);
          }
          long node = paths.find(path, new Entry());
          boolean opened = false;
          try {
            OpenFile open = new OpenFile();
            fileSystem.open(node, flags, false, open);
            openNodes.put(open.handle, node);
            file.fh.set(open.handle);
            opened = true;
          } finally {
            if (!opened) {
              paths.forget(node);
            }
          }
          return 0;
        });
  }

  private static long handle(Pointer info) {
    return FuseFileInfo.of(info).fh.longValue();
  }

  int read(String path, Pointer buffer, long size, long position, Pointer info) {
    return answers.to(
        Operation.READ,
        () -> {
          long handle = handle(info);
          Long node = openNodes.get(handle);
          if (node == null) {
            throw FsException.of(Errno.EBADF);
          }
          int length = Math.toIntExact(size);
          int got =
              fileSystem.read(
                  node, handle, position, Memory.view(buffer.address(), size), 0, length);
          if (got < 0 || got > length) {
            throw new IllegalStateException(
                "The file system read " + got + " of " + size + " bytes");
          }
          answers.read(got);
          return got;
        });
  }

  int release(String path, Pointer info) {
    return answers.to(
        Operation.RELEASE,
        () -> {
          long handle = handle(info);
          Long node = openNodes.remove(handle);
          if (node != null) {
            fileSystem.release(node, handle);
            paths.forget(node);
          }
          return 0;
        });
  }

  int readdir(String path, Pointer buffer, Pointer function, long cookie, Pointer info) {
    return answers.to(
        Operation.READDIR,
        () ->
            paths.with(
                path,
                node -> {
                  FillerListing listing = new FillerListing(runtime, fillers.of(function), buffer);
                  fileSystem.readdir(node, cookie, listing);
                  return 0;
                }));
  }

  /** ls(1) asks for a label of every file, unless it has heard once that there are none. */
  int getxattr(String path, String name, Pointer value, long size) {
    return answers.to(
        Operation.GETXATTR,
        () ->
            paths.with(
                path,
                node -> {
                  FileName attribute = PathWalk.attribute(name);
                  try {
                    return bytes(fileSystem.getxattr(node, attribute), value, size);
                  } catch (FsException e) {
                    if (e.errno() == Errno.ENODATA && !selinux && attribute.is(SELINUX)) {
                      throw FsException.of(Errno.EOPNOTSUPP);
                    }
                    throw e;
                  }
                }));
  }

  int listxattr(String path, Pointer list, long size) {
    return answers.to(
        Operation.LISTXATTR,
        () -> paths.with(path, node -> bytes(fileSystem.listxattr(node), list, size)));
  }

  /** Size 0 asks how long it is. */
  private static int bytes(byte[] value, Pointer target, long size) {
    if (size != 0) {
      if (value.length > size) {
        throw FsException.of(Errno.ERANGE);
      }
      target.put(0, value, 0, value.length);
    }
    return value.length;
  }

  int statfs(String path, Pointer stat) {
    return answers.to(
        Operation.STATFS,
        () -> {
          StatFields.fill(stat, fileSystem.statfs());
          return 0;
        });
  }

  /** The kernel has checked mode bits; what is left is that nothing can be written. */
  int access(String path, int mask) {
    return answers.to(
        Operation.ACCESS,
        () ->
            paths.with(
                path,
                node -> {
                  if ((mask & WRITE_ACCESS) != 0) {
                    throw FsException.of(Errno.EROFS);
                  }
                  return 0;
                }));
  }
}
