package dev.lamina.linux;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * Extended attributes, of open files (not of ones opened with O_PATH) and, with an {@code l}, of
 * what a path leads to without following a last symbolic link. Names have their prefix, such as
 * {@code user.}; values are at most 64 KiB. An attribute that is not there is an empty {@code
 * Optional}; everything else throws {@link LinuxException} with the errno of the manual page, such
 * as EOPNOTSUPP. Thread-safe.
 */
public final class Xattrs {
  /** Setting: EEXIST if the attribute is there. */
  public static final int XATTR_CREATE = 1;

  /** Setting: ENODATA if the attribute is not there. */
  public static final int XATTR_REPLACE = 2;

  private Xattrs() {}

  /** The value of an open file's attribute. */
  public static Optional<byte[]> fget(int fd, byte[] attribute) {
    Scratch scratch = Scratch.begin();
    long name = scratch.name(attribute);
    long value = scratch.large();
    return value(
        Syscalls.call(Syscall.FGETXATTR, fd, name, value, Scratch.LARGE_SIZE),
        Syscall.FGETXATTR,
        attribute,
        value);
  }

  /** The value of an attribute by path. */
  public static Optional<byte[]> lget(byte[] path, byte[] attribute) {
    Scratch scratch = Scratch.begin();
    long file = scratch.name(path);
    long name = scratch.name(attribute);
    long value = scratch.large();
    return value(
        Syscalls.call(Syscall.LGETXATTR, file, name, value, Scratch.LARGE_SIZE),
        Syscall.LGETXATTR,
        path,
        value);
  }

  /** The value of an attribute by path, after symbolic links. */
  public static Optional<byte[]> get(byte[] path, byte[] attribute) {
    Scratch scratch = Scratch.begin();
    long file = scratch.name(path);
    long name = scratch.name(attribute);
    long value = scratch.large();
    return value(
        Syscalls.call(Syscall.GETXATTR, file, name, value, Scratch.LARGE_SIZE),
        Syscall.GETXATTR,
        path,
        value);
  }

  /** Sets an open file's attribute; flags 0, XATTR_CREATE or XATTR_REPLACE. */
  public static void fset(int fd, byte[] attribute, byte[] value, int flags) {
    Scratch scratch = Scratch.begin();
    long name = scratch.name(attribute);
    long content = content(scratch, value, attribute);
    Syscalls.check(
        Syscalls.call(Syscall.FSETXATTR, fd, name, content, value.length, flags),
        Syscall.FSETXATTR,
        attribute);
  }

  /** Sets an attribute by path; flags 0, XATTR_CREATE or XATTR_REPLACE. */
  public static void lset(byte[] path, byte[] attribute, byte[] value, int flags) {
    Scratch scratch = Scratch.begin();
    long file = scratch.name(path);
    long name = scratch.name(attribute);
    long content = content(scratch, value, attribute);
    Syscalls.check(
        Syscalls.call(Syscall.LSETXATTR, file, name, content, value.length, flags),
        Syscall.LSETXATTR,
        path);
  }

  /** Sets an attribute by path, after symbolic links; flags 0, XATTR_CREATE or XATTR_REPLACE. */
  public static void set(byte[] path, byte[] attribute, byte[] value, int flags) {
    Scratch scratch = Scratch.begin();
    long file = scratch.name(path);
    long name = scratch.name(attribute);
    long content = content(scratch, value, attribute);
    Syscalls.check(
        Syscalls.call(Syscall.SETXATTR, file, name, content, value.length, flags),
        Syscall.SETXATTR,
        path);
  }

  /** The names of an open file's attributes. */
  public static List<byte[]> flist(int fd) {
    long list = Scratch.begin().large();
    long length = Syscalls.call(Syscall.FLISTXATTR, fd, list, Scratch.LARGE_SIZE);
    return names(list, Syscalls.check(length, Syscall.FLISTXATTR, fd));
  }

  /** The names of the attributes by path. */
  public static List<byte[]> llist(byte[] path) {
    Scratch scratch = Scratch.begin();
    long file = scratch.name(path);
    long list = scratch.large();
    long length = Syscalls.call(Syscall.LLISTXATTR, file, list, Scratch.LARGE_SIZE);
    return names(list, Syscalls.check(length, Syscall.LLISTXATTR, path));
  }

  /** The names of the attributes by path, after symbolic links. */
  public static List<byte[]> list(byte[] path) {
    Scratch scratch = Scratch.begin();
    long file = scratch.name(path);
    long list = scratch.large();
    long length = Syscalls.call(Syscall.LISTXATTR, file, list, Scratch.LARGE_SIZE);
    return names(list, Syscalls.check(length, Syscall.LISTXATTR, path));
  }

  /** Removes an open file's attribute; false if it was not there. */
  public static boolean fremove(int fd, byte[] attribute) {
    long name = Scratch.begin().name(attribute);
    return removed(Syscalls.call(Syscall.FREMOVEXATTR, fd, name), Syscall.FREMOVEXATTR, attribute);
  }

  /** Removes an attribute by path; false if it was not there. */
  public static boolean lremove(byte[] path, byte[] attribute) {
    Scratch scratch = Scratch.begin();
    long file = scratch.name(path);
    long name = scratch.name(attribute);
    return removed(Syscalls.call(Syscall.LREMOVEXATTR, file, name), Syscall.LREMOVEXATTR, path);
  }

  /** Removes an attribute by path, after symbolic links; false if it was not there. */
  public static boolean remove(byte[] path, byte[] attribute) {
    Scratch scratch = Scratch.begin();
    long file = scratch.name(path);
    long name = scratch.name(attribute);
    return removed(Syscalls.call(Syscall.REMOVEXATTR, file, name), Syscall.REMOVEXATTR, path);
  }

  private static Optional<byte[]> value(long result, Syscall call, byte[] subject, long value) {
    if (result == -Errno.ENODATA.number()) {
      return Optional.empty();
    }
    Syscalls.check(result, call, subject);
    return Optional.of(Memory.bytes(value, (int) result));
  }

  private static long content(Scratch scratch, byte[] value, byte[] attribute) {
    if (value.length > Scratch.LARGE_SIZE) {
      throw LinuxException.ofName(Errno.E2BIG, attribute);
    }
    long content = scratch.large();
    Memory.copyIn(content, value, 0, value.length);
    return content;
  }

  private static boolean removed(long result, Syscall call, byte[] subject) {
    if (result == -Errno.ENODATA.number()) {
      return false;
    }
    Syscalls.check(result, call, subject);
    return true;
  }

  private static List<byte[]> names(long list, long length) {
    List<byte[]> names = new ArrayList<>();
    int at = 0;
    while (at < length) {
      int nameLength = Memory.stringLength(list + at, (int) length - at);
      names.add(Memory.bytes(list + at, nameLength));
      at += nameLength + 1;
    }
    return names;
  }
}
