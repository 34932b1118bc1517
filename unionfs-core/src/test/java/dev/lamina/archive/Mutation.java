package dev.lamina.archive;

import java.util.Arrays;
import java.util.Random;

/** Damages bytes at random, the same way for the same seed. */
final class Mutation {
  private final Random random;

  Mutation(long seed) {
    this.random = new Random(seed);
  }

  int below(int bound) {
    return random.nextInt(bound);
  }

  /** One to four changes: bits, bytes, digits, pieces cut out, moved or repeated. */
  byte[] of(byte[] bytes) {
    byte[] mutant = bytes.clone();
    for (int i = 1 + random.nextInt(4); i > 0 && mutant.length > 0; i--) {
      mutant = once(mutant);
    }
    return mutant;
  }

  private byte[] once(byte[] bytes) {
    int at = random.nextInt(bytes.length);
    byte[] mutant = bytes.clone();
    switch (random.nextInt(7)) {
      case 0 -> mutant[at] ^= (byte) (1 << random.nextInt(8));
      case 1 -> mutant[at] = (byte) random.nextInt();
      case 2 -> mutant[at] = (byte) ('0' + random.nextInt(10));
      case 3 -> mutant = Arrays.copyOf(bytes, at);
      case 4 -> Arrays.fill(mutant, at, Math.min(at + 1 + random.nextInt(12), bytes.length), any());
      case 5 -> mutant = splice(bytes, at, piece(bytes, 512), 0);
      default -> mutant = splice(bytes, at, new byte[0], 1 + random.nextInt(512));
    }
    return mutant;
  }

  private byte any() {
    byte[] telling = {0, ' ', '9', '/', '.', '=', (byte) 0x80, (byte) 0xff};
    return telling[random.nextInt(telling.length)];
  }

  private byte[] piece(byte[] bytes, int most) {
    int from = random.nextInt(bytes.length);
    return Arrays.copyOfRange(bytes, from, Math.min(bytes.length, from + 1 + random.nextInt(most)));
  }

  private static byte[] splice(byte[] bytes, int at, byte[] in, int out) {
    int rest = Math.min(bytes.length, at + out);
    byte[] mutant = Arrays.copyOf(bytes, at + in.length + bytes.length - rest);
    System.arraycopy(in, 0, mutant, at, in.length);
    System.arraycopy(bytes, rest, mutant, at + in.length, bytes.length - rest);
    return mutant;
  }

  /** Gives every block that could be a header the checksum of one. */
  static byte[] withChecksums(byte[] tar) {
    byte[] mended = tar.clone();
    for (int block = 0; block + 512 <= mended.length; block += 512) {
      if (mended[block + 257] == 'u' && mended[block + 258] == 's') {
        Arrays.fill(mended, block + 148, block + 156, (byte) ' ');
        int sum = 0;
        for (int i = block; i < block + 512; i++) {
          sum += mended[i] & 0xff;
        }
        byte[] text = TarBytes.latin(String.format("%06o\0 ", sum));
        System.arraycopy(text, 0, mended, block + 148, 8);
      }
    }
    return mended;
  }
}
