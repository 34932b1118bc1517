package dev.lamina.store;

import dev.lamina.tree.Digest;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;

/** Keys that are a text or a digest and nothing more. */
final class RowKeys {
  private static final int DIGEST_LENGTH = 32;

  private RowKeys() {}

  static byte[] of(String text) {
    return text.getBytes(StandardCharsets.UTF_8);
  }

  static String text(byte[] key) {
    try {
      return StandardCharsets.UTF_8.newDecoder().decode(ByteBuffer.wrap(key)).toString();
    } catch (CharacterCodingException e) {
      throw new MalformedRecordException("a key that is not UTF-8");
    }
  }

  static Digest digest(byte[] key) {
    if (key.length != DIGEST_LENGTH) {
      throw new MalformedRecordException("a digest of " + key.length + " bytes");
    }
    return Digest.of(key);
  }
}
