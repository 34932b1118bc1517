package dev.lamina.cli;

import java.io.FileDescriptor;
import java.io.FileOutputStream;
import java.io.FilterOutputStream;
import java.io.IOException;

/**
 * Standard output, which knows whether it is a pipe that nobody reads any more. Not thread-safe.
 */
final class StandardOutput extends FilterOutputStream {
  private boolean abandoned;

  StandardOutput() {
    super(new FileOutputStream(FileDescriptor.out));
  }

  @Override
  public void write(byte[] bytes, int offset, int length) throws IOException {
    try {
      out.write(bytes, offset, length);
    } catch (IOException e) {
      // strerror(EPIPE); Java has no class for it
      abandoned |= "Broken pipe".equals(e.getMessage());
      throw e;
    }
  }

  /** Returns whether whoever read has gone, as {@code head} does when it has enough. */
  boolean isAbandoned() {
    return abandoned;
  }
}
