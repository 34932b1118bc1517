package dev.lamina.fuse.kernel;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.lamina.fs.FileSystem;
import dev.lamina.fuse.DefectLog;
import dev.lamina.fuse.Interceptor;
import dev.lamina.linux.FileOpen;
import dev.lamina.testing.fs.LowerTree;
import dev.lamina.testing.fs.MemoryFileSystem;
import java.time.Duration;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(60)
final class SessionTest {
  private static final Duration SOON = Duration.ofSeconds(20);

  private final List<String> called = Collections.synchronizedList(new ArrayList<>());

  private Session session(Device device) {
    return session(device, "t", 4);
  }

  private Session session(Device device, String name, int threads) {
    FileSystem fileSystem =
        Interceptor.of(
            new MemoryFileSystem(LowerTree.empty(), InstantSource.system()),
            operation -> called.add(operation.name()));
    return new Session(
        device,
        fileSystem,
        new Features(45, 0, 1 << 17),
        new DefectLog("test"),
        false,
        name,
        new KeptBackings(1),
        2,
        threads);
  }

  @Test
  void aSessionThatCannotBeStartedLeavesNoThread() {
    try (Device device = new Device(FileOpen.memfd("not a device"))) {
      Session session = session(device, "unstarted", 0);
      assertThatThrownBy(session::start)
          .isInstanceOf(IllegalStateException.class)
          .hasMessageContaining("no thread");
    }
    assertThat(Thread.getAllStackTraces().keySet())
        .extracting(Thread::getName)
        .noneMatch(name -> name.startsWith("unstarted"));
    // The file system is whose it was.
    assertThat(called).containsExactly("attach");
  }

  @Test
  void aSessionWithoutAThreadThatCanServeIsOver() throws Exception {
    Device device = new Device(FileOpen.memfd("not a device"));
    Session session = session(device);
    // Neither a clone nor a duplicate of it can be had, by any of the threads.
    device.close();
    session.start();
    assertThat(session.await(SOON)).isTrue();
    assertThat(session.isOver()).isTrue();
    assertThat(session.isAborted()).isTrue();
    assertThat(called).containsExactly("attach", "close");
  }

  @Test
  void aDeviceThatCannotBeReadEndsTheSessionAndLeavesADeadMount() throws Exception {
    try (FileOpen.Pipe pipe = FileOpen.pipe(0)) {
      // The end that takes is not one to read from.
      Session session = session(new Device(pipe.writer().duplicate()));
      session.start();
      assertThat(session.await(SOON)).isTrue();
      assertThat(session.isOver()).isTrue();
      assertThat(session.isAborted()).isTrue();
    }
    assertThat(called).containsExactly("attach", "close");
  }
}
