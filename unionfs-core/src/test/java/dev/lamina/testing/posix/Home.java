package dev.lamina.testing.posix;

import static dev.lamina.testing.posix.Answer.ok;

import dev.lamina.linux.Fd;
import dev.lamina.linux.FileOpen;
import dev.lamina.linux.Processes;
import dev.lamina.linux.RawCall;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.concurrent.atomic.AtomicLong;

/**
 * The directory that the calling thread has as its own, for one check; it is removed afterwards
 * with all that is in it, and what the check has opened is closed.
 */
final class Home implements AutoCloseable {
  /** What a check does. */
  interface Body {
    Object run() throws Throwable;
  }

  private static final AtomicLong NEXT = new AtomicLong();
  private static final ThreadLocal<Deque<AutoCloseable>> OPENED =
      ThreadLocal.withInitial(ArrayDeque::new);

  private final byte[] parent;
  private final String name;

  private Home(byte[] parent, String name) {
    this.parent = parent;
    this.name = name;
  }

  /** Makes a new directory, 0755, and goes there. */
  static Home enter(Path mountPoint) {
    Processes.unshare(Processes.CLONE_FS);
    RawCall.UMASK.of(0);
    byte[] parent = mountPoint.toString().getBytes(StandardCharsets.UTF_8);
    String name = "check" + NEXT.getAndIncrement();
    ok(RawCall.CHDIR.of(parent));
    ok(RawCall.MKDIRAT.of(Fd.CWD, name, 0755));
    ok(RawCall.CHDIR.of(name));
    return new Home(parent, name);
  }

  /** Runs a check, and closes what it opened, the last first. */
  void use(Body body) throws Throwable {
    try {
      body.run();
    } finally {
      Deque<AutoCloseable> opened = OPENED.get();
      while (!opened.isEmpty()) {
        opened.pop().close();
      }
    }
  }

  /** Closes something after the check of the calling thread. */
  static <T extends AutoCloseable> T closing(T resource) {
    OPENED.get().push(resource);
    return resource;
  }

  @Override
  public void close() {
    User.root();
    ok(RawCall.CHDIR.of("/"));
    // It is opened only now: an open directory would keep a check from mounting anew.
    try (Fd directory = FileOpen.openat(Fd.CWD, parent, FileOpen.O_DIRECTORY)) {
      Removal.of(directory.value(), name);
    }
  }
}
