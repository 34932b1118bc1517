package dev.lamina.fuse.jnr;

import dev.lamina.fs.FileName;
import dev.lamina.fs.FileSystem;
import dev.lamina.fs.FsException;
import dev.lamina.linux.Errno;
import dev.lamina.linux.Memory;

/** What libfuse calls about extended attributes. Never throws. Thread-safe. */
final class XattrCallbacks {
  private static final String SELINUX = "security.selinux";

  private final Served served;
  private final FileSystem fileSystem;
  private final Paths paths;
  private final boolean selinux;

  /**
   * @param selinux whether SELinux is on: then a file without a label is one thing, and a file
   *     system without labels another
   */
  XattrCallbacks(Served served, boolean selinux) {
    this.served = served;
    this.fileSystem = served.fileSystem();
    this.paths = served.paths();
    this.selinux = selinux;
  }

  void enter(OperationTable table) {
    table.enter(table.getxattr, Delegates.GetAttribute.class, this::getxattr);
    table.enter(table.listxattr, Delegates.Buffer.class, this::listxattr);
    table.enter(table.setxattr, Delegates.SetAttribute.class, this::setxattr);
    table.enter(table.removexattr, Delegates.Two.class, this::removexattr);
  }

  /** ls(1) asks for a label of every file, unless it has heard once that there are none. */
  private int getxattr(long path, long name, long value, long size) {
    return served
        .answers()
        .to(
            Operation.GETXATTR,
            () ->
                paths.with(
                    path,
                    node -> {
                      FileName attribute = Paths.name(name);
                      try {
                        return answer(fileSystem.getxattr(node, attribute), value, size);
                      } catch (FsException e) {
                        if (e.errno() == Errno.ENODATA && !selinux && attribute.is(SELINUX)) {
                          throw FsException.of(Errno.EOPNOTSUPP);
                        }
                        throw e;
                      }
                    }));
  }

  private int listxattr(long path, long list, long size) {
    return served
        .answers()
        .to(
            Operation.LISTXATTR,
            () -> paths.with(path, node -> answer(fileSystem.listxattr(node), list, size)));
  }

  /** Size 0 asks how long it is. */
  private static int answer(byte[] value, long target, long size) {
    if (size != 0) {
      if (value.length > size) {
        throw FsException.of(Errno.ERANGE);
      }
      Memory.copyIn(target, value, 0, value.length);
    }
    return value.length;
  }

  private int setxattr(long path, long name, long value, long size, int flags) {
    return served.change(
        Operation.SETXATTR,
        () ->
            paths.with(
                path,
                node -> {
                  byte[] bytes = Memory.bytes(value, Math.toIntExact(size));
                  fileSystem.setxattr(node, Paths.name(name), bytes, flags, false);
                  return 0;
                }));
  }

  private int removexattr(long path, long name) {
    return served.change(
        Operation.REMOVEXATTR,
        () ->
            paths.with(
                path,
                node -> {
                  fileSystem.removexattr(node, Paths.name(name));
                  return 0;
                }));
  }
}
