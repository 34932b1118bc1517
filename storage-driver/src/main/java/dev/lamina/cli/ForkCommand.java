package dev.lamina.cli;

import dev.lamina.control.ControlException;
import dev.lamina.control.Request;
import java.io.IOException;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Parameters;

/** Makes a volume that has what another one has. */
@Command(
    name = "fork",
    description =
        "Make a volume that has what another one has now. That may be mounted and written to"
            + " meanwhile: names and attributes are as of one moment, each changed file as of its"
            + " own copy, which shares its blocks where the file system below can.",
    footerHeading = "%nExample:%n",
    footer = {"  lamina fork work experiment"})
final class ForkCommand implements Callable<Integer> {
  private final GlobalOptions global;

  @Parameters(
      index = "0",
      paramLabel = "VOLUME",
      description = "A volume, or what one was saved as: VOLUME@NAME.")
  private String volume = "";

  @Parameters(index = "1", paramLabel = "NAME", description = "The new volume's name.")
  private String name = "";

  ForkCommand(GlobalOptions global) {
    this.global = global;
  }

  @Override
  public Integer call() throws ControlException, IOException {
    global.tell(new Request.Fork(volume, name));
    return 0;
  }
}
