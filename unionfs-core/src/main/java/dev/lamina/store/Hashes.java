package dev.lamina.store;

import dev.lamina.tree.Digest;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;

/** sha256, piece by piece. */
final class Hashes {
  private Hashes() {}

  static MessageDigest sha256() {
    try {
      return MessageDigest.getInstance("SHA-256");
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException("Java without SHA-256", e);
    }
  }

  /** The digest of what the hash was given; it starts anew. */
  static Digest digest(MessageDigest hash) {
    return Digest.of(hash.digest());
  }
}
