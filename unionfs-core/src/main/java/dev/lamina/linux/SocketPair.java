package dev.lamina.linux;

import java.util.Optional;

/**
 * A pair of connected Unix sockets and the messages that carry a descriptor from one process to
 * another (SCM_RIGHTS, unix(7)). The static methods work on any Unix stream socket. Thread-safe,
 * but for closing; see {@link Fd}.
 *
 * @param ours one end
 * @param theirs the other end, for a child process
 */
public record SocketPair(Fd ours, Fd theirs) implements AutoCloseable {
  private static final int AF_UNIX = 1;
  private static final int SOCK_STREAM = 1;
  private static final int SOCK_CLOEXEC = 0x80000;
  private static final int SOL_SOCKET = 1;
  private static final int SCM_RIGHTS = 1;
  private static final int MSG_NOSIGNAL = 0x4000;
  private static final int MSG_CMSG_CLOEXEC = 0x40000000;

  private static final int MESSAGE = 56;
  // A struct cmsghdr and one descriptor; with the padding it could hold two.
  private static final int CONTROL_LENGTH = 20;

  /** Makes a pair of stream sockets. */
  public static SocketPair open() {
    long pair = Scratch.begin().block(8);
    long result = Syscalls.call(Syscall.SOCKETPAIR, AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, pair);
    Syscalls.check(result, Syscall.SOCKETPAIR, -1);
    return new SocketPair(Fd.own(Memory.getInt(pair)), Fd.own(Memory.getInt(pair + 4)));
  }

  /** Sends one byte and with it a descriptor, of which the receiver gets a duplicate. */
  public static void sendDescriptor(int socket, int fd) {
    long message = message(Scratch.begin());
    long control = Memory.getLong(message + 32);
    Memory.putLong(control, CONTROL_LENGTH);
    Memory.putInt(control + 8, SOL_SOCKET);
    Memory.putInt(control + 12, SCM_RIGHTS);
    Memory.putInt(control + 16, fd);
    long result = Syscalls.call(Syscall.SENDMSG, socket, message, MSG_NOSIGNAL);
    Syscalls.check(result, Syscall.SENDMSG, socket);
  }

  /**
   * Waits for one byte and takes the descriptor that comes with it; empty if the other end closed
   * the socket or sent no descriptor.
   *
   * @throws LinuxException with the errno of recvmsg(2)
   */
  public static Optional<Fd> receiveDescriptor(int socket) {
    long message = message(Scratch.begin());
    long control = Memory.getLong(message + 32);
    long result = Syscalls.call(Syscall.RECVMSG, socket, message, MSG_CMSG_CLOEXEC);
    Syscalls.check(result, Syscall.RECVMSG, socket);
    if (Memory.getLong(message + 40) < CONTROL_LENGTH
        || Memory.getInt(control + 8) != SOL_SOCKET
        || Memory.getInt(control + 12) != SCM_RIGHTS) {
      return Optional.empty();
    }
    return Optional.of(Fd.own(Memory.getInt(control + 16)));
  }

  /** A struct msghdr with one byte of data and room for one descriptor. */
  private static long message(Scratch scratch) {
    long message = scratch.block(MESSAGE);
    long vector = scratch.block(16);
    Memory.putLong(vector, scratch.block(1));
    Memory.putLong(vector + 8, 1);
    Memory.putLong(message + 16, vector);
    Memory.putLong(message + 24, 1);
    Memory.putLong(message + 32, scratch.block(CONTROL_LENGTH));
    Memory.putLong(message + 40, CONTROL_LENGTH);
    return message;
  }

  @Override
  public void close() {
    try (ours) {
      theirs.close();
    }
  }
}
