package dev.lamina.control;

import java.io.IOException;
import java.lang.System.Logger;
import java.lang.System.Logger.Level;
import java.net.StandardProtocolFamily;
import java.net.UnixDomainSocketAddress;
import java.nio.channels.ClosedChannelException;
import java.nio.channels.ServerSocketChannel;
import java.nio.channels.SocketChannel;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.locks.LockSupport;

/**
 * Listens on a control socket and answers with a {@link ControlHandler}, one thread a conversation.
 * The socket is 0600 in a directory that is 0700: who may write to it is its owner, or root.
 */
public final class ControlServer implements AutoCloseable {
  private static final Logger LOG = System.getLogger(ControlServer.class.getName());
  private static final long GRACE_NANOS = TimeUnit.SECONDS.toNanos(1);
  private static final long PAUSE_NANOS = TimeUnit.MILLISECONDS.toNanos(100);
  private static final long POLL_NANOS = TimeUnit.MILLISECONDS.toNanos(5);

  private final Path socket;
  private final ServerSocketChannel listener;
  private final ControlHandler handler;
  private final Set<SocketChannel> open = ConcurrentHashMap.newKeySet();
  private final AtomicInteger operations = new AtomicInteger();

  private ControlServer(Path socket, ServerSocketChannel listener, ControlHandler handler) {
    this.socket = socket;
    this.listener = listener;
    this.handler = handler;
  }

  /**
   * Begins to listen. The caller holds the store's lock, so a socket that is there is what a killed
   * daemon left, and is replaced.
   */
  public static ControlServer listen(Path socket, ControlHandler handler) throws IOException {
    Path directory = socket.getParent();
    Files.createDirectories(
        directory,
        PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rwx------")));
    // Not what a link leads to: below a directory for all, anybody may have put one there.
    if (!Files.getOwner(directory, LinkOption.NOFOLLOW_LINKS)
        .equals(Files.getOwner(Path.of("/proc/self")))) {
      throw new IOException(directory + " is somebody else's: remove it, or set XDG_RUNTIME_DIR");
    }
    Files.setPosixFilePermissions(directory, PosixFilePermissions.fromString("rwx------"));
    Files.deleteIfExists(socket);
    ServerSocketChannel listener = ServerSocketChannel.open(StandardProtocolFamily.UNIX);
    try {
      listener.bind(UnixDomainSocketAddress.of(socket));
      Files.setPosixFilePermissions(socket, PosixFilePermissions.fromString("rw-------"));
    } catch (IOException | RuntimeException e) {
      listener.close();
      throw e;
    }
    ControlServer server = new ControlServer(socket, listener, handler);
    Thread.ofPlatform().name("lamina-control").daemon().start(server::accept);
    return server;
  }

  /** Returns how many requests are being answered. */
  public int operations() {
    return operations.get();
  }

  private void accept() {
    while (listener.isOpen()) {
      try {
        begin(listener.accept());
      } catch (ClosedChannelException e) {
        return; // closed: the end
      } catch (IOException e) {
        // Most likely there are no descriptors left; one that is closed meanwhile may be had next.
        LOG.log(Level.WARNING, "a client could not be accepted on " + socket, e);
        LockSupport.parkNanos(PAUSE_NANOS);
      }
    }
  }

  /** Without a thread for one more client the others are served all the same. */
  private void begin(SocketChannel channel) throws IOException {
    open.add(channel);
    operations.incrementAndGet();
    boolean begun = false;
    try {
      Thread.ofPlatform().name("lamina-request").daemon().start(() -> converse(channel));
      begun = true;
    } catch (OutOfMemoryError e) {
      throw new IOException("there is no thread for it", e);
    } finally {
      if (!begun) {
        operations.decrementAndGet();
        open.remove(channel);
        channel.close();
      }
    }
  }

  private void converse(SocketChannel channel) {
    try (channel) {
      if (!listener.isOpen()) {
        return; // came while the end began
      }
      requireOwner(channel);
      var first = Frame.read(channel, Frame.MAX_REQUEST_LENGTH);
      if (first.isPresent()) {
        Conversation conversation = new Conversation(channel);
        conversation.send(answer(first.get(), conversation));
      }
    } catch (IOException e) {
      LOG.log(Level.DEBUG, "a client went away", e);
    } finally {
      open.remove(channel);
      operations.decrementAndGet();
    }
  }

  private Reply answer(Frame frame, Conversation conversation) throws IOException {
    Request request;
    try {
      request = Messages.request(frame.bytes());
    } catch (IOException e) {
      return new Reply.Failure("the daemon refuses the request: " + e.getMessage(), false);
    }
    Thread handling = Thread.currentThread();
    Thread.ofVirtual().name("lamina-listen").start(() -> conversation.listen(handling));
    try {
      return new Reply.Result(handler.handle(request, conversation));
    } catch (ControlException e) {
      return e.toReply();
    } catch (RuntimeException | Error e) {
      LOG.log(Level.ERROR, "a request failed: " + request, e);
      return new Reply.Failure("this is a defect of Lamina, see the daemon's log: " + e, false);
    } finally {
      conversation.answered();
    }
  }

  /** The socket's mode says it already; a descriptor passed on would not. */
  private static void requireOwner(SocketChannel channel) throws IOException {
    var peer = channel.getOption(jdk.net.ExtendedSocketOptions.SO_PEERCRED);
    String self = Files.getOwner(Path.of("/proc/self")).getName();
    if (!peer.user().getName().equals(self) && !peer.user().getName().equals("root")) {
      throw new IOException(
          "it came from " + peer.user().getName() + ", and this is " + self + "'s");
    }
  }

  /**
   * Stops listening, ends the conversations that are open and removes the socket. What is as good
   * as answered has a second to go out; whoever is at work longer is interrupted, and waited for.
   *
   * @param patience how long to wait for those who were interrupted
   * @return whether no request is being answered any more
   */
  public boolean close(Duration patience) throws IOException {
    listener.close();
    // Who asked for the end is still to get the answer; who waits for more than that is cut off.
    boolean idle = awaitIdle(GRACE_NANOS);
    for (SocketChannel channel : open) {
      channel.close();
    }
    idle = idle || awaitIdle(patience.toNanos());
    Files.deleteIfExists(socket);
    return idle;
  }

  private boolean awaitIdle(long limit) {
    long start = System.nanoTime();
    while (operations.get() > 0) {
      if (System.nanoTime() - start >= limit) {
        return false;
      }
      LockSupport.parkNanos(POLL_NANOS);
    }
    return true;
  }

  /** As {@link #close(Duration)}, with no further patience. */
  @Override
  public void close() throws IOException {
    boolean _ = close(Duration.ZERO);
  }
}
