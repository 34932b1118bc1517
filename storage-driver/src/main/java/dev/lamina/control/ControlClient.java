package dev.lamina.control;

import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.StandardProtocolFamily;
import java.net.UnixDomainSocketAddress;
import java.nio.channels.SocketChannel;
import java.nio.file.Path;
import java.util.Arrays;

/**
 * One conversation with a daemon: connects, asks once, hears the answer. Closing it before that
 * cancels what was asked. Not thread-safe but for {@link #close}.
 */
public final class ControlClient implements AutoCloseable {
  private static final int PIECE = 256 * 1024;

  private final SocketChannel channel;

  private ControlClient(SocketChannel channel) {
    this.channel = channel;
  }

  /**
   * Connects.
   *
   * @throws ControlException where the socket may be somebody else's than this process's user's
   * @throws IOException where no daemon listens there
   */
  public static ControlClient connect(Path socket) throws ControlException, IOException {
    SocketOwner.require(socket);
    SocketChannel channel = SocketChannel.open(StandardProtocolFamily.UNIX);
    try {
      channel.connect(UnixDomainSocketAddress.of(socket));
    } catch (IOException | RuntimeException e) {
      channel.close();
      throw e;
    }
    return new ControlClient(channel);
  }

  /**
   * Asks.
   *
   * @param input what goes along as data frames; an empty stream where the request takes none
   * @param output where data frames of the reply go
   * @return the answer, of the type that the request names
   * @throws ControlException where the daemon says it failed
   * @throws IOException where the connection broke, or {@code input} or {@code output} failed
   */
  public Answer ask(Request request, InputStream input, OutputStream output, ReplyListener listener)
      throws ControlException, IOException {
    new Frame(Frame.Type.MESSAGE, Messages.encode(request)).write(channel);
    Thread sender = Thread.ofVirtual().name("lamina-input").start(() -> send(input));
    try {
      return hear(request, output, listener);
    } finally {
      sender.interrupt();
    }
  }

  private void send(InputStream input) {
    byte[] piece = new byte[PIECE];
    try {
      for (int n = input.read(piece); n >= 0; n = input.read(piece)) {
        new Frame(Frame.Type.DATA, Arrays.copyOf(piece, n)).write(channel);
      }
      new Frame(Frame.Type.END, new byte[0]).write(channel);
    } catch (IOException e) {
      // The input cannot be read or the daemon no longer listens. Without an END the daemon takes
      // the request as cancelled and says so, or has said why it ended it.
      shutDownOutput();
    }
  }

  private void shutDownOutput() {
    try {
      channel.shutdownOutput();
    } catch (IOException e) {
      // Closed already: the daemon sees the end all the same.
    }
  }

  private Answer hear(Request request, OutputStream output, ReplyListener listener)
      throws ControlException, IOException {
    boolean whole = true;
    while (true) {
      Frame frame =
          Frame.read(channel)
              .orElseThrow(() -> new EOFException("the daemon ended without an answer"));
      switch (frame.type()) {
        case DATA -> {
          whole = false;
          output.write(frame.bytes());
        }
        case END -> {
          whole = true;
          output.flush();
        }
        case MESSAGE -> {
          switch (Messages.reply(frame.bytes())) {
            case Reply.Progress progress -> listener.progress(progress);
            case Reply.Warning(String text) -> listener.warning(text);
            case Reply.Failure(String message, boolean usage) ->
                throw new ControlException(message, usage);
            case Reply.Result(Answer answer) -> {
              if (!whole) {
                throw new EOFException("the daemon's data ended early");
              }
              return request.answer().cast(answer);
            }
          }
        }
      }
    }
  }

  @Override
  public void close() throws IOException {
    channel.close();
  }
}
