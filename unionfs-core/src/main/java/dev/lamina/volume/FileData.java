package dev.lamina.volume;

import dev.lamina.fs.FsException;
import dev.lamina.fs.ServedRequest;
import dev.lamina.linux.Errno;
import dev.lamina.linux.Fd;
import dev.lamina.linux.FileAttributes;
import dev.lamina.linux.FileIo;
import dev.lamina.linux.FileOpen;
import dev.lamina.linux.FileStatus;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import org.jspecify.annotations.Nullable;

/** Reads, writes and shapes the data of open files. */
final class FileData {
  private final Union union;
  private final Inodes inodes;
  private final HandleTable handles;
  private final OpenFiles openFiles;
  private final AccessTimes accessTimes;

  FileData(
      Union union,
      Inodes inodes,
      HandleTable handles,
      OpenFiles openFiles,
      AccessTimes accessTimes) {
    this.union = union;
    this.inodes = inodes;
    this.handles = handles;
    this.openFiles = openFiles;
    this.accessTimes = accessTimes;
  }

  int read(long number, long position, MemorySegment buffer, long at, int length) {
    Handle handle = handles.get(number);
    if (!handle.mayRead()) {
      throw FsException.of(Errno.EBADF);
    }
    requireRange(position, length);
    int read =
        switch (source(handle)) {
          case DataSource.Bytes bytes -> copy(bytes.bytes(), position, buffer, at, length);
          case DataSource.Stored stored -> pread(stored.descriptor(), position, buffer, at, length);
          case DataSource.Guarded guarded ->
              pread(guarded.descriptor(), position, buffer, at, length);
          case DataSource.Own own -> pread(own.descriptor(), position, buffer, at, length);
        };
    if (!handle.accessed && (handle.flags & FileOpen.O_NOATIME) == 0) {
      handle.accessed = true;
      handle.read();
      accessTimes.read(handle.node, openFiles.modified(handle));
    }
    return read;
  }

  private static int copy(byte[] bytes, long position, MemorySegment buffer, long at, int length) {
    int count = (int) Math.min(length, Math.max(0, bytes.length - position));
    if (count > 0) {
      MemorySegment.copy(bytes, (int) position, buffer, ValueLayout.JAVA_BYTE, at, count);
    }
    return count;
  }

  /** Reads until the file ends: a signal or the page cache may cut a single call short. */
  private static int pread(
      Fd descriptor, long position, MemorySegment buffer, long at, int length) {
    int done = 0;
    while (done < length) {
      int read =
          FileIo.pread(descriptor.value(), buffer, at + done, length - done, position + done);
      if (read == 0) {
        break;
      }
      done += read;
    }
    return done;
  }

  int write(
      long number,
      long position,
      MemorySegment buffer,
      long at,
      int length,
      boolean killPrivileges) {
    Handle handle = writable(number);
    // A kernel that asks has put the position at the end under the inode's lock. And it writes the
    // pages of a mapping back through any handle that may write, also through one that appends.
    boolean atEnd = handle.appends() && ServedRequest.number() == ServedRequest.NONE;
    return write(handle, position, atEnd, buffer, at, length, killPrivileges);
  }

  /** As {@code FileSystem.append}. */
  int append(
      long number,
      long position,
      MemorySegment buffer,
      long at,
      int length,
      boolean killPrivileges) {
    Handle handle = writable(number);
    // Asked again, where it was put the first time is not known; the kernel's guess is as good.
    boolean atEnd = handle.isDirect && !ServedRequest.isResent();
    return write(handle, position, atEnd, buffer, at, length, killPrivileges);
  }

  private int write(
      Handle handle,
      long position,
      boolean atEnd,
      MemorySegment buffer,
      long at,
      int length,
      boolean killPrivileges) {
    requireRange(position, length);
    openFiles.contentChanges(handle.node, killPrivileges);
    int written;
    if (atEnd) {
      written = append(handle, position, buffer, at, length);
    } else {
      Fd file = own(handle);
      requireAddsOnly(handle, file, position);
      written = FileIo.pwrite(file.value(), buffer, at, length, position);
    }
    union.syncer().wroteData(handle.node);
    handle.accessed = false;
    if (handle.isSynchronous()) {
      union.syncer().syncData(handle.node, own(handle));
      union.syncer().sync();
    }
    return written;
  }

  /** A handle loses O_APPEND by fcntl(2), and a mapping has none: the file is append-only still. */
  private void requireAddsOnly(Handle handle, Fd file, long position) {
    if (InodeFlags.isAppendOnly(inodes.record(handle.node))) {
      FileStatus status = new FileStatus();
      FileAttributes.fstat(file.value(), status);
      if (position < status.size()) {
        throw FsException.of(Errno.EPERM);
      }
    }
  }

  /** The kernel puts it at the end, whatever the position, atomically among all writers. */
  private int append(Handle handle, long position, MemorySegment buffer, long at, int length) {
    @Nullable Fd appending = handle.appending;
    if (appending != null) {
      return FileIo.pwrite(appending.value(), buffer, at, length, position);
    }
    try (Fd now = openFiles.appending(handle.node)) {
      return FileIo.pwrite(now.value(), buffer, at, length, position);
    }
  }

  void fsync(long number) {
    if (!union.isWritable()) {
      return;
    }
    openFiles.sync(handles.get(number));
    union.syncer().sync();
  }

  void allocate(long number, int mode, long position, long length) {
    Handle handle = writable(number);
    if (position < 0 || length <= 0) {
      throw FsException.of(Errno.EINVAL);
    }
    // Only plain allocation leaves what is there as it is.
    boolean onlyAdds = (mode & ~FileIo.FALLOC_FL_KEEP_SIZE) == 0;
    if (!onlyAdds && InodeFlags.isAppendOnly(inodes.record(handle.node))) {
      throw FsException.of(Errno.EPERM);
    }
    openFiles.contentChanges(handle.node, false);
    FileIo.fallocate(own(handle).value(), mode, position, length);
    union.syncer().wroteData(handle.node);
  }

  long copyRange(long fromNumber, long fromPosition, long toNumber, long toPosition, long length) {
    Handle from = handles.get(fromNumber);
    Handle to = writable(toNumber);
    if (!from.mayRead() || to.appends()) {
      throw FsException.of(Errno.EBADF);
    }
    if (fromPosition < 0 || toPosition < 0 || length < 0) {
      throw FsException.of(Errno.EINVAL);
    }
    openFiles.contentChanges(to.node, false);
    Fd target = own(to);
    long copied = copy(source(from), fromPosition, target, toPosition, length);
    union.syncer().wroteData(to.node);
    return copied;
  }

  private static long copy(
      DataSource source, long fromPosition, Fd target, long toPosition, long length) {
    return switch (source) {
      case DataSource.Bytes bytes ->
          writeFrom(bytes.bytes(), fromPosition, target, toPosition, length);
      case DataSource.Stored stored ->
          FileIo.copyFileRange(
              stored.descriptor().value(), fromPosition, target.value(), toPosition, length);
      case DataSource.Guarded guarded ->
          FileIo.copyFileRange(
              guarded.descriptor().value(), fromPosition, target.value(), toPosition, length);
      case DataSource.Own own ->
          FileIo.copyFileRange(
              own.descriptor().value(), fromPosition, target.value(), toPosition, length);
    };
  }

  private static long writeFrom(
      byte[] bytes, long position, Fd target, long targetPosition, long length) {
    int count = (int) Math.min(length, Math.max(0, bytes.length - position));
    if (count > 0) {
      FileIo.writeFully(target.value(), bytes, (int) position, count, targetPosition);
    }
    return count;
  }

  long seek(long number, long position, int whence) {
    if (whence != FileIo.SEEK_DATA && whence != FileIo.SEEK_HOLE) {
      throw FsException.of(Errno.EINVAL);
    }
    if (position < 0) {
      throw FsException.of(Errno.ENXIO);
    }
    return switch (source(handles.get(number))) {
      case DataSource.Bytes bytes -> {
        if (position >= bytes.bytes().length) {
          throw FsException.of(Errno.ENXIO);
        }
        yield whence == FileIo.SEEK_DATA ? position : bytes.bytes().length;
      }
      case DataSource.Stored stored -> FileIo.lseek(stored.descriptor().value(), position, whence);
      case DataSource.Guarded guarded ->
          FileIo.lseek(guarded.descriptor().value(), position, whence);
      case DataSource.Own own -> FileIo.lseek(own.descriptor().value(), position, whence);
    };
  }

  private Handle writable(long number) {
    Handle handle = handles.get(number);
    if (!handle.mayWrite()) {
      throw FsException.of(Errno.EBADF);
    }
    return handle;
  }

  private static DataSource source(Handle handle) {
    DataSource source = handle.opens.source();
    if (source == null) {
      throw new IllegalStateException("an open file without its data");
    }
    return source;
  }

  private static Fd own(Handle handle) {
    if (source(handle) instanceof DataSource.Own own) {
      return own.descriptor();
    }
    throw new IllegalStateException("a file open for writing without data of its own");
  }

  private static void requireRange(long position, int length) {
    if (position < 0 || length < 0) {
      throw FsException.of(Errno.EINVAL);
    }
  }
}
