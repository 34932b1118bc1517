package dev.lamina.archive;

import java.io.IOException;
import java.io.InputStream;
import java.io.InterruptedIOException;
import java.util.Optional;
import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.BlockingQueue;

/**
 * Reads a stream on a thread of its own, a bounded number of buffers ahead: one stage of a
 * pipeline. Used by one reader. Closing ends the thread, waits for it, and closes the stream. The
 * thread is never interrupted: that would close a channel under it, which other layers read too.
 */
final class ReadAhead extends InputStream {
  private static final int BUFFER = 1 << 17;
  private static final int BUFFERS = 6;

  /** What the thread hands over: bytes, then once the end or the failure. */
  @SuppressWarnings("ArrayRecordComponent") // a buffer, never compared
  private record Chunk(byte[] bytes, int length, Optional<Throwable> failure) {}

  private final InputStream source;
  private final BlockingQueue<Chunk> full = new ArrayBlockingQueue<>(BUFFERS);
  private final BlockingQueue<byte[]> free = new ArrayBlockingQueue<>(BUFFERS);
  private final Thread thread;
  private volatile boolean closed;
  private Chunk current = new Chunk(new byte[0], 0, Optional.empty());
  private int position;
  private boolean ended;

  ReadAhead(String name, InputStream source) {
    this.source = source;
    for (int i = 0; i < BUFFERS - 1; i++) {
      free.add(new byte[BUFFER]);
    }
    this.thread = Thread.ofPlatform().name("archive-" + name).daemon().start(this::pump);
  }

  private void pump() {
    try {
      Optional<Throwable> failure = Optional.empty();
      byte[] buffer = new byte[0];
      int n = 0;
      while (n >= 0) {
        buffer = free.take();
        if (closed) {
          return;
        }
        try {
          n = source.readNBytes(buffer, 0, buffer.length);
          if (n == 0) {
            n = -1;
          }
        } catch (IOException | RuntimeException | Error e) {
          failure = Optional.of(e);
          n = -1;
        }
        full.put(new Chunk(buffer, n, failure));
      }
    } catch (InterruptedException e) {
      throw new IllegalStateException("nobody interrupts this thread", e);
    }
  }

  @Override
  public int read() throws IOException {
    byte[] one = new byte[1];
    return read(one, 0, 1) < 0 ? -1 : one[0] & 0xff;
  }

  @Override
  public int read(byte[] target, int offset, int length) throws IOException {
    if (length == 0) {
      return 0;
    }
    while (!ended && position == current.length()) {
      next();
    }
    if (ended) {
      return -1;
    }
    int n = Math.min(length, current.length() - position);
    System.arraycopy(current.bytes(), position, target, offset, n);
    position += n;
    return n;
  }

  private void next() throws IOException {
    try {
      if (current.bytes().length > 0) {
        free.put(current.bytes());
      }
      current = full.take();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new InterruptedIOException("interrupted while reading an archive");
    }
    position = 0;
    if (current.length() < 0) {
      ended = true;
      if (current.failure().isPresent()) {
        Throwable failure = current.failure().get();
        switch (failure) {
          case IOException e -> throw e;
          case RuntimeException e -> throw e;
          case Error e -> throw e;
          default -> throw new IOException(failure);
        }
      }
    }
  }

  @Override
  public void close() throws IOException {
    ended = true;
    if (!closed) {
      closed = true;
      // It waits for nothing but a buffer, and there is room for one more than there are.
      free.add(new byte[0]);
    }
    boolean interrupted = false;
    while (thread.isAlive()) {
      try {
        thread.join();
      } catch (InterruptedException e) {
        interrupted = true;
      }
    }
    if (interrupted) {
      Thread.currentThread().interrupt();
    }
    source.close();
  }
}
