package dev.lamina.cli;

import dev.lamina.control.Answer;
import dev.lamina.control.ControlException;
import dev.lamina.control.Request;
import java.io.IOException;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** Tells a file's attributes without mounting. */
@Command(
    name = "stat",
    description = "Show a file's attributes without mounting its image or volume.",
    footerHeading = "%nExample:%n",
    footer = {"  lamina stat debian:12:/etc/passwd"})
final class StatCommand implements Callable<Integer> {
  private final GlobalOptions global;

  @Parameters(paramLabel = "IMAGE:PATH", description = "The image or volume, and the path in it.")
  private String file = "";

  @Option(names = "--json", description = "Print JSON.")
  private boolean json;

  StatCommand(GlobalOptions global) {
    this.global = global;
  }

  @Override
  public Integer call() throws ControlException, IOException {
    Names.File place = Names.file(file);
    Answer.FileDetail answer =
        global.ask(new Request.Stat(place.what(), place.path()), Answer.FileDetail.class);
    if (json) {
      global.console().json(answer);
      return 0;
    }
    FileTable.describe(answer, global.console().output());
    return 0;
  }
}
