package dev.lamina.cli;

import dev.lamina.control.Answer;
import dev.lamina.control.ControlException;
import dev.lamina.control.Request;
import java.io.IOException;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** Tells how an image came about. */
@Command(
    name = "history",
    description = "Show how an image came about, the newest step first.",
    footerHeading = "%nExample:%n",
    footer = {"  lamina history debian:12"})
final class HistoryCommand implements Callable<Integer> {
  private final GlobalOptions global;

  @Parameters(paramLabel = "IMAGE", description = "The image, by name or ID.")
  private String name = "";

  @Option(names = "--json", description = "Print JSON.")
  private boolean json;

  HistoryCommand(GlobalOptions global) {
    this.global = global;
  }

  @Override
  public Integer call() throws ControlException, IOException {
    Answer.HistoryList answer = global.ask(new Request.History(name), Answer.HistoryList.class);
    if (json) {
      global.console().json(answer);
      return 0;
    }
    Table table = new Table("CREATED", "SIZE", "CREATED BY", "COMMENT");
    for (Answer.HistoryEntry entry : answer.entries()) {
      table.row(
          entry.created().map(global.console()::age).orElse("-"),
          entry.emptyLayer() ? "0 B" : Sizes.of(entry.size()),
          entry.createdBy(),
          entry.comment());
    }
    table.print(global.console().output());
    return 0;
  }
}
