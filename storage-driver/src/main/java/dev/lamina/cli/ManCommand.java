package dev.lamina.cli;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.concurrent.Callable;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** Writes the manual pages. */
@Command(
    name = "man",
    description = "Write the manual pages, one for each command, into a directory.",
    footerHeading = "%nExample:%n",
    footer = {"  lamina man /usr/local/share/man/man1 && man lamina-import"})
final class ManCommand implements Callable<Integer> {
  private final GlobalOptions global;

  @Spec private CommandSpec spec = CommandSpec.create();

  @Parameters(paramLabel = "DIR", description = "Where to; made where it is not there.")
  private Path directory = Path.of("");

  ManCommand(GlobalOptions global) {
    this.global = global;
  }

  @Override
  public Integer call() throws IOException {
    Files.createDirectories(directory);
    int pages = write(spec.root().commandLine());
    global.console().line(pages + " manual pages written to " + directory);
    return 0;
  }

  private int write(CommandLine command) throws IOException {
    ManPage page = new ManPage(command.getCommandSpec());
    Files.writeString(directory.resolve(page.title() + ".1"), page.text(), StandardCharsets.UTF_8);
    int pages = 1;
    for (CommandLine child : command.getSubcommands().values()) {
      pages += write(child);
    }
    return pages;
  }
}
