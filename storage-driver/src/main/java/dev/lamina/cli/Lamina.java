package dev.lamina.cli;

import picocli.CommandLine;
import picocli.CommandLine.Command;

/** The command line of Lamina. */
@Command(
    name = "lamina",
    description = "A copy-on-write union file system for container images.",
    mixinStandardHelpOptions = true,
    version = Lamina.VERSION)
public final class Lamina {
  static final String VERSION = "lamina 0.1.0-SNAPSHOT";

  private Lamina() {}

  /**
   * Runs one command.
   *
   * @param args the arguments after the program's name
   * @return the exit code: 0 done, 1 failed, 2 wrong usage
   */
  public static int run(String[] args) {
    return new CommandLine(new Lamina()).execute(args);
  }

  @Command(name = "version", description = "Print the version.")
  int version() {
    System.out.println(VERSION);
    return 0;
  }
}
