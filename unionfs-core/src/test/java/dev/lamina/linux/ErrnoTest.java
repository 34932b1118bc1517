package dev.lamina.linux;

import static dev.lamina.linux.Bytes.utf8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import org.junit.jupiter.api.Test;

final class ErrnoTest {
  @Test
  void numbers_are_the_kernels() {
    assertThat(Errno.of(2)).isEqualTo(Errno.ENOENT);
    assertThat(Errno.ENOSYS.number()).isEqualTo(38);
    assertThat(Errno.EOPNOTSUPP.number()).isEqualTo(95);
    assertThat(Errno.ESTALE.number()).isEqualTo(116);
    assertThat(Errno.ENOTEMPTY.message()).isEqualTo("Directory not empty");
    for (Errno errno : Errno.values()) {
      assertThat(Errno.of(errno.number())).isEqualTo(errno);
    }
  }

  @Test
  void what_is_no_error_number_is_refused() {
    for (int number : new int[] {-1, 0, 41, 58, 134, 524}) {
      assertThat(Errno.isKnown(number)).isFalse();
      assertThatIllegalArgumentException().isThrownBy(() -> Errno.of(number));
    }
  }

  @Test
  void a_number_that_programs_cannot_know_becomes_EIO_and_stays_in_the_message() {
    LinuxException internal = LinuxException.ofCall(Syscall.STATX, 524, 7);
    assertThat(internal.errno()).isEqualTo(Errno.EIO);
    assertThat(internal).hasMessage("statx on descriptor 7: unknown error 524");
  }

  @Test
  void a_message_names_both_files_and_escapes_what_is_no_text() {
    byte[] odd = {(byte) 0xff, 'a', '\n'};
    assertThat(LinuxException.ofCall(Syscall.RENAMEAT2, 17, odd, utf8("grün\n")))
        .hasMessage("renameat2 '\\xffa\\x0a' to 'grün\\x0a': File exists (EEXIST)");
  }

  @Test
  void an_architecture_without_numbers_is_refused_by_name() {
    assertThat(Architecture.named("amd64")).isEqualTo(Architecture.X86_64);
    assertThat(Architecture.named("aarch64")).isEqualTo(Architecture.AARCH64);
    assertThatExceptionOfType(UnsupportedOperationException.class)
        .isThrownBy(() -> Architecture.named("s390x"))
        .withMessageContaining("s390x");
  }
}
