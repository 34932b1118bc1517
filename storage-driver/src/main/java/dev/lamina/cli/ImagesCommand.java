package dev.lamina.cli;

import dev.lamina.control.Answer;
import dev.lamina.control.ControlException;
import dev.lamina.control.Request;
import java.io.IOException;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/** Lists images. */
@Command(
    name = "images",
    description = "List images.",
    footerHeading = "%nExample:%n",
    footer = {"  lamina images"})
final class ImagesCommand implements Callable<Integer> {
  private final GlobalOptions global;

  @Option(names = "--json", description = "Print JSON.")
  private boolean json;

  ImagesCommand(GlobalOptions global) {
    this.global = global;
  }

  @Override
  public Integer call() throws ControlException, IOException {
    Answer.ImageList answer = global.ask(new Request.Images(), Answer.ImageList.class);
    if (json) {
      global.console().json(answer);
      return 0;
    }
    Table table = new Table("NAME", "ID", "CREATED", "PLATFORM", "LAYERS", "SIZE");
    for (Answer.Image image : answer.images()) {
      table.row(
          image.name(),
          Names.shortId(image.id()),
          image.created().map(global.console()::age).orElse("-"),
          image.platform(),
          String.valueOf(image.layers()),
          Sizes.of(image.size()));
    }
    table.print(global.console().output());
    return 0;
  }
}
