package dev.lamina.cli;

import dev.lamina.control.Answer;
import dev.lamina.control.ControlException;
import dev.lamina.control.Request;
import java.io.IOException;
import java.util.List;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** Removes images and volumes. */
@Command(
    name = "rm",
    description =
        "Remove images and volumes: all that are named or, where one can't be, none. What they held"
            + " goes with the next gc.",
    footerHeading = "%nExample:%n",
    footer = {"  lamina rm mine:1 debian-3f9a"})
final class RmCommand implements Callable<Integer> {
  private final GlobalOptions global;

  @Parameters(
      arity = "1..*",
      paramLabel = "IMAGE|VOLUME",
      description = "What to remove; a volume's name comes first.")
  private List<String> names = List.of();

  @Option(names = "--json", description = "Print JSON.")
  private boolean json;

  RmCommand(GlobalOptions global) {
    this.global = global;
  }

  @Override
  public Integer call() throws ControlException, IOException {
    Answer.Removed answer = global.ask(new Request.Remove(names), Answer.Removed.class);
    if (json) {
      global.console().json(answer);
      return 0;
    }
    answer.names().forEach(global.console()::line);
    return 0;
  }
}
