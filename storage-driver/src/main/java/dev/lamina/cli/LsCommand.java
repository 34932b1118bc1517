package dev.lamina.cli;

import dev.lamina.control.Answer;
import dev.lamina.control.ControlException;
import dev.lamina.control.Request;
import java.io.IOException;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** Lists a directory without mounting. */
@Command(
    name = "ls",
    description = "List a directory of an image or volume without mounting it.",
    footerHeading = "%nExample:%n",
    footer = {"  lamina ls debian:12:/etc"})
final class LsCommand implements Callable<Integer> {
  private final GlobalOptions global;

  @Parameters(paramLabel = "IMAGE:PATH", description = "The image or volume, and the path in it.")
  private String file = "";

  @Option(names = "--json", description = "Print JSON.")
  private boolean json;

  LsCommand(GlobalOptions global) {
    this.global = global;
  }

  @Override
  public Integer call() throws ControlException, IOException {
    Names.File place = Names.file(file);
    Answer.FileList answer =
        global.ask(new Request.ListFiles(place.what(), place.path()), Answer.FileList.class);
    if (json) {
      global.console().json(answer);
      return 0;
    }
    FileTable.print(answer.files(), global.console().output());
    return 0;
  }
}
