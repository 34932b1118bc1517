package dev.lamina.archive;

import dev.lamina.tree.Digest;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;

/** The one digest of the image formats. */
final class Sha256 {
  private Sha256() {}

  static MessageDigest start() {
    try {
      return MessageDigest.getInstance("SHA-256");
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException("every Java has SHA-256", e);
    }
  }

  static Digest finish(MessageDigest digest) {
    return Digest.of(digest.digest());
  }
}
