package dev.lamina.testing.data;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import org.junit.jupiter.api.Test;

/** What exercises a file must see what is wrong with it. */
final class FileModelTest {
  private final FileModel model = new FileModel(new byte[] {1, 2, 3, 4});

  private void isWrong(byte[] read, int position, int wanted, String says) {
    assertThatExceptionOfType(AssertionError.class)
        .isThrownBy(() -> model.check("read", read, read.length, position, wanted))
        .withMessageContaining(says);
  }

  @Test
  void a_wrong_byte_a_short_read_and_one_behind_the_end_are_seen() {
    model.check("read", new byte[] {2, 3}, 2, 1, 2);
    isWrong(new byte[] {2, 9}, 1, 2, "byte 2 is 09, not 03");
    isWrong(new byte[] {2}, 1, 2, "got 1 of 2 bytes, not 2");
    isWrong(new byte[] {4, 0}, 3, 2, "got 2 of 2 bytes, not 1");
    model.check("read", new byte[0], 0, 9, 1);
  }

  @Test
  void what_is_cut_off_comes_back_as_zeros() {
    model.resize(1);
    model.write(3, new byte[] {7});
    model.check("read", new byte[] {1, 0, 0, 7}, 4, 0, 9);
    model.copy(0, 4, 2);
    model.zero(3, 9);
    model.check("read", new byte[] {1, 0, 0, 0, 0, 0}, 6, 0, 9);
    assertThat(model.isZero(1, 5)).isTrue();
  }
}
