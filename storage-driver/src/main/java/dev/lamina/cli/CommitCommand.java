package dev.lamina.cli;

import dev.lamina.control.Answer;
import dev.lamina.control.ControlException;
import dev.lamina.control.Request;
import java.io.IOException;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** Commits a volume as an image. */
@Command(
    name = "commit",
    description =
        "Commit a volume as an image with one layer more. A mounted volume is committed as it is at"
            + " this moment.",
    footerHeading = "%nExample:%n",
    footer = {
      "  lamina commit -m 'add hello' debian-3f9a mine:1",
      "  lamina commit --change 'CMD [\"hello\"]' debian-3f9a mine:2"
    })
final class CommitCommand implements Callable<Integer> {
  private final GlobalOptions global;

  @Parameters(index = "0", paramLabel = "VOLUME", description = "The volume.")
  private String volume = "";

  @Parameters(index = "1", paramLabel = "NAME[:TAG]", description = "The new image's name.")
  private String name = "";

  @Option(
      names = {"-m", "--message"},
      paramLabel = "TEXT",
      description = "What the image's history says of it.")
  private Optional<String> message = Optional.empty();

  @Option(
      names = {"-c", "--change"},
      paramLabel = "INSTRUCTION",
      description = "A Dockerfile instruction for the image's configuration: CMD, ENV, USER, …")
  private List<String> changes = List.of();

  @Option(names = "--json", description = "Print JSON.")
  private boolean json;

  CommitCommand(GlobalOptions global) {
    this.global = global;
  }

  @Override
  public Integer call() throws ControlException, IOException {
    Answer.Committed answer =
        global.ask(new Request.Commit(volume, name, message, changes), Answer.Committed.class);
    if (json) {
      global.console().json(answer);
      return 0;
    }
    String layer = answer.changes() + " changes, layer of " + Sizes.of(answer.layerSize());
    global.console().line(answer.name() + "  " + Names.shortId(answer.id()) + "  " + layer);
    return 0;
  }
}
