package dev.lamina.cli;

import dev.lamina.control.Answer;
import dev.lamina.control.ControlException;
import dev.lamina.control.Request;
import java.io.IOException;
import java.io.PrintWriter;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** Tells what a volume changed. */
@Command(
    name = "diff",
    description = "Show what a volume changed, as docker diff does: A added, C changed, D deleted.",
    footerHeading = "%nExample:%n",
    footer = {"  lamina diff debian-3f9a"})
final class DiffCommand implements Callable<Integer> {
  private final GlobalOptions global;

  @Parameters(paramLabel = "VOLUME", description = "The volume.")
  private String name = "";

  @Option(names = "--json", description = "Print JSON.")
  private boolean json;

  DiffCommand(GlobalOptions global) {
    this.global = global;
  }

  @Override
  public Integer call() throws ControlException, IOException {
    Answer.ChangeList answer = global.ask(new Request.Diff(name), Answer.ChangeList.class);
    if (json) {
      global.console().json(answer);
      return 0;
    }
    PrintWriter out = global.console().output();
    for (Answer.Change change : answer.changes()) {
      out.println(change.kind() + " " + change.path());
    }
    out.flush();
    return 0;
  }
}
