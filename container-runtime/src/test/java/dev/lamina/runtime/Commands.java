package dev.lamina.runtime;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.lang.ProcessBuilder.Redirect;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.List;
import java.util.stream.Stream;
import tools.jackson.databind.json.JsonMapper;

/** Runs {@code lamina}, as processes of their own, on a store of its own; and other programs. */
final class Commands {
  /** What a process left. */
  record Result(int status, String output, String errors) {
    List<String> lines() {
      return output.lines().toList();
    }
  }

  private final Path directory;
  private final Path launcher;

  /**
   * @param directory where the store and the outputs of processes are
   */
  Commands(Path directory) throws IOException {
    this.directory = directory;
    this.launcher = directory.resolve("lamina");
    // the command starts its daemon with this, as with the launcher of the source tree
    Files.writeString(
        launcher,
        """
        #!/bin/sh
        export CLASSPATH='%s'
        exec '%s' --enable-native-access=ALL-UNNAMED -XX:TieredStopAtLevel=1 -Xmx512m \\
          '-Djava.library.path=%s' dev.lamina.runtime.Main "$@"
        """
            .formatted(
                System.getProperty("java.class.path"),
                Path.of(System.getProperty("java.home"), "bin", "java"),
                System.getProperty("java.library.path")));
    Files.setPosixFilePermissions(launcher, PosixFilePermissions.fromString("rwx------"));
  }

  /** Runs a command that succeeds. */
  Result lamina(String... arguments) throws IOException, InterruptedException {
    return succeed(Stream.concat(Stream.of(launcher.toString()), Stream.of(arguments)));
  }

  /** Runs a command, however it ends. */
  Result attempt(String... arguments) throws IOException, InterruptedException {
    return run(Stream.concat(Stream.of(launcher.toString()), Stream.of(arguments)).toList());
  }

  /** Runs another program that succeeds. */
  Result program(String... command) throws IOException, InterruptedException {
    return succeed(Stream.of(command));
  }

  private Result succeed(Stream<String> command) throws IOException, InterruptedException {
    var words = command.toList();
    var result = run(words);
    assertThat(result.status)
        .as(() -> String.join(" ", words) + "\n" + result.output + result.errors)
        .isZero();
    return result;
  }

  private Result run(List<String> command) throws IOException, InterruptedException {
    return start(command).await();
  }

  /** Starts a command without waiting for it. */
  Running start(String... arguments) throws IOException {
    return start(Stream.concat(Stream.of(launcher.toString()), Stream.of(arguments)).toList());
  }

  private Running start(List<String> command) throws IOException {
    var output = Files.createTempFile(directory, "output", "");
    var errors = Files.createTempFile(directory, "errors", "");
    var builder =
        new ProcessBuilder(command)
            .redirectInput(Redirect.from(Path.of("/dev/null").toFile()))
            .redirectOutput(output.toFile()) // files, not pipes: a daemon may inherit them
            .redirectError(errors.toFile());
    builder.environment().put("LAMINA_STORE", store().toString());
    builder.environment().put("LAMINA_LAUNCHER", launcher.toString());
    builder.environment().put("LC_ALL", "C.UTF-8");
    return new Running(builder.start(), output, errors);
  }

  /** A process that may still run, and the files that it writes to. */
  record Running(Process process, Path output, Path errors) {
    Result await() throws IOException, InterruptedException {
      int status = process.waitFor();
      var result =
          new Result(
              status,
              new String(Files.readAllBytes(output), UTF_8),
              new String(Files.readAllBytes(errors), UTF_8));
      Files.delete(output);
      Files.delete(errors);
      return result;
    }
  }

  Path store() {
    return directory.resolve("store");
  }

  /** The store's daemon, which is started where none runs. */
  ProcessHandle daemon() throws IOException, InterruptedException {
    lamina("daemon", "start");
    var status = JsonMapper.shared().readTree(lamina("daemon", "status", "--json").output());
    return ProcessHandle.of(status.get("pid").asLong()).orElseThrow();
  }

  /** Stops the daemon, which unmounts what is mounted. */
  void stop() throws IOException, InterruptedException {
    attempt("daemon", "stop");
  }
}
