package dev.lamina.linux;

import static dev.lamina.linux.Bytes.directory;
import static dev.lamina.linux.Bytes.utf8;
import static org.assertj.core.api.Assertions.assertThat;

import java.lang.management.ManagementFactory;
import java.nio.file.Path;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The calls that are made for every request allocate nothing once they are compiled. */
final class HotPathTest {
  private static final int CALLS = 1_000;
  private static final int MAX_ROUNDS = 500;

  @TempDir Path temp;
  private Fd dir;

  @BeforeEach
  void open() {
    dir = directory(temp);
  }

  @AfterEach
  void close() {
    dir.close();
  }

  private Fd create(String name) {
    int flags = FileOpen.O_CREAT | FileOpen.O_RDWR;
    return FileOpen.openat(dir.value(), utf8(name), flags, 0600);
  }

  @Test
  void pread_pwrite_read_writev_and_fstat_allocate_nothing() {
    FileStatus status = new FileStatus();
    PollSet none = new PollSet();
    long buffer = Memory.pageAligned(4096).address();
    byte[] gone = utf8("gone");
    try (Fd file = create("f")) {
      int fd = file.value();
      assertAllocatesNothing(() -> FileIo.pwrite(fd, buffer, 16, 0));
      assertAllocatesNothing(() -> FileIo.pread(fd, buffer, 16, 0));
      assertAllocatesNothing(() -> FileIo.tryRead(-1, buffer, 16));
      assertAllocatesNothing(() -> FileIo.tryWritev(-1, buffer, 16, buffer, 16, 0, 0));
      assertAllocatesNothing(() -> FileAttributes.fstat(fd, status));
      assertAllocatesNothing(() -> FileAttributes.lstatIfPresent(dir.value(), gone, status));
      assertAllocatesNothing(() -> none.await(0));
    }
  }

  /** Goes on until a round allocates nothing: when the compiler is done is its own affair. */
  private static void assertAllocatesNothing(Runnable call) {
    com.sun.management.ThreadMXBean threads =
        (com.sun.management.ThreadMXBean) ManagementFactory.getThreadMXBean();
    long least = Long.MAX_VALUE;
    for (int round = 0; round < MAX_ROUNDS && least >= CALLS; round++) {
      long before = threads.getCurrentThreadAllocatedBytes();
      for (int i = 0; i < CALLS; i++) {
        call.run();
      }
      least = Math.min(least, threads.getCurrentThreadAllocatedBytes() - before);
    }
    assertThat(least).as("bytes allocated by %d calls", CALLS).isLessThan(CALLS);
  }
}
