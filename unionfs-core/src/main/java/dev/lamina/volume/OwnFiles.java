package dev.lamina.volume;

import dev.lamina.tree.Digest;
import java.util.Optional;

/** The data files of a volume's changed files, as its comparison with the base reads them. */
interface OwnFiles {
  /**
   * What a data file says of itself.
   *
   * @param size in bytes; 0 also of one that a power cut lost
   * @param modified when it was last changed, ns since the epoch
   */
  record State(long size, long modified) {}

  /** Returns the state of an inode's file, whose record is this one. */
  State state(long inode, InodeRecord record);

  /** Returns the sha256 of an inode's file; none of an empty one. Reads all of it, once. */
  Optional<Digest> digest(long inode);
}
