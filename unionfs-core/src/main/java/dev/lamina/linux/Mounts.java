package dev.lamina.linux;

import java.nio.charset.StandardCharsets;

/**
 * Mounting and unmounting (include/uapi/linux/mount.h). Almost all of it needs CAP_SYS_ADMIN in the
 * user namespace of the mount namespace. All throw {@link LinuxException} with the errno of the
 * manual page. Thread-safe.
 */
public final class Mounts {
  /** Read-only. */
  public static final long MS_RDONLY = 1;

  /** Set-user-id and file capabilities have no effect. */
  public static final long MS_NOSUID = 2;

  /** Device files cannot be opened. */
  public static final long MS_NODEV = 4;

  /** Programs cannot be executed. */
  public static final long MS_NOEXEC = 8;

  /** Change the flags of a mount. */
  public static final long MS_REMOUNT = 0x20;

  /** Access times are not kept. */
  public static final long MS_NOATIME = 0x400;

  /** Mount a directory or file at a second place. */
  public static final long MS_BIND = 0x1000;

  /** Move a mount. */
  public static final long MS_MOVE = 0x2000;

  /** The mounts below, too. */
  public static final long MS_REC = 0x4000;

  /** Mounts here are seen nowhere else. */
  public static final long MS_PRIVATE = 0x40000;

  /** Mounts from outside are seen here, not the other way. */
  public static final long MS_SLAVE = 0x80000;

  /** Mounts here are seen in the peers, and theirs here. */
  public static final long MS_SHARED = 0x100000;

  /** umount2: even if the server does not answer. */
  public static final int MNT_FORCE = 1;

  /** umount2: out of sight now, ended when its last user goes. */
  public static final int MNT_DETACH = 2;

  /** umount2: do not follow a symbolic link. */
  public static final int UMOUNT_NOFOLLOW = 8;

  /** open_tree: a clone that is mounted nowhere. */
  public static final int OPEN_TREE_CLONE = 1;

  /** move_mount: the source is the descriptor itself. */
  public static final int MOVE_MOUNT_F_EMPTY_PATH = 0x04;

  /** move_mount: the target is the descriptor itself. */
  public static final int MOVE_MOUNT_T_EMPTY_PATH = 0x40;

  /** mount_setattr: read-only. */
  public static final long MOUNT_ATTR_RDONLY = 0x01;

  /** mount_setattr: no set-user-id. */
  public static final long MOUNT_ATTR_NOSUID = 0x02;

  /** mount_setattr: no devices. */
  public static final long MOUNT_ATTR_NODEV = 0x04;

  /** mount_setattr: no programs. */
  public static final long MOUNT_ATTR_NOEXEC = 0x08;

  /** mount_setattr: the bits that choose how access times are kept. */
  public static final long MOUNT_ATTR_ATIME = 0x70;

  /** mount_setattr: access times are not kept. */
  public static final long MOUNT_ATTR_NOATIME = 0x10;

  /** mount_setattr: owners are mapped by a user namespace. */
  public static final long MOUNT_ATTR_IDMAP = 0x100000;

  private static final int FSOPEN_CLOEXEC = 1;
  private static final int FSMOUNT_CLOEXEC = 1;
  private static final int FSCONFIG_CMD_CREATE = 6;
  private static final int ATTR_SIZE = 32;
  private static final byte[] EMPTY = {};

  private Mounts() {}

  /**
   * Mounts, remounts, binds or changes propagation, by the flags.
   *
   * @param data the file system's own options, separated by commas; below 4096 bytes
   */
  public static void mount(byte[] source, byte[] target, String type, long flags, byte[] data) {
    Scratch scratch = Scratch.begin();
    long what = scratch.name(source);
    long where = scratch.name(target);
    long kind = scratch.name(type);
    long options = scratch.name(data);
    long result = Syscalls.call(Syscall.MOUNT, what, where, kind, flags, options);
    Syscalls.check(result, Syscall.MOUNT, source, target);
  }

  /** Unmounts what is mounted at a path, by the MNT_ flags. */
  public static void umount(byte[] target, int flags) {
    long path = Scratch.begin().name(target);
    Syscalls.check(Syscalls.call(Syscall.UMOUNT2, path, flags), Syscall.UMOUNT2, target);
  }

  /**
   * A new mount of a file system that needs no options, mounted nowhere: a descriptor to open files
   * by, with which it ends.
   */
  public static Fd detached(String type) {
    long name = Scratch.begin().name(type);
    long context = Syscalls.call(Syscall.FSOPEN, name, FSOPEN_CLOEXEC);
    Syscalls.check(context, Syscall.FSOPEN, type.getBytes(StandardCharsets.UTF_8));
    try (Fd configuration = Fd.own((int) context)) {
      int fd = configuration.value();
      Syscalls.check(
          Syscalls.call(Syscall.FSCONFIG, fd, FSCONFIG_CMD_CREATE), Syscall.FSCONFIG, fd);
      long mount = Syscalls.call(Syscall.FSMOUNT, fd, FSMOUNT_CLOEXEC, 0);
      return Fd.own((int) Syscalls.check(mount, Syscall.FSMOUNT, fd));
    }
  }

  /** A descriptor of a mount, or with OPEN_TREE_CLONE of a detached copy that ends with it. */
  public static Fd openTree(int directory, byte[] name, int flags) {
    long path = Scratch.begin().name(name);
    long fd = Syscalls.call(Syscall.OPEN_TREE, directory, path, flags | FileOpen.O_CLOEXEC);
    return Fd.own((int) Syscalls.check(fd, Syscall.OPEN_TREE, name));
  }

  /** Attaches the mount of {@link #openTree} at a path. */
  public static void attach(int tree, int directory, byte[] name) {
    Scratch scratch = Scratch.begin();
    long from = scratch.name(EMPTY);
    long to = scratch.name(name);
    Syscalls.check(
        Syscalls.call(Syscall.MOVE_MOUNT, tree, from, directory, to, MOVE_MOUNT_F_EMPTY_PATH),
        Syscall.MOVE_MOUNT,
        name);
  }

  /** Moves a mount; move_mount(2) as it is. */
  public static void moveMount(
      int fromDirectory, byte[] fromName, int toDirectory, byte[] toName, int flags) {
    Scratch scratch = Scratch.begin();
    long from = scratch.name(fromName);
    long to = scratch.name(toName);
    long result = Syscalls.call(Syscall.MOVE_MOUNT, fromDirectory, from, toDirectory, to, flags);
    Syscalls.check(result, Syscall.MOVE_MOUNT, fromName, toName);
  }

  /**
   * Sets and clears MOUNT_ATTR_ bits of the mount a descriptor of {@link #openTree} is of, here
   * only or with AT_RECURSIVE below, too.
   *
   * @param userNamespace with MOUNT_ATTR_IDMAP a descriptor of the namespace, else 0
   */
  public static void setAttributes(int tree, int flags, long set, long clear, int userNamespace) {
    Scratch scratch = Scratch.begin();
    long path = scratch.name(EMPTY);
    long attributes = scratch.block(ATTR_SIZE);
    Memory.putLong(attributes, set);
    Memory.putLong(attributes + 8, clear);
    Memory.putLong(attributes + 24, userNamespace);
    Syscalls.check(
        Syscalls.call(
            Syscall.MOUNT_SETATTR,
            tree,
            path,
            flags | FileAttributes.AT_EMPTY_PATH,
            attributes,
            ATTR_SIZE),
        Syscall.MOUNT_SETATTR,
        tree);
  }

  /**
   * A detached, read-only copy of the mount a directory lies on, as a descriptor to open files by:
   * opening one of them for writing is EROFS. Shows in no list of mounts.
   */
  public static Fd readOnlyClone(int directory, byte[] name) {
    Fd tree = openTree(directory, name, OPEN_TREE_CLONE);
    try {
      setAttributes(tree.value(), 0, MOUNT_ATTR_RDONLY, 0, 0);
      return tree;
    } catch (LinuxException e) {
      tree.close();
      throw e;
    }
  }
}
