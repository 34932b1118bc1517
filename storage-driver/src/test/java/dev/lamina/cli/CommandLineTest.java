package dev.lamina.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import picocli.CommandLine;
import tools.jackson.databind.JsonNode;

/** What the command line does without asking a daemon. */
final class CommandLineTest {
  @TempDir private Path directory;

  private static List<List<String>> allCommands() {
    Console console = Console.ofProcess();
    List<List<String>> all = new ArrayList<>();
    collect(Lamina.commandLine(console), List.of(), all);
    return all;
  }

  private static void collect(CommandLine line, List<String> path, List<List<String>> all) {
    for (CommandLine child : line.getSubcommands().values()) {
      List<String> name = new ArrayList<>(path);
      name.add(child.getCommandName());
      all.add(name);
      collect(child, name, all);
    }
  }

  private static CommandRun run(List<String> command, String... more) {
    return CommandRun.of(Stream.concat(command.stream(), Stream.of(more)).toArray(String[]::new));
  }

  @Test
  void everyCommandHasHelpWithAnExample() {
    List<List<String>> all = allCommands();
    assertThat(all)
        .extracting(List::getFirst)
        .contains(
            "import",
            "images",
            "layers",
            "history",
            "inspect",
            "tag",
            "mount",
            "shell",
            "umount",
            "mounts",
            "volumes",
            "diff",
            "commit",
            "export",
            "ls",
            "cat",
            "stat",
            "rm",
            "gc",
            "verify",
            "du",
            "daemon",
            "doctor",
            "completion",
            "man",
            "version");
    for (List<String> command : all) {
      CommandRun help = run(command, "--help");
      assertThat(help.code()).as("%s", command).isZero();
      assertThat(help.output())
          .as("%s", command)
          .startsWith("Usage: lamina " + String.join(" ", command))
          .contains("Example:", "  lamina ");
    }
  }

  @Test
  void whatIsNoCommandIsWrongUsage() {
    CommandRun typo = CommandRun.of("imprt", "x");
    assertThat(typo.code()).isEqualTo(2);
    assertThat(typo.error()).contains("imprt").contains("lamina import").contains("--help");
    CommandRun option = CommandRun.of("import", "--platfrm", "linux/amd64", "x");
    assertThat(option.code()).isEqualTo(2);
    assertThat(option.error()).contains("--platfrm").contains("--platform");
    assertThat(CommandRun.of("mount").code()).isEqualTo(2);
    assertThat(CommandRun.of("mount").error()).contains("DIR");
    assertThat(CommandRun.of().code()).isEqualTo(2);
    assertThat(CommandRun.of("completion", "tcsh").code()).isEqualTo(2);
  }

  @Test
  void theStoreIsNamedBeforeOrBehindTheCommand() {
    String store = directory.resolve("no-such-store").toString();
    for (String command :
        List.of("--store S daemon status", "daemon --store S status", "daemon status --store S")) {
      CommandRun status = CommandRun.of(command.replace("S", store).split(" "));
      assertThat(status.code()).as(command).isEqualTo(1);
      assertThat(status.output()).as(command).contains("no daemon is running for " + store);
    }
    for (String command : List.of("--store S doctor --json", "doctor --json --store S")) {
      assertThat(CommandRun.of(command.replace("S", store).split(" ")).output())
          .as(command)
          .contains(store + ", not made yet");
    }
    for (List<String> command : allCommands()) {
      assertThat(run(command, "--help").output()).as("%s", command).contains("--store=DIR");
    }
  }

  @Test
  void whatCannotBeWrittenIsAFailure() {
    OutputStream full =
        new OutputStream() {
          @Override
          public void write(int b) throws IOException {
            throw new IOException("No space left on device");
          }
        };
    StringWriter error = new StringWriter();
    Console console =
        new Console(
            InputStream.nullInputStream(),
            full,
            new PrintWriter(full, false, StandardCharsets.UTF_8),
            new PrintWriter(error),
            false,
            Map.of(),
            Clock.systemUTC());
    assertThat(Lamina.run(console, "version")).isEqualTo(1);
    assertThat(error.toString()).contains("output could not be written");
  }

  @Test
  void manualPagesAreGoodRoff() throws Exception {
    Path man = directory.resolve("man1");
    assertThat(CommandRun.of("man", man.toString()).code()).isZero();
    for (List<String> command : allCommands()) {
      Path page = man.resolve("lamina-" + String.join("-", command) + ".1");
      assertThat(page)
          .content()
          .contains(".SH \"NAME\"", ".SH \"SYNOPSIS\"", ".SH \"EXAMPLES\"", ".SH \"SEE ALSO\"");
    }
    assertThat(man.resolve("lamina.1")).content().contains("lamina\\-import", "LAMINA_STORE");
    assumeTool("groff");
    for (String page : List.of("lamina.1", "lamina-import.1", "lamina-daemon-start.1")) {
      Run checked = Run.of("groff", "-man", "-ww", "-z", man.resolve(page).toString());
      assertThat(checked).isEqualTo(new Run(0, ""));
    }
  }

  @Test
  void completionKnowsCommandsAndOptions() throws Exception {
    CommandRun bash = CommandRun.of("completion", "bash");
    Path script = Files.writeString(directory.resolve("lamina.bash"), bash.output());
    assertThat(Run.of("bash", "-n", script.toString())).isEqualTo(new Run(0, ""));
    String ask =
        "source "
            + script
            + "; COMP_WORDS=(lamina imp); COMP_CWORD=1; _complete_lamina 2>/dev/null; echo"
            + " \"${COMPREPLY[@]}\"";
    assertThat(Run.of("bash", "-c", ask)).isEqualTo(new Run(0, "import\n"));
    CommandRun fish = CommandRun.of("completion", "fish");
    assertThat(fish.output())
        .contains("complete -c lamina -f -n '__lamina_has_no_command' -a import -d '")
        .contains("complete -c lamina -n '__fish_seen_subcommand_from import' -l platform -r -d '")
        .contains("and not __fish_seen_subcommand_from ")
        .contains("-a stop");
    assertThat(CommandRun.of("completion", "zsh").output()).contains("bashcompinit");
  }

  @Test
  void doctorSaysWhatIsThereAndWhatToDo() {
    Path store = directory.resolve("store");
    CommandRun json = CommandRun.of("doctor", "--json", "--store", store.toString());
    List<String> looked = new ArrayList<>();
    for (JsonNode finding : json.json().get("findings")) {
      looked.add(finding.get("what").asString());
      assertThat(finding.get("state").asString()).isIn("ok", "less", "missing");
      if (!finding.get("state").asString().equals("ok")) {
        assertThat(finding.get("advice").asString()).isNotEmpty();
      }
    }
    assertThat(looked)
        .contains(
            "kernel",
            "FUSE",
            "privileges",
            "fusermount3",
            "FUSE passthrough",
            "FUSE io_uring",
            "libfuse 2",
            "JDK",
            "reflink",
            "disk",
            "store",
            "daemon");
    assertThat(json.code()).isEqualTo(json.json().get("well").asBoolean() ? 0 : 1);
    assertThat(store).doesNotExist();
    CommandRun text = CommandRun.of("doctor", "--store", store.toString());
    assertThat(text.output()).contains("WHAT", "STATE", "kernel", Runtime.version().toString());
  }

  @Test
  void pathsBeginBehindTheNamesOwnColons() {
    assertThat(Names.file("debian:12:/etc")).isEqualTo(new Names.File("debian:12", "/etc"));
    assertThat(Names.file("host:5000/debian:12:/etc/a:/b"))
        .isEqualTo(new Names.File("host:5000/debian:12", "/etc/a:/b"));
    assertThat(Names.file("debian")).isEqualTo(new Names.File("debian", "/"));
  }

  @Test
  void kernelVersionsAreCompared() {
    assertThat(KernelVersion.parse("6.1.0-18-amd64").isAtLeast(6, 9)).isFalse();
    assertThat(KernelVersion.parse("6.18.2").isAtLeast(6, 9)).isTrue();
    assertThat(KernelVersion.parse("7.0").isAtLeast(6, 14)).isTrue();
    assertThat(KernelVersion.parse("odd").isAtLeast(1, 0)).isFalse();
  }

  private static void assumeTool(String name) {
    Assumptions.assumeTrue(
        Stream.of(System.getenv("PATH").split(":"))
            .anyMatch(path -> Files.isExecutable(Path.of(path, name))),
        name + " is not installed");
  }

  /** A program of the machine's, run. */
  private record Run(int code, String said) {
    static Run of(String... command) throws IOException, InterruptedException {
      Process process = new ProcessBuilder(command).redirectErrorStream(true).start();
      process.getOutputStream().close();
      String said = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
      return new Run(process.waitFor(), said);
    }
  }
}
