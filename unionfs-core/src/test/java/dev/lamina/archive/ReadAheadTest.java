package dev.lamina.archive;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.util.concurrent.CountDownLatch;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** A stage of the pipeline that is closed before its source has ended. */
final class ReadAheadTest {
  private final CountDownLatch reading = new CountDownLatch(1);
  private final CountDownLatch go = new CountDownLatch(1);
  private volatile boolean interrupted;

  /** Several layers read one archive through one channel, which an interrupt would close. */
  @Test
  @Timeout(20)
  void closing_does_not_interrupt_a_read() throws Exception {
    InputStream slow =
        new InputStream() {
          @Override
          public int read() {
            throw new AssertionError("it reads many bytes at a time");
          }

          @Override
          public int read(byte[] target, int offset, int length) {
            reading.countDown();
            try {
              go.await();
            } catch (InterruptedException e) {
              interrupted = true;
            }
            return -1;
          }
        };
    ReadAhead ahead = new ReadAhead("test", slow);
    reading.await();
    Thread closer =
        Thread.ofPlatform()
            .start(
                () -> {
                  try {
                    ahead.close();
                    ahead.close();
                  } catch (IOException e) {
                    throw new UncheckedIOException(e);
                  }
                });
    while (closer.getState() != Thread.State.WAITING
        && closer.getState() != Thread.State.TERMINATED) {
      Thread.onSpinWait();
    }
    go.countDown();
    closer.join();
    assertThat(interrupted).isFalse();
  }

  @Test
  @Timeout(20)
  void closing_ends_a_thread_that_waits_for_room() throws Exception {
    InputStream endless =
        new InputStream() {
          @Override
          public int read() {
            return 1;
          }

          @Override
          public int read(byte[] target, int offset, int length) {
            return length;
          }
        };
    try (ReadAhead first = new ReadAhead("test", endless);
        ReadAhead second = new ReadAhead("test", first)) {
      assertThat(second.readNBytes(10)).hasSize(10);
    }
    assertThat(Thread.getAllStackTraces().keySet())
        .extracting(Thread::getName)
        .doesNotContain("archive-test");
  }
}
