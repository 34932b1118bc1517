package dev.lamina.archive;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.lamina.testing.RequiresPrograms;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import java.util.concurrent.Executor;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.zip.GZIPInputStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Gzip by several threads is gzip, and always the same. */
@Timeout(120)
final class GzipOutputTest {
  private static final int PART = GzipOutput.PART;

  private static byte[] gzip(byte[] input, Executor threads, int ahead, int step)
      throws IOException {
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    try (OutputStream gzip = new GzipOutput(out, threads, ahead)) {
      for (int at = 0; at < input.length; at += step) {
        gzip.write(input, at, Math.min(step, input.length - at));
      }
    }
    return out.toByteArray();
  }

  private static byte[] alone(byte[] input) throws IOException {
    return gzip(input, Runnable::run, 1, Integer.MAX_VALUE / 2);
  }

  private static byte[] inflate(byte[] gzip) throws IOException {
    try (InputStream in = new GZIPInputStream(new ByteArrayInputStream(gzip))) {
      return in.readAllBytes();
    }
  }

  /** Bytes that compress well, badly or not at all, and repeat what is near, far or before. */
  private static byte[] input(Random random, int size) {
    byte[] bytes = new byte[size];
    int at = 0;
    while (at < size) {
      int run = Math.min(size - at, 1 + random.nextInt(1 << random.nextInt(1, 18)));
      switch (random.nextInt(4)) {
        case 0 -> Arrays.fill(bytes, at, at + run, (byte) random.nextInt());
        case 1 -> {
          for (int i = 0; i < run; i++) {
            bytes[at + i] = (byte) random.nextInt();
          }
        }
        case 2 -> {
          for (int i = 0; i < run; i++) {
            bytes[at + i] = (byte) ('a' + random.nextInt(8));
          }
        }
        default -> {
          int back = at == 0 ? 0 : 1 + random.nextInt(Math.min(at, 1 << 16));
          for (int i = 0; i < run && back > 0; i++) {
            bytes[at + i] = bytes[at + i - back];
          }
        }
      }
      at += run;
    }
    return bytes;
  }

  @Test
  void any_input_by_any_number_of_threads_is_the_same_gzip_and_inflates_to_it() throws Exception {
    long seed = 20_261_124;
    Random random = new Random(seed);
    int[] sizes = {
      0, 1, GzipOutput.WINDOW, PART - 1, PART, PART + 1, 2 * PART, 2 * PART + GzipOutput.WINDOW
    };
    try (ExecutorService threads = Executors.newFixedThreadPool(7)) {
      for (int round = 0; round < 24; round++) {
        int size = round < sizes.length ? sizes[round] : random.nextInt(6 * PART);
        byte[] input = input(random, size);
        byte[] expected = alone(input);
        String as = "seed " + seed + " round " + round;
        assertThat(inflate(expected)).as(as).isEqualTo(input);
        assertThat(gzip(input, Runnable::run, 5, 1 + random.nextInt(PART))).isEqualTo(expected);
        for (int ahead = 1; ahead <= 8; ahead += 1 + random.nextInt(3)) {
          int step = 1 + random.nextInt(random.nextBoolean() ? 2 * PART : 5_000);
          assertThat(gzip(input, threads, ahead, step))
              .as(as + " ahead " + ahead + " step " + step)
              .isEqualTo(expected);
        }
      }
    }
  }

  @Test
  void what_follows_is_deflated_with_what_was_before_and_grows_little() throws Exception {
    byte[] page = input(new Random(5), GzipOutput.WINDOW / 2);
    ByteArrayOutputStream repeated = new ByteArrayOutputStream();
    while (repeated.size() < 8 * PART) {
      repeated.writeBytes(page);
    }
    byte[] input = repeated.toByteArray();
    assertThat(alone(input).length).isLessThan(alone(page).length + input.length / 100);
    byte[] noise = new byte[8 * PART];
    new Random(6).nextBytes(noise);
    assertThat(alone(noise).length).isLessThan(noise.length + noise.length / 1000);
  }

  @Test
  @RequiresPrograms({"tar", "gzip", "xz", "bzip2"})
  void other_readers_take_it() throws Exception {
    byte[] input = input(new Random(9), 3 * PART + 17);
    byte[] gzip = alone(input);
    assertThat(Tool.run(List.of("gzip", "-dc"), gzip)).isEqualTo(input);
    Tool.run(List.of("gzip", "-t"), gzip);
    try (InputStream in = Limits.defaults().inflate(new ByteArrayInputStream(gzip), "layer")) {
      assertThat(in.readAllBytes()).isEqualTo(input);
    }
    // Two members, one after the other, are one stream.
    ByteArrayOutputStream twice = new ByteArrayOutputStream();
    twice.writeBytes(gzip);
    twice.writeBytes(gzip);
    assertThat(inflate(twice.toByteArray())).hasSize(2 * input.length);
  }

  @Test
  void no_more_than_so_many_parts_are_held() throws Exception {
    AtomicInteger held = new AtomicInteger();
    AtomicInteger most = new AtomicInteger();
    OutputStream counting =
        new OutputStream() {
          @Override
          public void write(int b) {}

          @Override
          public void write(byte[] bytes, int offset, int length) {
            // The header is no part.
            held.addAndGet(length > 10 ? -1 : 0);
          }
        };
    try (ExecutorService threads = Executors.newFixedThreadPool(4);
        OutputStream gzip =
            new GzipOutput(
                counting,
                part -> {
                  most.accumulateAndGet(held.incrementAndGet(), Math::max);
                  threads.execute(part);
                },
                3)) {
      gzip.write(input(new Random(4), 40 * PART));
    }
    assertThat(most).hasValue(3);
  }

  @Test
  void a_disk_that_is_full_fails_the_writer_and_leaves_no_thread_at_work() throws Exception {
    byte[] input = input(new Random(8), 20 * PART);
    AtomicInteger running = new AtomicInteger();
    try (ExecutorService threads = Executors.newFixedThreadPool(3)) {
      OutputStream full =
          new OutputStream() {
            private int left = 2 * PART;

            @Override
            public void write(int b) throws IOException {
              write(new byte[1], 0, 1);
            }

            @Override
            public void write(byte[] bytes, int offset, int length) throws IOException {
              left -= length;
              if (left < 0) {
                throw new IOException("No space left on device");
              }
            }
          };
      assertThatThrownBy(
              () -> {
                try (OutputStream gzip =
                    new GzipOutput(
                        full,
                        part -> {
                          running.incrementAndGet();
                          threads.execute(
                              () -> {
                                part.run();
                                running.decrementAndGet();
                              });
                        },
                        4)) {
                  gzip.write(input);
                }
              })
          .isInstanceOf(IOException.class)
          .hasMessage("No space left on device");
    }
    assertThat(running).hasValue(0);
  }
}
