package dev.lamina.fuse.jnr;

import dev.lamina.fs.Caller;
import dev.lamina.fs.Entry;
import dev.lamina.fs.FileName;
import dev.lamina.fs.FileSystem;
import dev.lamina.fs.FsException;
import dev.lamina.linux.Errno;
import dev.lamina.linux.Memory;
import java.util.Optional;

/** What libfuse calls about names. Never throws. Thread-safe. */
final class NameCallbacks {
  private static final int PERMISSIONS = 07777;

  private final Served served;
  private final FileSystem fileSystem;
  private final Paths paths;

  NameCallbacks(Served served) {
    this.served = served;
    this.fileSystem = served.fileSystem();
    this.paths = served.paths();
  }

  void enter(OperationTable table) {
    table.enter(table.readlink, Delegates.Buffer.class, this::readlink);
    table.enter(table.mknod, Delegates.Node.class, this::mknod);
    table.enter(table.mkdir, Delegates.Mode.class, this::mkdir);
    table.enter(table.symlink, Delegates.Two.class, this::symlink);
    table.enter(table.link, Delegates.Two.class, this::link);
    table.enter(table.unlink, Delegates.One.class, this::unlink);
    table.enter(table.rmdir, Delegates.One.class, this::rmdir);
    table.enter(table.rename, Delegates.Two.class, this::rename);
  }

  /** The target with a NUL behind it. */
  private int readlink(long path, long buffer, long size) {
    return served
        .answers()
        .to(
            Operation.READLINK,
            () ->
                paths.with(
                    path,
                    node -> {
                      byte[] target = fileSystem.readlink(node);
                      if (target.length >= size) {
                        throw FsException.of(Errno.ENAMETOOLONG);
                      }
                      Memory.copyIn(buffer, target, 0, target.length);
                      Memory.putByte(buffer + target.length, (byte) 0);
                      return 0;
                    }));
  }

  /** Makes something under a name. */
  @FunctionalInterface
  private interface Making {
    void of(Caller caller, long parent, FileName name, Entry entry);
  }

  private int make(Operation operation, long path, Making making) {
    return served.change(
        operation,
        () ->
            paths.making(
                path,
                (parent, name) -> {
                  Entry entry = new Entry();
                  making.of(CurrentRequest.get().caller(), parent, name, entry);
                  fileSystem.forget(entry.node, 1);
                  return 0;
                }));
  }

  private int mknod(long path, int mode, long device) {
    return make(
        Operation.MKNOD,
        path,
        (caller, parent, name, entry) ->
            fileSystem.mknod(caller, parent, name, mode, device, entry));
  }

  private int mkdir(long path, int mode) {
    return make(
        Operation.MKDIR,
        path,
        (caller, parent, name, entry) ->
            fileSystem.mkdir(caller, parent, name, mode & PERMISSIONS, entry));
  }

  private int symlink(long target, long path) {
    return make(
        Operation.SYMLINK,
        path,
        (caller, parent, name, entry) ->
            fileSystem.symlink(caller, parent, name, Paths.bytes(target), entry));
  }

  private int link(long path, long newPath) {
    return make(
        Operation.LINK,
        newPath,
        (caller, parent, name, entry) ->
            paths.with(
                path,
                node -> {
                  fileSystem.link(node, parent, name, entry);
                  return 0;
                }));
  }

  /**
   * Where the request is no unlink, libfuse does away with a name that it made itself, for which
   * there is nothing left to unlink.
   */
  private long unlink(long path) {
    if (!CurrentRequest.get().is(CurrentRequest.UNLINK)) {
      return served
          .answers()
          .to(
              Operation.UNLINK,
              () -> {
                served.hidden().remove(Paths.last(Paths.bytes(path)));
                return 0;
              });
    }
    return served.change(
        Operation.UNLINK,
        () ->
            paths.in(
                path,
                (parent, name) -> {
                  fileSystem.unlink(parent, name);
                  return 0;
                }));
  }

  private long rmdir(long path) {
    return served.change(
        Operation.RMDIR,
        () ->
            paths.in(
                path,
                (parent, name) -> {
                  fileSystem.rmdir(parent, name);
                  return 0;
                }));
  }

  private int rename(long path, long newPath) {
    return served.change(
        Operation.RENAME,
        () ->
            paths.in(
                path,
                (parent, name) ->
                    paths.in(
                        newPath,
                        (newParent, newName) -> {
                          if (isHiding(newName)) {
                            hide(parent, name, newName);
                          } else {
                            rename(parent, name, newParent, newName);
                          }
                          return 0;
                        })));
  }

  /** Whether the rename is libfuse's own: its user unlinks the name, or renames another to it. */
  private static boolean isHiding(FileName newName) {
    CurrentRequest request = CurrentRequest.get();
    return HiddenFiles.isMade(newName)
        && (request.is(CurrentRequest.UNLINK)
            || (request.is(CurrentRequest.RENAME) && !request.renamesTo(newName)));
  }

  /**
   * A file that is open loses its name. Where another is to take the name, that does it: nobody
   * must see it lead to neither, and where it fails the name must still be there.
   */
  private void hide(long parent, FileName name, FileName hiddenName) {
    Entry entry = new Entry();
    if (!fileSystem.lookup(parent, name, entry)) {
      throw FsException.of(Errno.ENOENT);
    }
    long node = entry.node;
    Reference held = new Reference(node, () -> fileSystem.forget(node, 1));
    CurrentRequest request = CurrentRequest.get();
    if (request.is(CurrentRequest.UNLINK)) {
      try {
        fileSystem.unlink(parent, name);
      } catch (RuntimeException | Error e) {
        held.close();
        throw e;
      }
    } else {
      request.hides(hiddenName);
    }
    served.hidden().add(hiddenName, held);
    if (!served.open().isOpen(node)) {
      // It was closed meanwhile, so that libfuse will not come back to it.
      served.hidden().remove(hiddenName);
    }
  }

  private void rename(long parent, FileName name, long newParent, FileName newName) {
    served.hidden().refuse(newName);
    Optional<FileName> replaced = CurrentRequest.get().hidden();
    try {
      fileSystem.rename(parent, name, newParent, newName, 0);
    } catch (RuntimeException | Error e) {
      replaced.ifPresent(served.hidden()::keep);
      throw e;
    }
  }
}
