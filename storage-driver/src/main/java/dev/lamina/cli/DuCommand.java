package dev.lamina.cli;

import dev.lamina.control.Answer;
import dev.lamina.control.ControlException;
import dev.lamina.control.Request;
import java.io.IOException;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/** Tells what takes how much space. */
@Command(
    name = "du",
    description =
        "Show the space that images and volumes take: apparent, unique (what removing it gives"
            + " back), shared, and on disk.",
    footerHeading = "%nExample:%n",
    footer = {"  lamina du"})
final class DuCommand implements Callable<Integer> {
  private final GlobalOptions global;

  @Option(names = "--json", description = "Print JSON.")
  private boolean json;

  DuCommand(GlobalOptions global) {
    this.global = global;
  }

  @Override
  public Integer call() throws ControlException, IOException {
    Answer.UsageList answer = global.ask(new Request.Usage(), Answer.UsageList.class);
    if (json) {
      global.console().json(answer);
      return 0;
    }
    Table table = new Table("NAME", "KIND", "APPARENT", "UNIQUE", "SHARED", "ON DISK");
    for (Answer.UsageEntry entry : answer.entries()) {
      table.row(
          entry.name(),
          entry.kind(),
          Sizes.of(entry.apparent()),
          Sizes.of(entry.unique()),
          Sizes.of(entry.shared()),
          Sizes.of(entry.onDisk()));
    }
    table.print(global.console().output());
    Answer.UsageTotal total = answer.total();
    global
        .console()
        .line(
            "The whole store: "
                + Sizes.of(total.onDisk())
                + " on disk for "
                + Sizes.of(total.apparent())
                + " of files; a gc would give back "
                + Sizes.of(total.unreferenced()));
    return 0;
  }
}
