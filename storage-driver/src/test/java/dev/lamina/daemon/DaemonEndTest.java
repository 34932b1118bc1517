package dev.lamina.daemon;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.lamina.control.Answer;
import dev.lamina.control.ControlClient;
import dev.lamina.control.ControlException;
import dev.lamina.control.Reply;
import dev.lamina.control.ReplyListener;
import dev.lamina.control.Request;
import dev.lamina.fs.FileSystem;
import dev.lamina.fuse.Mount;
import dev.lamina.fuse.MountException;
import dev.lamina.fuse.MountStatistics;
import dev.lamina.fuse.Transport;
import dev.lamina.linux.Errno;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** How a daemon ends whose mounts do not end as they should. */
@Timeout(60)
final class DaemonEndTest {
  @TempDir private Path directory;

  private Path mountPoint = Path.of("");
  private Path socket = Path.of("");

  private static final ReplyListener SILENT =
      new ReplyListener() {
        @Override
        public void progress(Reply.Progress progress) {}

        @Override
        public void warning(String text) {}
      };

  /** Serves nobody; how it ends is up to each test. */
  private abstract static class SlowMount implements Mount {
    final FileSystem fileSystem;
    final CountDownLatch closed = new CountDownLatch(1);
    private final Path target;
    volatile boolean mounted = true;

    SlowMount(FileSystem fileSystem, Path target) {
      this.fileSystem = fileSystem;
      this.target = target;
    }

    final void closeFileSystem() {
      mounted = false;
      fileSystem.close();
      closed.countDown();
    }

    @Override
    public Path target() {
      return target;
    }

    @Override
    public int connection() {
      return -1;
    }

    @Override
    public boolean isMounted() {
      return mounted;
    }

    @Override
    public Optional<String> obstacle() {
      return Optional.empty();
    }

    @Override
    public void await() throws InterruptedException {
      closed.await();
    }

    @Override
    public boolean await(Duration limit) throws InterruptedException {
      return closed.await(limit.toNanos(), TimeUnit.NANOSECONDS);
    }

    @Override
    public MountStatistics statistics() {
      return new MountStatistics(Map.of(), 0, 0, 0, 0, 0, 0, 1, 0, 0, 0);
    }
  }

  @BeforeEach
  void places() throws IOException {
    directory = directory.toRealPath();
    mountPoint = Files.createDirectory(directory.resolve("mnt"));
    socket = directory.resolve("run/s.sock");
  }

  private Daemon start(Transport transport) throws IOException {
    return Daemon.start(
        directory.resolve("store"), socket, "test", transport, transport, Clock.systemUTC());
  }

  private Answer ask(Request request) throws ControlException, IOException {
    try (ControlClient client = ControlClient.connect(socket)) {
      return client.ask(
          request, InputStream.nullInputStream(), OutputStream.nullOutputStream(), SILENT);
    }
  }

  private void importAndMount() throws ControlException, IOException {
    Path root = Files.createDirectory(directory.resolve("tree"));
    Files.writeString(root.resolve("file"), "content");
    ask(
        new Request.Import(
            root.toString(),
            Optional.of("a"),
            Optional.empty(),
            false,
            Request.ImportLimits.DEFAULTS));
    ask(
        new Request.MountRequest(
            "a", mountPoint.toString(), Optional.of("v"), List.of(), "native", false));
  }

  @Test
  void whatIsTakenOffButNotClosedYetIsWaitedForAndThenTheStoreIsClosed() throws Exception {
    Daemon daemon =
        start(
            (fileSystem, target, options) ->
                new SlowMount(fileSystem, target) {
                  @Override
                  public void unmount(boolean lazy) {
                    mounted = false;
                  }

                  @Override
                  public void close() {
                    closeFileSystem();
                  }
                });
    importAndMount();
    ask(new Request.Unmount(mountPoint.toString(), false));
    daemon.close();
    // The store was let go of, after the volume.
    start((fileSystem, target, options) -> refuse()).close();
  }

  @Test
  void anEndThatLosesDataIsNoGoodOneAlthoughEverythingIsLetGoOf() throws Exception {
    Daemon daemon =
        start(
            (fileSystem, target, options) ->
                new SlowMount(fileSystem, target) {
                  @Override
                  public void unmount(boolean lazy) {
                    close();
                  }

                  @Override
                  public void close() {
                    closeFileSystem();
                    throw new MountException(Errno.EIO, "what was written last may be lost");
                  }
                });
    importAndMount();
    daemon.close();
    assertThat(daemon.hasEndedWell()).isFalse();
    Daemon next = start((fileSystem, target, options) -> refuse());
    next.close();
    assertThat(next.hasEndedWell()).isTrue();
  }

  @Test
  void aStoreIsLeftOpenUnderAMountThatCannotBeEnded() throws Exception {
    SlowMount[] made = new SlowMount[1];
    Daemon daemon =
        start(
            (fileSystem, target, options) ->
                made[0] =
                    new SlowMount(fileSystem, target) {
                      @Override
                      public void unmount(boolean lazy) {
                        throw new MountException(Errno.EBUSY, "in use");
                      }

                      @Override
                      public void close() {
                        throw new UncheckedIOException(new IOException("too many open files"));
                      }
                    });
    importAndMount();
    daemon.close();
    assertThatThrownBy(() -> start((fileSystem, target, options) -> refuse()))
        .hasMessageContaining(directory.resolve("store").toString());
    // It is served as before.
    made[0].closeFileSystem();
    assertThat(made[0].isMounted()).isFalse();
  }

  private static Mount refuse() {
    throw new MountException(Errno.EPERM, "nothing is mounted here");
  }
}
