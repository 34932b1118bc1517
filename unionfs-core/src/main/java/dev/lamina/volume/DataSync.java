package dev.lamina.volume;

import dev.lamina.linux.LinuxException;
import java.util.List;
import java.util.function.Consumer;

/** Brings data files to disk: {@link DataFiles}, or whoever in a test wants to know of it. */
interface DataSync {
  /**
   * A file that was not brought to disk.
   *
   * @param isTold whether the kernel has told of a failed write: it does so once, and takes what it
   *     could not write for written, so that success later on says nothing
   */
  record Failure(long inode, boolean isTold, LinuxException cause) {}

  /**
   * The data of these inodes' files, of each one whatever becomes of the others; a file that is
   * gone has none.
   *
   * @param failures takes what failed, perhaps more than once for a file
   */
  void sync(List<Long> inodes, Consumer<Failure> failures);

  /** Whether an inode's file is there still. */
  boolean has(long inode);

  /** The names of files that were made since this was last done. */
  void syncNames();
}
