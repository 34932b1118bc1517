package dev.lamina.volume;

import dev.lamina.linux.FileIo;
import dev.lamina.store.Cancellation;
import dev.lamina.tree.Digest;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;

/** Computes the sha256 of open files. */
final class FileHash {
  private static final int BUFFER = 1 << 18;

  private FileHash() {}

  /** Returns the sha256 of the first {@code size} bytes, of fewer where the file is shorter. */
  static Digest of(int descriptor, long size) {
    MessageDigest hash = sha256();
    byte[] buffer = new byte[(int) Math.min(BUFFER, Math.max(size, 1))];
    long at = 0;
    while (at < size) {
      Cancellation.check();
      int read =
          FileIo.readFully(descriptor, buffer, 0, (int) Math.min(buffer.length, size - at), at);
      if (read == 0) {
        break;
      }
      hash.update(buffer, 0, read);
      at += read;
    }
    return Digest.of(hash.digest());
  }

  private static MessageDigest sha256() {
    try {
      return MessageDigest.getInstance("SHA-256");
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException("every Java platform has SHA-256", e);
    }
  }
}
