package dev.lamina.cli;

import dev.lamina.control.Answer;
import dev.lamina.control.Messages;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.io.PrintWriter;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Instant;
import java.util.Map;

/**
 * What a command reads and writes.
 *
 * @param input standard input
 * @param rawOutput standard output, for bytes
 * @param output standard output, for text
 * @param error standard error
 * @param terminal whether standard error is a terminal
 * @param environment the process's environment
 * @param clock tells the time
 */
record Console(
    InputStream input,
    OutputStream rawOutput,
    PrintWriter output,
    PrintWriter error,
    boolean terminal,
    Map<String, String> environment,
    Clock clock) {

  /** Returns the process's own. */
  static Console ofProcess() {
    // The same file for text and bytes, each flushed by whoever writes: commands write one kind.
    // Not System.out for the bytes, which keeps its failures to itself.
    StandardOutput output = new StandardOutput();
    return new Console(
        System.in,
        output,
        new PrintWriter(output, false, StandardCharsets.UTF_8),
        new PrintWriter(System.err, true, StandardCharsets.UTF_8),
        isTerminal(Path.of("/proc/self/fd/2")),
        System.getenv(),
        Clock.systemUTC());
  }

  /** The JDK tells of standard input and output only. */
  static boolean isTerminal(Path descriptor) {
    try {
      String file = Files.readSymbolicLink(descriptor).toString();
      return file.startsWith("/dev/pts/") || file.startsWith("/dev/tty");
    } catch (IOException e) {
      return false;
    }
  }

  /** Writes the text that is still to be written, and returns whether any could not be. */
  boolean outputFailed() {
    return output.checkError();
  }

  /** Returns whether nobody reads the output any more: no failure that anybody wants to read of. */
  boolean outputAbandoned() {
    return rawOutput instanceof StandardOutput standard && standard.isAbandoned();
  }

  /** Prints an answer as JSON. */
  void json(Answer answer) {
    output.println(Messages.print(answer));
    output.flush();
  }

  /** Prints a line. */
  void line(String text) {
    output.println(text);
    output.flush();
  }

  /** Returns how long ago something was. */
  String age(Instant then) {
    return Ages.of(then, clock.instant());
  }
}
