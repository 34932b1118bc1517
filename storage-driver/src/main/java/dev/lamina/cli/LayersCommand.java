package dev.lamina.cli;

import dev.lamina.control.Answer;
import dev.lamina.control.ControlException;
import dev.lamina.control.Request;
import java.io.IOException;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** Lists an image's layers. */
@Command(
    name = "layers",
    description = "List an image's layers, the lowest first.",
    footerHeading = "%nExample:%n",
    footer = {"  lamina layers debian:12"})
final class LayersCommand implements Callable<Integer> {
  private final GlobalOptions global;

  @Parameters(paramLabel = "IMAGE", description = "The image, by name or ID.")
  private String name = "";

  @Option(names = "--json", description = "Print JSON.")
  private boolean json;

  LayersCommand(GlobalOptions global) {
    this.global = global;
  }

  @Override
  public Integer call() throws ControlException, IOException {
    Answer.LayerList answer = global.ask(new Request.Layers(name), Answer.LayerList.class);
    if (json) {
      global.console().json(answer);
      return 0;
    }
    Table table = new Table("DIFF ID", "SIZE", "AS DISTRIBUTED", "MEDIA TYPE");
    for (Answer.Layer layer : answer.layers()) {
      table.row(
          layer.diffId(),
          Sizes.of(layer.size()),
          Sizes.of(layer.compressedSize()) + (layer.compressedKept() ? " (kept)" : ""),
          layer.mediaType());
    }
    table.print(global.console().output());
    return 0;
  }
}
