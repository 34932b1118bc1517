package dev.lamina.cli;

import dev.lamina.control.ControlException;
import dev.lamina.control.Request;
import java.io.IOException;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Parameters;

/** Saves what a volume has. */
@Command(
    name = "snapshot",
    description =
        "Save what a volume has now, as VOLUME@NAME: to look at (ls, diff, mount -o ro), to fork,"
            + " and to roll the volume back to. It may be mounted and written to meanwhile.",
    footerHeading = "%nExample:%n",
    footer = {"  lamina snapshot work before"})
final class SnapshotCommand implements Callable<Integer> {
  private final GlobalOptions global;

  @Parameters(index = "0", paramLabel = "VOLUME", description = "The volume.")
  private String volume = "";

  @Parameters(index = "1", paramLabel = "NAME", description = "What to save it as.")
  private String name = "";

  SnapshotCommand(GlobalOptions global) {
    this.global = global;
  }

  @Override
  public Integer call() throws ControlException, IOException {
    global.tell(new Request.Save(volume, name));
    return 0;
  }
}
