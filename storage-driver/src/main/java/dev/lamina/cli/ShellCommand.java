package dev.lamina.cli;

import dev.lamina.control.Answer;
import dev.lamina.control.ControlException;
import dev.lamina.control.Request;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** Runs a command in an image or volume, mounted for as long as it runs. */
@Command(
    name = "shell",
    description =
        "Run a shell, or the COMMAND, in an image or a volume: mounted, with this machine's /proc,"
            + " /sys, /dev and name servers, and unmounted afterwards. An image gets a new volume,"
            + " which keeps the changes and whose name is printed. The exit code is the command's.",
    footerHeading = "%nExample:%n",
    footer = {"  lamina shell debian:12", "  lamina shell debian:12 cat /etc/os-release"})
final class ShellCommand implements Callable<Integer> {
  private final GlobalOptions global;

  @Parameters(
      index = "0",
      paramLabel = "IMAGE|VOLUME",
      description = "The image, by name or ID, or the volume.")
  private String name = "";

  @Parameters(
      index = "1..*",
      arity = "0..*",
      paramLabel = "COMMAND",
      description = "What to run, with its arguments; else a shell.")
  private List<String> command = List.of();

  @Option(
      names = "--volume",
      paramLabel = "NAME",
      description = "The name of the new volume; else one is made up.")
  private Optional<String> volume = Optional.empty();

  @Option(
      names = "-o",
      paramLabel = "OPTION",
      split = ",",
      description = "Mount options, as of mount; with ro nothing can be changed.")
  private List<String> options = List.of();

  ShellCommand(GlobalOptions global) {
    this.global = global;
  }

  @Override
  public Integer call() throws ControlException, IOException {
    if (!"root".equals(System.getProperty("user.name"))) {
      throw new ControlException(
          "only root can change the root directory: run \"sudo lamina shell\", or mount it with"
              + " \"lamina mount\"",
          false);
    }
    Path directory = Files.createTempDirectory("lamina-shell-");
    Interruption interruption = Interruption.watch(Console.isTerminal(Path.of("/proc/self/fd/0")));
    int code = Interruption.EXIT_CODE;
    try {
      code = mountAndRun(directory, interruption);
    } finally {
      try {
        Files.deleteIfExists(directory);
      } finally {
        interruption.finished(code); // else the process could not end
      }
    }
    return code;
  }

  private int mountAndRun(Path directory, Interruption interruption)
      throws ControlException, IOException {
    List<String> environment = new ImageEnvironment(global).of(name);
    Answer.Mounted mounted =
        global.ask(
            new Request.MountRequest(name, directory.toString(), volume, options, "auto", false),
            Answer.Mounted.class);
    try (NameServers servers = NameServers.lend(directory)) {
      servers.warning().ifPresent(this::warn);
      return new Chroot(directory, servers.lent()).run(command, environment, interruption);
    } finally {
      unmount(directory);
      mounted.volume().filter(made -> !made.equals(name)).ifPresent(this::tell);
    }
  }

  /** What the command left running in the background cannot keep the mount. */
  private void unmount(Path directory) throws ControlException, IOException {
    try {
      global.tell(new Request.Unmount(directory.toString(), false));
    } catch (ControlException busy) {
      warn(busy.getMessage() + ". It is detached now.");
      global.tell(new Request.Unmount(directory.toString(), true));
    }
  }

  private void tell(String made) {
    global.console().error().println("volume " + made + " keeps the changes");
    global.console().error().flush();
  }

  private void warn(String text) {
    global.console().error().println("warning: " + text);
    global.console().error().flush();
  }
}
