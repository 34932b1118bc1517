package dev.lamina.volume;

import java.util.List;

/** Brings data files to disk: {@link DataFiles}, or whoever in a test wants to know of it. */
interface DataSync {
  /** The data of these inodes' files; one that is gone has none. */
  void sync(List<Long> inodes);

  /** The names of files that were made since this was last done. */
  void syncNames();

  /** All that was written to the file system that the data is on. */
  void syncFileSystem();
}
