package dev.lamina.fuse;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.lamina.fs.FsException;
import dev.lamina.linux.Errno;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;

final class ServedMountTest {
  private static final Path TARGET = Path.of("/nowhere");

  /** A connection that has ended, with a file system that is closed, or never will be. */
  private record Ended(boolean closes, Optional<Throwable> closeFailure) implements MountServer {
    @Override
    public boolean isOver() {
      return true;
    }

    @Override
    public boolean isAborted() {
      return false;
    }

    @Override
    public void await() {
      throw new IllegalStateException("for ever");
    }

    @Override
    public boolean await(Duration limit) throws InterruptedException {
      if (Thread.interrupted()) {
        throw new InterruptedException();
      }
      return closes;
    }

    @Override
    public MountStatistics statistics() {
      return new MountStatistics(Map.of(), 0, 0, 0, 0, 0, 0, 1, 0, 0, 0);
    }
  }

  private static Mount mount(MountServer server) {
    return new ServedMount(TARGET, -1, Detachment.CALL, server, Duration.ofSeconds(2));
  }

  @Test
  void requestsThatDoNotEndAreSaidToTakeTooLong() {
    Mount mount = mount(new Ended(false, Optional.empty()));
    assertThatThrownBy(() -> mount.unmount(false))
        .isInstanceOfSatisfying(
            MountException.class, e -> assertThat(e.errno()).isEqualTo(Errno.ETIMEDOUT))
        .hasMessageContaining("/nowhere is unmounted, but requests under way have not ended")
        .hasMessageContaining("2 seconds");
  }

  @Test
  void anInterruptIsNotTakenForTheEnd() {
    Mount mount = mount(new Ended(false, Optional.empty()));
    Thread.currentThread().interrupt();
    try {
      assertThatThrownBy(() -> mount.unmount(false))
          .isInstanceOf(MountException.class)
          .hasMessageContaining("have not ended");
    } finally {
      assertThat(Thread.interrupted()).isTrue();
    }
  }

  @Test
  void aFileSystemThatCannotBeClosedIsTold() {
    Throwable full = FsException.of(Errno.ENOSPC, "data/1: no space left");
    Mount mount = mount(new Ended(true, Optional.of(full)));
    assertThatThrownBy(() -> mount.unmount(false))
        .isInstanceOfSatisfying(
            MountException.class, e -> assertThat(e.errno()).isEqualTo(Errno.EIO))
        .hasMessageContaining("/nowhere is unmounted, but what was written last may be lost")
        .hasMessageContaining("data/1: no space left");
    mount(new Ended(true, Optional.empty())).unmount(false);
  }
}
