package dev.lamina.archive;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;

/** Runs programs that tests compare with; a test that does asks for them by its annotation. */
public final class Tool {
  private Tool() {}

  /** Runs a program with these bytes as its input, and returns what it wrote. It must succeed. */
  public static byte[] run(List<String> words, byte[] input) throws IOException {
    Path errors = Files.createTempFile("tool", null);
    try {
      Process process = new ProcessBuilder(words).redirectError(errors.toFile()).start();
      Thread writer =
          Thread.ofVirtual()
              .start(
                  () -> {
                    try (OutputStream to = process.getOutputStream()) {
                      to.write(input);
                    } catch (IOException e) {
                      // It need not read all that it is given; how it ends says whether it is well.
                    }
                  });
      byte[] output = process.getInputStream().readAllBytes();
      int status = process.waitFor();
      writer.join();
      assertThat(status)
          .as("%s: %s", words, Files.readString(errors, StandardCharsets.ISO_8859_1))
          .isZero();
      return output;
    } catch (InterruptedException e) {
      throw new IOException(e);
    } finally {
      Files.delete(errors);
    }
  }
}
