package dev.lamina.tree;

import java.security.DigestException;
import java.security.MessageDigest;

/**
 * Where the pages of a large directory end: after a name whose sha256 ends in eleven zero bits, so
 * that a page has 2,048 entries on average and an entry added or removed moves no other page's end.
 * Not thread-safe.
 */
final class PageCut {
  private final MessageDigest sha256 = Digest.newSha256();
  private final byte[] digest = new byte[Digest.LENGTH];

  boolean after(byte[] array, int offset, int length) {
    try {
      sha256.update(array, offset, length);
      sha256.digest(digest, 0, digest.length);
    } catch (DigestException e) {
      throw new IllegalStateException("a sha256 has 32 bytes", e);
    }
    return digest[31] == 0 && (digest[30] & 7) == 0;
  }
}
