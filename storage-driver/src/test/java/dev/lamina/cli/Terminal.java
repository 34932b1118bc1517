package dev.lamina.cli;

import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/**
 * A program on a terminal of its own (a pty, which the JDK cannot make and Python can). It starts
 * as from a login, whatever ran the tests: in the background of a script, a Ctrl-C would be ignored
 * by it and all its children. What hangs ends after a while, for a read waits through every
 * interrupt.
 */
final class Terminal {
  private static final String BRIDGE =
      """
      import os, pty, signal, sys, threading
      pid, terminal = pty.fork()
      if pid == 0:
          signal.signal(signal.SIGINT, signal.SIG_DFL)
          signal.signal(signal.SIGHUP, signal.SIG_DFL)
          os.execvp(sys.argv[1], sys.argv[1:])
      def type_keys():
          while keys := os.read(0, 1024):
              os.write(terminal, keys)
      signal.alarm(100)
      threading.Thread(target=type_keys, daemon=True).start()
      try:
          while said := os.read(terminal, 1024):
              os.write(1, said)
      except OSError:
          pass
      sys.exit(os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1]))
      """;

  private final Process bridge;
  private final StringBuilder said = new StringBuilder();

  private Terminal(Process bridge) {
    this.bridge = bridge;
  }

  static Terminal start(Map<String, String> variables, List<String> command) throws IOException {
    List<String> line = new ArrayList<>(List.of("python3", "-c", BRIDGE));
    line.addAll(command);
    ProcessBuilder builder =
        new ProcessBuilder(line).redirectError(ProcessBuilder.Redirect.INHERIT);
    builder.environment().putAll(variables);
    return new Terminal(builder.start());
  }

  Process process() {
    return bridge;
  }

  /** Types keys. */
  void type(String keys) throws IOException {
    OutputStream keyboard = bridge.getOutputStream();
    keyboard.write(keys.getBytes(StandardCharsets.UTF_8));
    keyboard.flush();
  }

  /** Reads on until a text was shown, and past it. */
  void awaitShown(String text) throws IOException {
    InputStream screen = bridge.getInputStream();
    while (said.indexOf(text) < 0) {
      int next = screen.read();
      if (next < 0) {
        throw new AssertionError("ended without \"" + text + "\": " + said);
      }
      said.append((char) next);
    }
    said.delete(0, said.indexOf(text) + text.length());
  }

  /** Reads to the end and returns the exit code. */
  int end() throws IOException, InterruptedException {
    bridge.getInputStream().transferTo(OutputStream.nullOutputStream());
    return bridge.waitFor();
  }

  /** Closes it, as the window around it is closed. */
  void close() throws InterruptedException {
    bridge.destroyForcibly().waitFor();
  }
}
