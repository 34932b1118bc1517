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
}
