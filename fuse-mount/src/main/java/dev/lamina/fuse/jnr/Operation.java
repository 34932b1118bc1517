package dev.lamina.fuse.jnr;

import java.util.Locale;

/** What libfuse asks for. */
enum Operation {
  GETATTR,
  FGETATTR,
  CHMOD,
  CHOWN,
  TRUNCATE,
  UTIMENS,
  READLINK,
  MKNOD,
  MKDIR,
  SYMLINK,
  LINK,
  UNLINK,
  RMDIR,
  RENAME,
  CREATE,
  OPEN,
  READ,
  WRITE,
  FALLOCATE,
  FSYNC,
  RELEASE,
  OPENDIR,
  READDIR,
  FSYNCDIR,
  RELEASEDIR,
  GETXATTR,
  LISTXATTR,
  SETXATTR,
  REMOVEXATTR,
  STATFS;

  /** The name in statistics and log lines. */
  String title() {
    return name().toLowerCase(Locale.ROOT);
  }
}
