package dev.lamina.archive;

import java.io.IOException;
import java.io.OutputStream;
import java.util.ArrayDeque;
import java.util.Objects;
import java.util.Queue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.Executor;
import java.util.zip.CRC32;
import java.util.zip.Deflater;

/**
 * Writes one gzip member (RFC 1952) whose parts are deflated by several threads. The input is cut
 * at fixed places. Each part is deflated by itself, with the 32 KiB before it as its dictionary,
 * and ends at a whole byte with an empty stored block, so the parts one after another are one
 * deflate stream (RFC 1951). What comes out depends on the input alone: not on how many threads
 * there are, nor on how it was written.
 *
 * <p>Written by one thread. It takes {@code ahead} times about 550 KiB of memory, and each thread's
 * deflater as much as zlib takes, about 256 KiB.
 */
final class GzipOutput extends OutputStream {
  static final int PART = 256 << 10;
  static final int WINDOW = 32 << 10;

  private static final int SPARE = 4 << 10;
  private static final byte[] HEADER = {
    0x1f, (byte) 0x8b, Deflater.DEFLATED, 0, 0, 0, 0, 0, 0, (byte) 0xff
  };

  private final OutputStream out;
  private final Executor threads;
  private final int ahead;
  private final Queue<CompletableFuture<Part>> running = new ArrayDeque<>();
  private final Queue<Part> free = new ArrayDeque<>();
  private final Queue<Deflater> deflaters = new ConcurrentLinkedQueue<>();
  private final CRC32 crc = new CRC32();
  private long count;
  private Part current = new Part();
  private boolean begun;
  private boolean closed;

  /**
   * Begins a member.
   *
   * @param out what closing closes
   * @param threads deflate; where it is {@code Runnable::run}, the writer does
   * @param ahead how many parts may be deflated or wait to be written at a time, at least one
   */
  GzipOutput(OutputStream out, Executor threads, int ahead) {
    if (ahead < 1) {
      throw new IllegalArgumentException("at least one part is deflated at a time");
    }
    this.out = out;
    this.threads = threads;
    this.ahead = ahead;
  }

  /** A part of the input and what becomes of it; its buffers are used again. */
  private final class Part {
    private final byte[] input = new byte[WINDOW + PART];
    private byte[] output = new byte[PART + SPARE];
    private int dictionary;
    private int length;
    private int deflated;
    private boolean last;

    private Part deflate() {
      Deflater idle = deflaters.poll();
      Deflater deflater = idle == null ? new Deflater(Deflater.DEFAULT_COMPRESSION, true) : idle;
      try {
        while (!fits(deflater)) {
          // Asked to go on, a flush might begin again; so the whole part is done again.
          deflater.reset();
          output = new byte[2 * output.length];
        }
        deflater.reset();
        return this;
      } finally {
        deflaters.add(deflater);
      }
    }

    /** Deflates all of it; returns whether there was room, with some left over. */
    private boolean fits(Deflater deflater) {
      if (dictionary > 0) {
        deflater.setDictionary(input, WINDOW - dictionary, dictionary);
      }
      deflater.setInput(input, WINDOW, length);
      if (last) {
        deflater.finish();
      }
      int mode = last ? Deflater.NO_FLUSH : Deflater.SYNC_FLUSH;
      deflated = deflater.deflate(output, 0, output.length, mode);
      return deflated < output.length;
    }
  }

  @Override
  public void write(int b) throws IOException {
    write(new byte[] {(byte) b}, 0, 1);
  }

  @Override
  public void write(byte[] bytes, int offset, int length) throws IOException {
    Objects.checkFromIndexSize(offset, length, bytes.length);
    if (closed) {
      throw new IOException("the gzip stream is closed");
    }
    crc.update(bytes, offset, length);
    count += length;
    int done = 0;
    while (done < length) {
      if (current.length == PART) {
        next();
      }
      int n = Math.min(length - done, PART - current.length);
      System.arraycopy(bytes, offset + done, current.input, WINDOW + current.length, n);
      current.length += n;
      done += n;
    }
  }

  /** Lets the current part, which is full and not the last, be deflated, and begins another. */
  private void next() throws IOException {
    Part full = current;
    submit();
    Part fresh = free.isEmpty() ? new Part() : free.remove();
    // The running part only reads its input, so what it ends with may be read here too.
    System.arraycopy(full.input, PART, fresh.input, 0, WINDOW);
    fresh.dictionary = WINDOW;
    fresh.length = 0;
    current = fresh;
  }

  private void submit() throws IOException {
    if (running.size() == ahead) {
      free.add(writeOldest());
    }
    running.add(CompletableFuture.supplyAsync(current::deflate, threads));
  }

  private Part writeOldest() throws IOException {
    Part oldest = running.remove().join();
    if (!begun) {
      begun = true;
      out.write(HEADER);
    }
    out.write(oldest.output, 0, oldest.deflated);
    return oldest;
  }

  /** Passes on what has been deflated; what is not a whole part stays. */
  @Override
  public void flush() throws IOException {
    while (!running.isEmpty()) {
      free.add(writeOldest());
    }
    out.flush();
  }

  /** Ends the member and closes the stream below. */
  @Override
  public void close() throws IOException {
    if (closed) {
      return;
    }
    closed = true;
    try (out) {
      current.last = true;
      submit();
      while (!running.isEmpty()) {
        writeOldest();
      }
      trailer((int) crc.getValue());
      trailer((int) count);
    } finally {
      // Where writing failed, the threads still use what is about to be given back.
      running.forEach(part -> part.handle((_, _) -> true).join());
      deflaters.forEach(Deflater::end);
    }
  }

  private void trailer(int value) throws IOException {
    for (int shift = 0; shift < 32; shift += 8) {
      out.write(value >> shift);
    }
  }
}
