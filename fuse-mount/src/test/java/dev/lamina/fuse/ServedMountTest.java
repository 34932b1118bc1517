package dev.lamina.fuse;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.lamina.linux.Errno;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Map;
import org.junit.jupiter.api.Test;

final class ServedMountTest {
  /** A connection that has ended, while a request of it never does. */
  private static final MountServer STUCK =
      new MountServer() {
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
        public boolean await(Duration limit) {
          return false;
        }

        @Override
        public MountStatistics statistics() {
          return new MountStatistics(Map.of(), 0, 0, 0, 0, 0, 0, 1);
        }
      };

  @Test
  void requestsThatDoNotEndAreSaidToTakeTooLong() {
    Path target = Path.of("/nowhere");
    Mount mount = new ServedMount(target, -1, Detachment.CALL, STUCK, Duration.ofSeconds(2));
    assertThatThrownBy(() -> mount.unmount(false))
        .isInstanceOfSatisfying(
            MountException.class, e -> assertThat(e.errno()).isEqualTo(Errno.ETIMEDOUT))
        .hasMessageContaining("/nowhere is unmounted, but requests under way have not ended")
        .hasMessageContaining("2 seconds");
  }
}
