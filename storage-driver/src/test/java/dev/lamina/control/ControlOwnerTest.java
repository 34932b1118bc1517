package dev.lamina.control;

import static org.assertj.core.api.Assertions.assertThat;

import dev.lamina.testing.RequiresRoot;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.channels.Channels;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.HexFormat;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Whom the control socket answers: its owner and root, whatever became of its mode. */
@RequiresRoot
final class ControlOwnerTest {
  private static final String ASKING =
      """
      import errno, os, socket, sys
      s = socket.socket(socket.AF_UNIX)
      try:
          s.connect('s.sock'); s.sendall(bytes.fromhex(sys.argv[1]))
          print('answered' if s.recv(1) else 'no answer')
      except ConnectionError: print('no answer')
      except OSError as e: print(errno.errorcode[e.errno])
      """;

  @TempDir private Path directory;

  private final AtomicInteger handled = new AtomicInteger();

  @BeforeEach
  void letOthersGetThere() throws IOException {
    permit(directory, "rwxr-xr-x");
  }

  private static void permit(Path path, String permissions) throws IOException {
    Files.setPosixFilePermissions(path, PosixFilePermissions.fromString(permissions));
  }

  private Path run() {
    return directory.resolve("run");
  }

  private Path socket() {
    return run().resolve("s.sock");
  }

  private ControlServer listen() throws IOException {
    return ControlServer.listen(
        socket(),
        (request, conversation) -> {
          handled.incrementAndGet();
          return new Answer.Removed(List.of());
        });
  }

  /** What a user is told who asks for something that a daemon does; run where the socket is. */
  private String asked(int user) throws IOException, InterruptedException {
    ByteArrayOutputStream request = new ByteArrayOutputStream();
    new Frame(Frame.Type.MESSAGE, Messages.encode(new Request.Remove(List.of("all"))))
        .write(Channels.newChannel(request));
    String id = Integer.toString(user);
    Process process =
        new ProcessBuilder(
                "setpriv",
                "--reuid=" + id,
                "--regid=" + id,
                "--clear-groups",
                "/usr/bin/python3",
                "-c",
                ASKING,
                HexFormat.of().formatHex(request.toByteArray()))
            .directory(run().toFile())
            .redirectErrorStream(true)
            .start();
    process.getOutputStream().close();
    String said = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
    process.waitFor();
    return said.strip();
  }

  @Test
  void anotherUserDoesNotGetToTheSocket() throws Exception {
    try (ControlServer _ = listen()) {
      assertThat(asked(0)).isEqualTo("answered");
      assertThat(asked(1000)).isEqualTo("EACCES");
      permit(run(), "rwxr-xr-x");
      assertThat(asked(1000)).isEqualTo("EACCES");
      assertThat(handled).hasValue(1);
    }
  }

  @Test
  void anotherUserWhoGetsToTheSocketGetsNoAnswer() throws Exception {
    try (ControlServer _ = listen()) {
      permit(run(), "rwxrwxrwx");
      permit(socket(), "rw-rw-rw-");
      assertThat(asked(1000)).isEqualTo("no answer");
      assertThat(asked(65534)).isEqualTo("no answer");
      assertThat(handled).hasValue(0);
      assertThat(asked(0)).isEqualTo("answered");
    }
  }
}
