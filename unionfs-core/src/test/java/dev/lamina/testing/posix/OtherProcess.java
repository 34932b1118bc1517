package dev.lamina.testing.posix;

import static dev.lamina.testing.posix.Answer.ok;
import static java.nio.charset.StandardCharsets.ISO_8859_1;

import dev.lamina.linux.Fd;
import dev.lamina.linux.Processes;
import dev.lamina.linux.RawCall;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.PrintStream;
import java.io.UncheckedIOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;

/**
 * Another process, which makes the system calls that it is told to: what is a process's own, such
 * as record locks, two threads cannot show. For one thread at a time.
 */
final class OtherProcess implements AutoCloseable {
  private final Process process;
  private final PrintStream orders;
  private final BufferedReader answers;

  private OtherProcess(Process process) {
    this.process = process;
    this.orders = new PrintStream(process.getOutputStream(), true, ISO_8859_1);
    this.answers = new BufferedReader(new InputStreamReader(process.getInputStream(), ISO_8859_1));
  }

  static OtherProcess start() {
    try {
      return new OtherProcess(
          new ProcessBuilder(command())
              .directory(Path.of("/").toFile())
              .redirectError(ProcessBuilder.Redirect.INHERIT)
              .start());
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private static List<String> command() {
    return List.of(
        Path.of(System.getProperty("java.home"), "bin", "java").toString(),
        "--enable-native-access=ALL-UNNAMED",
        "-XX:TieredStopAtLevel=1",
        "-XX:+UseSerialGC",
        "-Xmx64m",
        "-cp",
        System.getProperty("java.class.path"),
        OtherProcess.class.getName());
  }

  /** Goes to the calling thread's directory until the check ends. */
  OtherProcess enter() {
    String here = "/proc/" + Processes.pid() + "/task/" + Processes.threadId() + "/cwd";
    ok(call(RawCall.CHDIR, here));
    Home.closing(() -> ok(call(RawCall.CHDIR, "/")));
    return this;
  }

  long pid() {
    return process.pid();
  }

  /** Opens a file there; closed after the check. */
  long open(String path, int flags) {
    long fd = ok(call(RawCall.OPENAT, Fd.CWD, path, flags, 0644));
    Home.closing(() -> call(RawCall.CLOSE, fd));
    return fd;
  }

  /**
   * Makes a call there, and waits for its result.
   *
   * @param arguments numbers, texts (a character a byte) and arrays of bytes
   */
  long call(RawCall call, Object... arguments) {
    begin(call, arguments);
    return result();
  }

  /** Begins a call there that may have to wait. */
  void begin(RawCall call, Object... arguments) {
    StringBuilder line = new StringBuilder(call.name());
    for (Object argument : arguments) {
      byte[] bytes =
          switch (argument) {
            case String text -> text.getBytes(ISO_8859_1);
            case byte[] given -> given;
            default -> new byte[0];
          };
      boolean isNumber = argument instanceof Number;
      line.append(isNumber ? " #" + argument : " x" + HexFormat.of().formatHex(bytes));
    }
    orders.println(line);
  }

  /** Returns the result of what was begun last. */
  long result() {
    try {
      String line = answers.readLine();
      if (line == null) {
        throw new AssertionError("the other process has ended");
      }
      return Long.parseLong(line);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  @Override
  public void close() {
    orders.close();
    process.destroy();
  }

  /** The other process's own program. */
  public static void main(String[] arguments) throws IOException {
    RawCall.UMASK.of(0);
    BufferedReader orders = new BufferedReader(new InputStreamReader(System.in, ISO_8859_1));
    for (String line = orders.readLine(); line != null; line = orders.readLine()) {
      List<String> words = List.of(line.split(" ", -1));
      List<Object> values = new ArrayList<>();
      for (String word : words.subList(1, words.size())) {
        values.add(
            word.startsWith("#")
                ? Long.valueOf(word.substring(1))
                : HexFormat.of().parseHex(word.substring(1)));
      }
      System.out.println(RawCall.valueOf(words.getFirst()).of(values.toArray()));
    }
  }
}
