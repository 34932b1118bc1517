package dev.lamina.linux;

import static dev.lamina.linux.Bytes.assertFails;
import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

final class PollSetTest {
  private static final long ENDLESS = -1;

  @Test
  void tells_which_descriptor_is_ready_and_for_what() {
    try (FileOpen.Pipe one = FileOpen.pipe(FileOpen.O_NONBLOCK);
        FileOpen.Pipe two = FileOpen.pipe(0)) {
      PollSet set = new PollSet(one.reader().value(), two.reader().value());
      assertThat(set.await(0)).isZero();
      assertThat(set.await(1_000)).isZero();
      long byteOut = Memory.pageAligned(1).address();
      assertFails(Errno.EAGAIN, () -> FileIo.read(one.reader().value(), byteOut, 1));
      FileIo.write(two.writer().value(), byteOut, 1);
      assertThat(set.await(ENDLESS)).isEqualTo(1);
      assertThat(set.ready(0)).isZero();
      assertThat(set.ready(1)).isEqualTo(PollSet.POLLIN);
      one.writer().close();
      assertThat(set.await(ENDLESS)).isEqualTo(2);
      assertThat(set.ready(0)).isEqualTo(PollSet.POLLHUP);
      set.set(0, -1, 0);
      set.set(1, two.writer().value(), PollSet.POLLOUT);
      assertThat(set.await(ENDLESS)).isEqualTo(1);
      assertThat(set.ready(1)).isEqualTo(PollSet.POLLOUT);
    }
  }

  @Test
  void a_counter_wakes_a_waiter_until_it_is_drained() throws Exception {
    try (EventCounter counter = new EventCounter()) {
      PollSet set = new PollSet(counter.fd());
      assertThat(counter.drain()).isZero();
      Thread waker =
          Thread.ofPlatform()
              .start(
                  () -> {
                    counter.signal();
                    counter.signal();
                  });
      assertThat(set.await(ENDLESS)).isEqualTo(1);
      waker.join();
      assertThat(counter.drain()).isEqualTo(2);
      assertThat(set.await(0)).isZero();
    }
  }
}
