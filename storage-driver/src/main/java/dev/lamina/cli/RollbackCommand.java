package dev.lamina.cli;

import dev.lamina.control.ControlException;
import dev.lamina.control.Request;
import java.io.IOException;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Parameters;

/** Gives a volume back what it had. */
@Command(
    name = "rollback",
    description =
        "Give a volume back what it had when \"lamina snapshot VOLUME NAME\" saved it. What it has"
            + " now is lost. It must not be mounted.",
    footerHeading = "%nExample:%n",
    footer = {"  lamina rollback work before"})
final class RollbackCommand implements Callable<Integer> {
  private final GlobalOptions global;

  @Parameters(index = "0", paramLabel = "VOLUME", description = "The volume.")
  private String volume = "";

  @Parameters(index = "1", paramLabel = "NAME", description = "What it was saved as.")
  private String name = "";

  RollbackCommand(GlobalOptions global) {
    this.global = global;
  }

  @Override
  public Integer call() throws ControlException, IOException {
    global.tell(new Request.RollBack(volume, name));
    return 0;
  }
}
