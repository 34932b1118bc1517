package dev.lamina.archive;

import dev.lamina.tree.Digest;
import java.util.Optional;

/** Where the contents of files go as they are read. */
interface ContentSink {
  /** Begins one file of about this size (an archive may lie). */
  Content begin(long sizeHint);

  /** One file being stored. Closed without {@link #finish}, nothing of it stays. */
  interface Content extends AutoCloseable {
    /** Appends bytes. */
    void write(byte[] bytes, int offset, int length);

    /** Ends the file and returns the sha256 of its content; empty for an empty file. */
    Optional<Digest> finish();

    @Override
    void close();
  }
}
