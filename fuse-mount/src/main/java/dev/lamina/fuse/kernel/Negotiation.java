package dev.lamina.fuse.kernel;

import java.util.ArrayList;
import java.util.EnumSet;
import java.util.List;
import java.util.Set;

/**
 * The first exchange of a connection ({@code struct fuse_init_in}: major u32, minor u32, readahead
 * u32, flags u32, and from 7.36 on the upper flags u32). A pure function from what the kernel
 * offers to what is answered.
 *
 * @param features what is in force from here on
 * @param missing what this kernel does not offer, in the order of the flags
 */
record Negotiation(Features features, List<InitFlag> missing) {
  /** The protocol's major version. */
  static final int MAJOR = 7;

  /** The oldest minor version that is served, of Linux 5.4. */
  static final int OLDEST_MINOR = 31;

  /** The newest minor version whose messages are known here. */
  static final int NEWEST_MINOR = 45;

  /** The most bytes that a read or write request carries. */
  static final int MAX_WRITE = 1 << 20;

  /** What a request holds where the kernel does not say otherwise. */
  private static final int UNPAGED_MAX_PAGES = 32;

  private static final int MAX_BACKGROUND = 64;
  private static final int CONGESTION = 48;
  private static final int FLAGS_2 = 16;

  Negotiation {
    missing = List.copyOf(missing);
  }

  /** What to do with an INIT request. */
  sealed interface Answer {
    /** The version is one that is served. */
    record Agreed(Negotiation negotiation) implements Answer {}

    /** The kernel speaks a newer major version: it is told ours and asks again. */
    record AskAgain() implements Answer {}

    /** The kernel is too old. */
    record TooOld(int major, int minor) implements Answer {}
  }

  /** Decides on an INIT request, with all features wanted. */
  static Answer decide(Request init, int pageSize) {
    return decide(init, EnumSet.allOf(InitFlag.class), pageSize);
  }

  /**
   * Decides on an INIT request; features that are not wanted are as if not offered.
   *
   * @param pageSize the machine's, which requests are counted in
   */
  static Answer decide(Request init, Set<InitFlag> wanted, int pageSize) {
    int major = init.intAt(0);
    int minor = init.intAt(4);
    if (major > MAJOR) {
      return new Answer.AskAgain();
    }
    if (major < MAJOR || minor < OLDEST_MINOR) {
      return new Answer.TooOld(major, minor);
    }
    long offered = Integer.toUnsignedLong(init.intAt(12));
    if ((offered & InitFlag.INIT_EXT.bit()) != 0 && init.length() >= FLAGS_2 + Integer.BYTES) {
      offered |= (long) init.intAt(FLAGS_2) << 32;
    }
    long flags = 0;
    List<InitFlag> missing = new ArrayList<>();
    for (InitFlag flag : InitFlag.values()) {
      if ((offered & flag.bit()) != 0 && wanted.contains(flag)) {
        flags |= flag.bit();
      } else {
        missing.add(flag);
      }
    }
    boolean pages = (flags & InitFlag.MAX_PAGES.bit()) != 0;
    Features features =
        new Features(
            Math.min(minor, NEWEST_MINOR),
            flags,
            pages ? MAX_WRITE : Math.min(MAX_WRITE, UNPAGED_MAX_PAGES * pageSize));
    return new Answer.Agreed(new Negotiation(features, missing));
  }

  /**
   * Writes the answer to a version that is served ({@code struct fuse_init_out}, 64 bytes).
   *
   * @param readahead the kernel's own value, which is kept
   * @param pageSize the machine's
   */
  void put(Reply reply, int readahead, int pageSize) {
    reply.putInt(MAJOR);
    reply.putInt(features.minor());
    reply.putInt(readahead);
    reply.putInt((int) features.flags());
    reply.putInt(MAX_BACKGROUND | CONGESTION << 16);
    reply.putInt(features.maxWrite());
    // Granularity of times: 1 ns.
    reply.putInt(1);
    // The most pages of a request; the upper half is the alignment of DAX mappings.
    reply.putInt(features.maxWrite() / pageSize);
    reply.putInt((int) (features.flags() >>> 32));
    // How deep what the kernel reads by itself is stacked, this mount included: on no other.
    reply.putInt(features.has(InitFlag.PASSTHROUGH) ? 1 : 0);
    reply.putZeros(24);
  }

  /** Writes the answer to a newer major version: ours, in as many bytes as all versions read. */
  static void putAskAgain(Reply reply) {
    reply.putInt(MAJOR);
    reply.putInt(NEWEST_MINOR);
    reply.putZeros(56);
  }
}
