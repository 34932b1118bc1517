package dev.lamina.daemon;

import static org.assertj.core.api.Assertions.assertThat;

import dev.lamina.control.Answer;
import dev.lamina.control.ControlClient;
import dev.lamina.control.ControlException;
import dev.lamina.control.Reply;
import dev.lamina.control.ReplyListener;
import dev.lamina.control.Request;
import dev.lamina.fuse.kernel.NativeTransport;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStream;
import java.io.InputStreamReader;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Clock;

/** A daemon in a process of its own, which can be killed. */
final class DaemonProcess {
  private static final ReplyListener DEAF =
      new ReplyListener() {
        @Override
        public void progress(Reply.Progress progress) {
          // Nobody looks.
        }

        @Override
        public void warning(String text) {
          // Nobody looks.
        }
      };

  private final Process process;
  private final Path socket;

  private DaemonProcess(Process process, Path socket) {
    this.process = process;
    this.socket = socket;
  }

  /** What runs in that process. */
  static final class Program {
    private Program() {}

    @SuppressWarnings("SystemOut") // how it tells the test that it listens
    public static void main(String[] arguments) throws IOException, InterruptedException {
      NativeTransport transport = new NativeTransport();
      try (Daemon daemon =
          Daemon.start(
              Path.of(arguments[0]),
              Path.of(arguments[1]),
              "test",
              transport,
              transport,
              Clock.systemUTC())) {
        System.out.println("listening");
        daemon.awaitStop();
      }
    }
  }

  /** Starts one and waits until it listens. */
  static DaemonProcess start(Path store, Path socket) throws IOException {
    Process process =
        new ProcessBuilder(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "--enable-native-access=ALL-UNNAMED",
                "-XX:TieredStopAtLevel=1",
                "-Xmx512m",
                "-cp",
                System.getProperty("java.class.path"),
                Program.class.getName(),
                store.toString(),
                socket.toString())
            .redirectError(ProcessBuilder.Redirect.INHERIT)
            .start();
    BufferedReader said =
        new BufferedReader(new InputStreamReader(process.getInputStream(), StandardCharsets.UTF_8));
    assertThat(said.readLine()).isEqualTo("listening");
    return new DaemonProcess(process, socket);
  }

  Answer ask(Request request) throws IOException, ControlException {
    try (ControlClient client = ControlClient.connect(socket)) {
      return client.ask(
          request, InputStream.nullInputStream(), OutputStream.nullOutputStream(), DEAF);
    }
  }

  /** As kill -9 does, at once. */
  void kill() throws InterruptedException {
    process.destroyForcibly().waitFor();
  }
}
