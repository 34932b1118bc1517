package dev.lamina.archive;

import dev.lamina.tree.Digest;

/** Where a framing is kept: its bytes, and beside them the table of the blobs that it names. */
interface FramingSink {
  /** Returns the index of a blob in the framing's table; equal blobs share one. */
  int blob(Digest digest, long size);

  /** Appends bytes of the framing. */
  void write(byte[] bytes, int offset, int length);
}
