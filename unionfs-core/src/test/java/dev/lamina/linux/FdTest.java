package dev.lamina.linux;

import static dev.lamina.linux.Bytes.assertFails;
import static dev.lamina.linux.Bytes.directory;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.assertThatIllegalStateException;

import java.nio.file.Path;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

final class FdTest {

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

  @Test
  void closing_twice_closes_once() {
    Fd first = dir.duplicate();
    int number = first.value();
    first.close();
    try (Fd taken = dir.duplicate()) {
      assertThat(taken.value()).isEqualTo(number);
      first.close();
      FileIo.fsync(taken.value());
    }
    assertThat(first.isOpen()).isFalse();
    assertThatIllegalStateException().isThrownBy(first::value);
  }

  @Test
  void a_released_number_stays_open() {
    Fd owner = dir.duplicate();
    int number = owner.release();
    owner.close();
    FileIo.fsync(number);
    Fd.close(number);
    assertFails(Errno.EBADF, () -> FileIo.fsync(number));
    assertFails(Errno.EBADF, () -> Fd.close(number));
    assertThatIllegalArgumentException().isThrownBy(() -> Fd.own(-1));
  }
}
