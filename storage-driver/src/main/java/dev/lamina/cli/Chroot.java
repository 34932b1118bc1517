package dev.lamina.cli;

import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * Runs a command with a directory as its root, in a mount namespace of its own: what is mounted for
 * it goes with its last process, and nobody else sees it.
 */
final class Chroot {
  /**
   * Arguments: the root, "yes" where the name servers are lent, the command. A link where a
   * directory should be could lead out of the root, and is left alone.
   */
  private static final String SCRIPT =
      """
      root=$1 lent=$2
      shift 2
      for at in proc sys dev; do
        if [ -d "$root/$at" ] && [ ! -L "$root/$at" ]; then
          mount --rbind "/$at" "$root/$at" || exit 125
        fi
      done
      if [ "$lent" = yes ]; then
        mount --bind /etc/resolv.conf "$root/etc/resolv.conf" || exit 125
      fi
      exec chroot "$root" "$@"
      """;

  private static final List<String> SHELL =
      List.of(
          "/bin/sh", "-c", "if command -v bash >/dev/null 2>&1; then exec bash; fi; exec /bin/sh");
  private static final String PATH = "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin";

  private final Path root;
  private final boolean nameServersLent;

  Chroot(Path root, boolean nameServersLent) {
    this.root = root;
    this.nameServersLent = nameServersLent;
  }

  /**
   * Runs a command and waits for its end.
   *
   * @param command empty: a shell
   * @param environment variables of the image's, each {@code NAME=VALUE}
   * @return its exit code; 128 and the signal's number where one ended it
   * @throws IOException where unshare(1) cannot be started
   */
  int run(List<String> command, List<String> environment, Interruption interruption)
      throws IOException {
    List<String> line =
        new ArrayList<>(List.of("unshare", "--mount", "/bin/sh", "-c", SCRIPT, "lamina-shell"));
    line.add(root.toString());
    line.add(nameServersLent ? "yes" : "no");
    line.addAll(command.isEmpty() ? SHELL : command);
    ProcessBuilder builder = new ProcessBuilder(line).inheritIO();
    variables(builder.environment(), environment);
    Optional<Process> started = interruption.start(builder);
    return started.isEmpty() ? Interruption.EXIT_CODE : await(started.get());
  }

  /** The image's own variables; of this process's only what the terminal needs. */
  private static void variables(Map<String, String> variables, List<String> ofImage) {
    String terminal = variables.getOrDefault("TERM", "");
    variables.clear();
    variables.put("PATH", PATH);
    variables.put("HOME", "/root");
    if (!terminal.isEmpty()) {
      variables.put("TERM", terminal);
    }
    for (String variable : ofImage) {
      int equals = variable.indexOf('=');
      if (equals > 0) {
        variables.put(variable.substring(0, equals), variable.substring(equals + 1));
      }
    }
  }

  private static int await(Process process) throws IOException {
    try {
      return process.waitFor();
    } catch (InterruptedException e) {
      process.destroy();
      Thread.currentThread().interrupt();
      throw new IOException("interrupted while the command ran", e);
    }
  }
}
