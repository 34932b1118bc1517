package dev.lamina.volume;

import dev.lamina.tree.Digest;

/** Where the bytes of inherited files are: the store. */
interface Contents {
  /**
   * Opens a blob for reading.
   *
   * @throws dev.lamina.fs.FsException EIO where it is damaged or absent
   */
  DataSource open(Digest blob, long size);

  /**
   * As {@link #open}, for a file that the kernel may be given to read by itself: {@link
   * DataSource.Guarded} where that is safe.
   */
  default DataSource openForKernel(Digest blob, long size) {
    return open(blob, size);
  }

  /** How often what was sound was found not to be: then nothing is used again that was open. */
  default long condemned() {
    return 0;
  }
}
