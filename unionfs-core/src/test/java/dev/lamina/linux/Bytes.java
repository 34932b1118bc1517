package dev.lamina.linux;

import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;

/** Names as bytes, and what a failing call looks like. */
final class Bytes {
  private Bytes() {}

  static byte[] utf8(String text) {
    return text.getBytes(StandardCharsets.UTF_8);
  }

  static String text(byte[] bytes) {
    return new String(bytes, StandardCharsets.UTF_8);
  }

  static Fd directory(Path path) {
    return FileOpen.openat(Fd.CWD, utf8(path.toString()), FileOpen.O_DIRECTORY);
  }

  static void assertFails(Errno errno, ThrowingCallable call) {
    assertThatExceptionOfType(LinuxException.class)
        .isThrownBy(call)
        .satisfies(e -> org.assertj.core.api.Assertions.assertThat(e.errno()).isEqualTo(errno));
  }
}
