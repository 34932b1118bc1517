package dev.lamina.cli;

import dev.lamina.control.ControlException;
import dev.lamina.control.FailureText;
import dev.lamina.linux.LinuxException;
import java.io.IOException;
import java.io.PrintWriter;
import java.nio.file.Path;
import java.util.Optional;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.ParseResult;
import picocli.CommandLine.ScopeType;
import picocli.CommandLine.Spec;
import picocli.CommandLine.UnmatchedArgumentException;

/** The command line of Lamina. */
@Command(
    name = "lamina",
    description = "A copy-on-write union file system for container images.",
    mixinStandardHelpOptions = true,
    version = Lamina.VERSION,
    synopsisSubcommandLabel = "COMMAND",
    footerHeading = "%nExample:%n",
    footer = {
      "  lamina import oci:./layout:debian debian:12",
      "  lamina shell debian:12",
      "",
      "\"lamina COMMAND --help\" tells more of each."
    })
public final class Lamina {
  static final String VERSION = "lamina 0.1.0-SNAPSHOT";

  @Spec private CommandSpec spec = CommandSpec.create();

  @Option(
      names = "--store",
      paramLabel = "DIR",
      scope = ScopeType.INHERIT,
      description =
          "The store; else LAMINA_STORE, else /var/lib/lamina (root) or the XDG data directory."
              + " Before or behind the command's name.")
  private Optional<Path> store = Optional.empty();

  private Lamina() {}

  /**
   * Runs one command.
   *
   * @param args the arguments after the program's name
   * @return the exit code: 0 done, 1 failed, 2 wrong usage
   */
  public static int run(String[] args) {
    return run(Console.ofProcess(), args);
  }

  /** As {@link #run(String[])}, with what the command reads and writes. */
  static int run(Console console, String... args) {
    int code = commandLine(console).execute(args);
    if (console.outputFailed() && code == 0) {
      if (!console.outputAbandoned()) {
        console.error().println("lamina: the output could not be written: is the disk full?");
      }
      return CommandLine.ExitCode.SOFTWARE;
    }
    return code;
  }

  /** Returns the parser with all commands. */
  static CommandLine commandLine(Console console) {
    Lamina lamina = new Lamina();
    CommandLine.IFactory factory =
        new CommandFactory(new GlobalOptions(console, () -> lamina.store));
    CommandLine line = new CommandLine(lamina, factory);
    for (Class<?> command : CommandFactory.COMMANDS) {
      CommandLine child = new CommandLine(command, factory);
      // What comes behind the image's name is the command in it, with options of its own.
      child.setStopAtPositional(command == ShellCommand.class);
      line.addSubcommand(child);
    }
    line.setOut(console.output());
    line.setErr(console.error());
    line.setExecutionExceptionHandler(Lamina::failed);
    line.setParameterExceptionHandler(Lamina::misused);
    everyCommand(line);
    return line;
  }

  /**
   * Every command has --help; picocli gives it only to those that ask. A command that is a method
   * with parameters has to ask itself, before picocli counts its options.
   */
  private static void everyCommand(CommandLine line) {
    for (CommandLine command : line.getSubcommands().values()) {
      CommandSpec own = command.getCommandSpec().version(VERSION);
      if (!own.mixinStandardHelpOptions()) {
        own.mixinStandardHelpOptions(true);
      }
      everyCommand(command);
    }
  }

  /** Says what is wrong and what may have been meant; the whole of the help would hide that. */
  private static int misused(ParameterException e, String[] args) {
    CommandLine command = e.getCommandLine();
    PrintWriter error = command.getErr();
    String name = command.getCommandSpec().qualifiedName(" ");
    error.println(name + ": " + e.getMessage());
    UnmatchedArgumentException.printSuggestions(e, error);
    error.println("\"" + name + " --help\" shows how to use it.");
    error.flush();
    return CommandLine.ExitCode.USAGE;
  }

  private static int failed(Exception e, CommandLine command, ParseResult parsed) throws Exception {
    if (e instanceof ControlException failure) {
      command.getErr().println("lamina: " + failure.getMessage());
      return failure.usage() ? CommandLine.ExitCode.USAGE : CommandLine.ExitCode.SOFTWARE;
    }
    if (e instanceof IOException
        || e instanceof LinuxException
        || e instanceof dev.lamina.store.StoreException) {
      command.getErr().println("lamina: " + FailureText.of(e));
      return CommandLine.ExitCode.SOFTWARE;
    }
    throw e;
  }

  @Command(
      name = "version",
      description = "Print the version.",
      footerHeading = "%nExample:%n",
      footer = {"  lamina version"})
  int version() {
    spec.commandLine().getOut().println(VERSION);
    return 0;
  }
}
