package dev.lamina.cli;

import dev.lamina.control.ControlException;
import dev.lamina.control.Request;
import java.io.IOException;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Parameters;

/** Tells all of an image or volume. */
@Command(
    name = "inspect",
    description = "Show all that is known of an image or volume, as JSON.",
    footerHeading = "%nExample:%n",
    footer = {"  lamina inspect debian:12"})
final class InspectCommand implements Callable<Integer> {
  private final GlobalOptions global;

  @Parameters(paramLabel = "IMAGE|VOLUME", description = "The image, by name or ID, or the volume.")
  private String name = "";

  InspectCommand(GlobalOptions global) {
    this.global = global;
  }

  @Override
  public Integer call() throws ControlException, IOException {
    global.console().json(global.ask(new Request.Inspect(name)));
    return 0;
  }
}
