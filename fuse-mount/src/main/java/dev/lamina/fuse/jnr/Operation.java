package dev.lamina.fuse.jnr;

import java.util.Locale;

/** What libfuse asks for. */
enum Operation {
  GETATTR,
  READLINK,
  OPEN,
  READ,
  RELEASE,
  READDIR,
  GETXATTR,
  LISTXATTR,
  STATFS,
  ACCESS,
  /** Whatever would change something. */
  CHANGE;

  /** The name in statistics and log lines. */
  String title() {
    return name().toLowerCase(Locale.ROOT);
  }
}
