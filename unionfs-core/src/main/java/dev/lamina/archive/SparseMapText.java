package dev.lamina.archive;

import dev.lamina.archive.TarHeader.BadHeaderException;
import java.io.IOException;

/** The numbers at the start of the data of a sparse entry in pax format 1.0, block by block. */
final class SparseMapText {
  private final TarInput in;
  private final byte[] block = new byte[TarHeader.BLOCK];
  private int position = TarHeader.BLOCK;

  SparseMapText(TarInput in) {
    this.in = in;
  }

  /** Returns the next line as a number. */
  long number() throws IOException, BadHeaderException {
    long value = 0;
    for (int digits = 0; ; digits++) {
      if (position == TarHeader.BLOCK) {
        if (in.block(block) < TarHeader.BLOCK) {
          throw new BadHeaderException("the archive is cut off in its sparse map");
        }
        position = 0;
      }
      byte b = block[position++];
      if (b == '\n' && digits > 0) {
        return value;
      }
      if (b < '0' || b > '9' || digits == 18) {
        throw new BadHeaderException("its sparse map is malformed");
      }
      value = value * 10 + b - '0';
    }
  }
}
