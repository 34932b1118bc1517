package dev.lamina.fuse.jnr;

import dev.lamina.fs.Entry;
import dev.lamina.fs.FileSystem;
import dev.lamina.fs.OpenFile;
import dev.lamina.linux.FileOpen;
import dev.lamina.linux.Memory;
import java.lang.foreign.MemorySegment;

/** What libfuse calls about the data of files. Never throws. Thread-safe. */
final class FileCallbacks {
  private static final int O_ACCMODE = 3;
  private static final int PERMISSIONS = 07777;

  private final Served served;
  private final FileSystem fileSystem;
  private final Answers answers;

  FileCallbacks(Served served) {
    this.served = served;
    this.fileSystem = served.fileSystem();
    this.answers = served.answers();
  }

  void enter(OperationTable table) {
    table.enter(table.create, Delegates.Open.class, this::create);
    table.enter(table.open, Delegates.Two.class, this::open);
    table.enter(table.read, Delegates.Data.class, this::read);
    table.enter(table.write, Delegates.Data.class, this::write);
    table.enter(table.fallocate, Delegates.Allocate.class, this::fallocate);
    table.enter(table.fsync, Delegates.Open.class, this::fsync);
    table.enter(table.release, Delegates.Two.class, this::release);
  }

  private int create(long path, int mode, long info) {
    return served.change(
        Operation.CREATE,
        () ->
            served
                .paths()
                .making(
                    path,
                    (parent, name) -> {
                      Entry entry = new Entry();
                      OpenFile open = new OpenFile();
                      fileSystem.create(
                          CurrentRequest.get().caller(),
                          parent,
                          name,
                          mode & PERMISSIONS,
                          FileInfo.flags(info),
                          entry,
                          open);
                      long node = entry.node;
                      opened(
                          new Reference(node, () -> fileSystem.forget(node, 1)), entry, open, info);
                      return 0;
                    }));
  }

  private int open(long path, long info) {
    return answers.to(
        Operation.OPEN,
        () -> {
          int flags = FileInfo.flags(info);
          if ((flags & O_ACCMODE) != FileOpen.O_RDONLY || (flags & FileOpen.O_TRUNC) != 0) {
            served.requireWritable();
          }
          Entry entry = new Entry();
          OpenFile open = new OpenFile();
          Reference node = served.paths().find(path, entry);
          try {
            fileSystem.open(node.node(), flags, false, open);
          } catch (RuntimeException | Error e) {
            node.close();
            throw e;
          }
          opened(node, entry, open, info);
          return 0;
        });
  }

  /**
   * To libfuse each name is a file of its own, and so the kernel keeps the content of a file with
   * several names as often: reads and writes of such a file pass that by.
   */
  private void opened(Reference node, Entry entry, OpenFile open, long info) {
    served.open().addFile(open.handle, node, (FileInfo.flags(info) & FileOpen.O_APPEND) != 0);
    FileInfo.setHandle(info, open.handle);
    if (open.directIo || (!served.readOnly() && entry.attributes.links > 1)) {
      FileInfo.setDirectIo(info);
    }
  }

  private int read(long path, long buffer, long size, long position, long info) {
    return answers.to(
        Operation.READ,
        () -> {
          long handle = FileInfo.handle(info);
          int length = Math.toIntExact(size);
          int got =
              fileSystem.read(
                  served.open().file(handle),
                  handle,
                  position,
                  Memory.view(buffer, size),
                  0,
                  length);
          if (got < 0 || got > length) {
            throw new IllegalStateException(
                "The file system read " + got + " of " + size + " bytes");
          }
          answers.read(got);
          return got;
        });
  }

  private int write(long path, long buffer, long size, long position, long info) {
    return served.change(
        Operation.WRITE,
        () -> {
          long handle = FileInfo.handle(info);
          long node = served.open().file(handle);
          int length = Math.toIntExact(size);
          MemorySegment data = Memory.view(buffer, size);
          int put =
              served.open().isAppending(handle) && !CurrentRequest.get().appends()
                  ? writeThere(node, position, data, length)
                  : write(node, handle, position, data, length);
          if (put < 0 || put > length) {
            throw new IllegalStateException(
                "The file system wrote " + put + " of " + size + " bytes");
          }
          answers.wrote(put);
          return put;
        });
  }

  private int write(long node, long handle, long position, MemorySegment data, int length) {
    return fileSystem.write(
        node, handle, position, data, 0, length, CurrentRequest.get().killsPrivileges());
  }

  /** Writes at a position although the file was opened to append. */
  private int writeThere(long node, long position, MemorySegment data, int length) {
    OpenFile other = new OpenFile();
    fileSystem.open(node, FileOpen.O_WRONLY, false, other);
    try {
      return write(node, other.handle, position, data, length);
    } finally {
      fileSystem.release(node, other.handle);
    }
  }

  private int fallocate(long path, int mode, long position, long length, long info) {
    return served.change(
        Operation.FALLOCATE,
        () -> {
          long handle = FileInfo.handle(info);
          fileSystem.fallocate(served.open().file(handle), handle, mode, position, length);
          return 0;
        });
  }

  private int fsync(long path, int dataOnly, long info) {
    return answers.to(
        Operation.FSYNC,
        () -> {
          long handle = FileInfo.handle(info);
          fileSystem.fsync(served.open().file(handle), handle, dataOnly != 0);
          return 0;
        });
  }

  private int release(long path, long info) {
    return answers.to(
        Operation.RELEASE,
        () -> {
          long node = served.open().closeFile(FileInfo.handle(info));
          if (!served.open().isOpen(node)) {
            served.hidden().removeAllOf(node);
          }
          return 0;
        });
  }
}
