package dev.lamina.fuse.kernel;

import dev.lamina.linux.Errno;

/**
 * One thread's work: read a request, handle it, answer it, again and again until the connection
 * ends or the pool has enough readers without it.
 */
final class Worker implements Runnable {
  private static final int ENOENT = -Errno.ENOENT.number();
  private static final int EAGAIN = -Errno.EAGAIN.number();
  private static final int ENODEV = -Errno.ENODEV.number();
  private static final int ENOMEM = -Errno.ENOMEM.number();
  private static final int ECONNABORTED = -Errno.ECONNABORTED.number();
  private static final int ATTEMPTS = 100;
  private static final long PAUSE_MILLIS = 10;

  private final Session session;

  /** Whether the pool counts this thread among those that read, as it does from its start. */
  private boolean counted = true;

  Worker(Session session) {
    this.session = session;
  }

  @Override
  public void run() {
    try (Buffers buffers = new Buffers(session.features().maxWrite());
        Device device = device()) {
      RequestHandler handler = session.handler(buffers);
      handler.serve(() -> serve(handler, device, buffers));
    } catch (RuntimeException | Error e) {
      // Without memory or descriptors for one more thread the others go on.
      session.log().once(System.Logger.Level.ERROR, "a serving thread ended: " + e);
      if (counted) {
        session.pool().abandoned();
      }
    } finally {
      session.workerEnded();
    }
  }

  /** A descriptor of its own; a duplicate shares the connection's queue, and works too. */
  private Device device() {
    try {
      return session.device().cloned();
    } catch (RuntimeException e) {
      session.log().once(System.Logger.Level.INFO, "cannot clone /dev/fuse: " + e.getMessage());
      return session.duplicate();
    }
  }

  private void serve(RequestHandler handler, Device device, Buffers buffers) {
    long requests = buffers.requests().address();
    long room = buffers.requests().byteSize();
    long replies = buffers.replies().address();
    ReaderPool pool = session.pool();
    while (true) {
      long received = device.read(requests, room);
      if (received < 0) {
        if (isOver((int) received)) {
          session.connectionEnded(received != ENODEV);
          return;
        }
        continue;
      }
      counted = false;
      pool.taken();
      int length = handler.handle((int) received);
      session.tellStale();
      if (length != RequestHandler.NO_REPLY && !answer(device, replies, length)) {
        handler.notTaken();
      }
      counted = pool.again();
      if (!counted) {
        return;
      }
    }
  }

  /** ENOENT and EAGAIN: what was to be read has been taken back meanwhile. */
  private boolean isOver(int error) {
    if (error == ENOENT || error == EAGAIN) {
      return false;
    }
    if (error == ENOMEM) {
      pause();
      return false;
    }
    if (error != ENODEV && error != ECONNABORTED) {
      session.log().once(System.Logger.Level.ERROR, "reading requests failed: errno " + -error);
    }
    return true;
  }

  /** Whether the kernel took the reply. It does not where the request was given up (ENOENT). */
  private boolean answer(Device device, long address, int length) {
    long result = device.write(address, length);
    for (int i = 0; result == ENOMEM && i < ATTEMPTS; i++) {
      pause();
      result = device.write(address, length);
    }
    if (result >= 0) {
      return true;
    }
    if (result != ENOENT && result != ENODEV && result != ECONNABORTED) {
      session.log().once(System.Logger.Level.ERROR, "a reply was refused: errno " + -result);
    }
    return false;
  }

  private static void pause() {
    try {
      Thread.sleep(PAUSE_MILLIS);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }
}
