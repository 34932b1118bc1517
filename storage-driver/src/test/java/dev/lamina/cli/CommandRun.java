package dev.lamina.cli;

import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.InputStream;
import java.io.PrintWriter;
import java.nio.charset.StandardCharsets;
import java.time.Clock;
import java.util.HashMap;
import java.util.Map;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/** One command, run in this process, and what it printed. */
record CommandRun(int code, String output, String error) {
  /** Runs a command. */
  static CommandRun of(String... arguments) {
    return of(Map.of(), InputStream.nullInputStream(), arguments);
  }

  /** Runs a command with more environment variables than this process has, and bytes to read. */
  static CommandRun of(Map<String, String> variables, InputStream input, String... arguments) {
    Map<String, String> environment = new HashMap<>(System.getenv());
    environment.putAll(variables);
    ByteArrayOutputStream output = new ByteArrayOutputStream();
    ByteArrayOutputStream error = new ByteArrayOutputStream();
    Console console =
        new Console(
            input,
            output,
            new PrintWriter(output, true, StandardCharsets.UTF_8),
            new PrintWriter(error, true, StandardCharsets.UTF_8),
            false,
            environment,
            Clock.systemUTC());
    int code = Lamina.run(console, arguments);
    console.error().flush();
    return new CommandRun(
        code, output.toString(StandardCharsets.UTF_8), error.toString(StandardCharsets.UTF_8));
  }

  /** Runs a command that reads bytes. */
  static CommandRun reading(byte[] input, String... arguments) {
    return of(Map.of(), new ByteArrayInputStream(input), arguments);
  }

  /** Returns the output as JSON. */
  JsonNode json() {
    return JsonMapper.builder().build().readTree(output);
  }
}
