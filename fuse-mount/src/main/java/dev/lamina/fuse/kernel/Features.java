package dev.lamina.fuse.kernel;

import dev.lamina.fs.TransportFeatures;

/**
 * What was agreed on with the kernel for one connection.
 *
 * @param minor the protocol's minor version in force, 31 to 45
 * @param flags the flags in force, as {@link InitFlag#bit}
 * @param maxWrite the most bytes that one request carries
 */
record Features(int minor, long flags, int maxWrite) {
  /** Whether a feature is in force. */
  boolean has(InitFlag flag) {
    return (flags & flag.bit()) != 0;
  }

  /** These without one of them. */
  Features without(InitFlag flag) {
    return new Features(minor, flags & ~flag.bit(), maxWrite);
  }

  /** What a file system may know of it. */
  TransportFeatures forFileSystem() {
    return new TransportFeatures(
        has(InitFlag.PASSTHROUGH),
        has(InitFlag.HANDLE_KILLPRIV_V2),
        has(InitFlag.POSIX_ACL) && has(InitFlag.DONT_MASK));
  }
}
