package dev.lamina.volume;

import dev.lamina.tree.Digest;
import java.util.Arrays;

/** What an inode record holds by the inode's kind. */
sealed interface Content {
  /** A regular file without a byte: there is no data anywhere. */
  record NoData() implements Content {
    static final NoData INSTANCE = new NoData();
  }

  /**
   * A regular file whose data is the base's, or a commit's: a blob of the store.
   *
   * @param size in bytes, above 0
   */
  record Inherited(Digest blob, long size) implements Content {}

  /**
   * A regular file with a data file of its own in this volume, which knows size, blocks and mtime.
   */
  record Own() implements Content {
    static final Own INSTANCE = new Own();
  }

  /**
   * A directory.
   *
   * @param inode the inode of the directory that holds its name; the root's is itself
   */
  record Parent(long inode) implements Content {}

  /** A symlink and where it leads. */
  @SuppressWarnings("ArrayRecordComponent") // Never changed after it was made.
  record Target(byte[] bytes) implements Content {
    @Override
    public boolean equals(Object other) {
      return other instanceof Target target && Arrays.equals(bytes, target.bytes);
    }

    @Override
    public int hashCode() {
      return Arrays.hashCode(bytes);
    }
  }

  /** A device and its number, in the encoding of makedev(3). */
  record Device(long number) implements Content {}

  /** A fifo or a socket: nothing. */
  record Nothing() implements Content {
    static final Nothing INSTANCE = new Nothing();
  }
}
