package dev.lamina.linux;

/**
 * A counter in the kernel that wakes whoever waits for its descriptor to be readable (eventfd2).
 * Thread-safe, but for closing; see {@link Fd}.
 */
public final class EventCounter implements AutoCloseable {
  private static final int EFD_CLOEXEC = 0x80000;
  private static final int EFD_NONBLOCK = 0x800;

  private final Fd fd;

  /** Makes a counter at 0. */
  public EventCounter() {
    long made = Syscalls.call(Syscall.EVENTFD2, 0, EFD_CLOEXEC | EFD_NONBLOCK);
    fd = Fd.own((int) Syscalls.check(made, Syscall.EVENTFD2, -1));
  }

  /** The descriptor, for {@link PollSet}. */
  public int fd() {
    return fd.value();
  }

  /** Adds one: the descriptor is readable from now on. */
  public void signal() {
    long one = Scratch.begin().block(8);
    Memory.putLong(one, 1);
    FileIo.write(fd.value(), one, 8);
  }

  /** Takes the count and sets it to 0: the descriptor is not readable any more. */
  public long drain() {
    long count = Scratch.begin().block(8);
    long result = FileIo.tryRead(fd.value(), count, 8);
    if (result == -Errno.EAGAIN.number()) {
      return 0;
    }
    Syscalls.check(result, Syscall.READ, fd.value());
    return Memory.getLong(count);
  }

  @Override
  public void close() {
    fd.close();
  }
}
