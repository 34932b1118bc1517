package dev.lamina.cli;

import dev.lamina.control.ControlException;
import dev.lamina.control.Request;
import java.io.IOException;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Parameters;

/** Gives an image another name. */
@Command(
    name = "tag",
    description = "Give an image another name.",
    footerHeading = "%nExample:%n",
    footer = {"  lamina tag debian:12 mine:latest"})
final class TagCommand implements Callable<Integer> {
  private final GlobalOptions global;

  @Parameters(index = "0", paramLabel = "IMAGE", description = "The image, by name or ID.")
  private String name = "";

  @Parameters(index = "1", paramLabel = "NAME[:TAG]", description = "The new name.")
  private String other = "";

  TagCommand(GlobalOptions global) {
    this.global = global;
  }

  @Override
  public Integer call() throws ControlException, IOException {
    global.tell(new Request.Tag(name, other));
    return 0;
  }
}
