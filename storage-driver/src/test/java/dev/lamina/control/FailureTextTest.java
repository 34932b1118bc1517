package dev.lamina.control;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchException;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.FileSystemException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

final class FailureTextTest {
  @TempDir private Path directory;

  @Test
  void a_missing_file_is_called_missing() {
    Path missing = directory.resolve("missing");
    assertThat(FailureText.of(catchException(() -> Files.readString(missing))))
        .isEqualTo(missing + ": no such file or directory");
  }

  @Test
  void a_file_in_the_way_is_called_that_within_another_exception_too() {
    Exception failure = catchException(() -> Files.createDirectory(directory));
    assertThat(FailureText.of(new UncheckedIOException((IOException) failure)))
        .isEqualTo(directory + ": is there already");
  }

  @Test
  void what_has_a_reason_keeps_it() {
    assertThat(FailureText.of(new FileSystemException("f", null, "Too many links")))
        .isEqualTo("f: Too many links");
    assertThat(FailureText.of(new IllegalStateException()))
        .isEqualTo("java.lang.IllegalStateException");
  }
}
