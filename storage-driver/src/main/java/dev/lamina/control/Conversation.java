package dev.lamina.control;

import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.nio.channels.SocketChannel;
import java.util.Arrays;
import java.util.Optional;
import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.BlockingQueue;

/**
 * One request's conversation, as its handler sees it: what the client sends along, and what it
 * hears before the answer. Thread-safe, but for the streams.
 */
public final class Conversation {
  private static final int QUEUED_PIECES = 16;

  private final SocketChannel channel;
  private final BlockingQueue<Frame> incoming = new ArrayBlockingQueue<>(QUEUED_PIECES);
  private final Object sending = new Object();
  private final Object ending = new Object();
  private volatile boolean answered;

  Conversation(SocketChannel channel) {
    this.channel = channel;
  }

  /** Tells the client how far it is. */
  public void progress(Reply.Progress progress) {
    tell(progress);
  }

  /** Tells the client something it should know. */
  public void warn(String text) {
    tell(new Reply.Warning(text));
  }

  /** Returns what the client sends along. */
  public InputStream input() {
    return new Incoming();
  }

  /**
   * Returns where to send data to the client. Closing it says that this was all: who fails before
   * leaves it open.
   */
  public OutputStream output() {
    return new Outgoing();
  }

  /**
   * Takes data frames from the client until it is gone, then interrupts the handler. Is not to be
   * interrupted itself: that would close the channel before the answer is out.
   */
  void listen(Thread handler) {
    try {
      for (var frame = next(); frame.isPresent(); frame = next()) {
        if (!answered) {
          incoming.put(frame.get());
        }
      }
    } catch (IOException e) {
      // The client is gone, as with an orderly end: its request is cancelled below.
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
    synchronized (ending) {
      if (!answered) {
        handler.interrupt();
      }
    }
  }

  private Optional<Frame> next() throws IOException {
    return Frame.read(channel, Frame.MAX_REQUEST_LENGTH);
  }

  /** The handler is done: nobody interrupts it from here on, and nobody takes data frames. */
  void answered() {
    synchronized (ending) {
      answered = true;
      Thread.interrupted(); // the answer goes out even where the client half-closed meanwhile
    }
    incoming.clear(); // lets a waiting listener go on to the end of the connection
  }

  void send(Reply reply) throws IOException {
    byte[] message = Messages.encode(reply);
    if (message.length > Frame.MAX_LENGTH) {
      message =
          Messages.encode(
              new Reply.Failure(
                  "the answer is too long to be sent: "
                      + message.length
                      + " bytes, of "
                      + Frame.MAX_LENGTH
                      + " at most; ask for less at once",
                  false));
    }
    synchronized (sending) {
      new Frame(Frame.Type.MESSAGE, message).write(channel);
    }
  }

  private void tell(Reply reply) {
    try {
      send(reply);
    } catch (IOException e) {
      throw new UncheckedIOException("the client is gone", e);
    }
  }

  private final class Incoming extends InputStream {
    private byte[] piece = new byte[0];
    private int position;
    private boolean ended;

    @Override
    public int read() throws IOException {
      byte[] one = new byte[1];
      return read(one, 0, 1) < 0 ? -1 : one[0] & 0xff;
    }

    @Override
    public int read(byte[] target, int offset, int length) throws IOException {
      while (position == piece.length) {
        if (ended) {
          return -1;
        }
        next();
      }
      int n = Math.min(length, piece.length - position);
      System.arraycopy(piece, position, target, offset, n);
      position += n;
      return n;
    }

    private void next() throws IOException {
      try {
        Frame frame = incoming.take();
        ended = frame.type() == Frame.Type.END;
        piece = frame.bytes();
        position = 0;
      } catch (InterruptedException e) {
        Thread.currentThread().interrupt();
        throw new IOException("the client went away before its data ended", e);
      }
    }
  }

  private final class Outgoing extends OutputStream {
    @Override
    public void write(int b) throws IOException {
      write(new byte[] {(byte) b}, 0, 1);
    }

    @Override
    public void write(byte[] source, int offset, int length) throws IOException {
      synchronized (sending) {
        new Frame(Frame.Type.DATA, Arrays.copyOfRange(source, offset, offset + length))
            .write(channel);
      }
    }

    @Override
    public void close() throws IOException {
      synchronized (sending) {
        new Frame(Frame.Type.END, new byte[0]).write(channel);
      }
    }
  }
}
