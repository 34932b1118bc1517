package dev.lamina.cli;

import dev.lamina.control.Answer;
import dev.lamina.control.ControlException;
import dev.lamina.control.Request;
import java.io.IOException;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/** Collects what nothing needs. */
@Command(
    name = "gc",
    description = "Delete what no image, volume, snapshot or mount needs.",
    footerHeading = "%nExample:%n",
    footer = {"  lamina gc"})
final class GcCommand implements Callable<Integer> {
  private final GlobalOptions global;

  @Option(names = "--json", description = "Print JSON.")
  private boolean json;

  GcCommand(GlobalOptions global) {
    this.global = global;
  }

  @Override
  public Integer call() throws ControlException, IOException {
    Answer.Collected answer = global.ask(new Request.Collect(), Answer.Collected.class);
    if (json) {
      global.console().json(answer);
      return 0;
    }
    global
        .console()
        .line(
            Sizes.of(answer.bytes())
                + " given back: "
                + answer.layers()
                + " layers, "
                + answer.records()
                + " records, "
                + answer.blobs()
                + " blobs");
    return 0;
  }
}
