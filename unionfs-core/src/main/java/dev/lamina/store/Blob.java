package dev.lamina.store;

import dev.lamina.tree.Digest;
import java.nio.file.Path;

/** The bytes of one regular file, as they lie in the store. */
public sealed interface Blob {
  /** Returns the sha256 of the bytes. */
  Digest digest();

  /** Returns their number. */
  long size();

  /**
   * A small one, a value in the database.
   *
   * @param digest sha256 of the bytes
   * @param bytes the bytes, which nobody changes
   */
  @SuppressWarnings("ArrayRecordComponent") // compared by digest; never copied, for it is hot
  record Inline(Digest digest, byte[] bytes) implements Blob {
    @Override
    public long size() {
      return bytes.length;
    }

    @Override
    public boolean equals(Object other) {
      return other instanceof Inline inline && inline.digest.equals(digest);
    }

    @Override
    public int hashCode() {
      return digest.hashCode();
    }

    @Override
    public String toString() {
      return "Inline[" + digest + ", " + bytes.length + " bytes]";
    }
  }

  /**
   * A large one, a plain file. It may be opened and read, never written nor renamed.
   *
   * @param digest sha256 of the bytes
   * @param size their number
   * @param path the file
   */
  record ObjectFile(Digest digest, long size, Path path) implements Blob {}
}
