package dev.lamina.linux;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import java.time.Instant;
import org.junit.jupiter.api.Test;

final class TimespecTest {
  @Test
  void seconds_and_nanoseconds_come_back_before_and_after_1970() {
    for (long time :
        new long[] {0, 1, -1, 999_999_999, -1_000_000_001, Timespec.MIN, Timespec.MAX}) {
      assertThat(Timespec.ofSeconds(Timespec.seconds(time), Timespec.nanos(time))).isEqualTo(time);
    }
    assertThat(Timespec.seconds(-1)).isEqualTo(-1);
    assertThat(Timespec.nanos(-1)).isEqualTo(999_999_999);
  }

  @Test
  void what_a_long_cannot_hold_is_the_nearest_end() {
    assertThat(Timespec.ofSeconds(Instant.parse("2446-05-10T22:38:55Z").getEpochSecond(), 0))
        .isEqualTo(Timespec.MAX);
    assertThat(Timespec.ofSeconds(Long.MIN_VALUE, 0)).isEqualTo(Timespec.MIN);
    assertThat(Timespec.ofSeconds(Timespec.seconds(Timespec.MAX), Timespec.nanos(Timespec.MAX) + 1))
        .isEqualTo(Timespec.MAX);
    assertThat(Timespec.ofSeconds(Timespec.seconds(Timespec.MIN), Timespec.nanos(Timespec.MIN) - 1))
        .isEqualTo(Timespec.MIN);
  }

  @Test
  void device_numbers_come_apart_as_they_were_put_together() {
    for (int[] pair : new int[][] {{0, 0}, {1, 3}, {259, 70_000}, {4095, 1_048_575}, {-1, -1}}) {
      long device = DeviceNumber.of(pair[0], pair[1]);
      assertThat(DeviceNumber.major(device)).isEqualTo(pair[0]);
      assertThat(DeviceNumber.minor(device)).isEqualTo(pair[1]);
    }
    assertThat(DeviceNumber.of(8, 1)).isEqualTo(0x801);
    assertThatIllegalArgumentException()
        .isThrownBy(() -> DeviceNumber.kernelForm(DeviceNumber.of(4096, 0)));
  }
}
