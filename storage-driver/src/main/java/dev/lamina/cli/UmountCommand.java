package dev.lamina.cli;

import dev.lamina.control.ControlException;
import dev.lamina.control.Request;
import java.io.IOException;
import java.nio.file.Path;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** Unmounts a directory. */
@Command(
    name = "umount",
    description = "Unmount a directory, also one that a killed daemon left.",
    footerHeading = "%nExample:%n",
    footer = {"  lamina umount /mnt"})
final class UmountCommand implements Callable<Integer> {
  private final GlobalOptions global;

  @Parameters(paramLabel = "DIR", description = "The mount point.")
  private Path directory = Path.of("");

  @Option(
      names = {"-l", "--lazy"},
      description = "Detach it although it is in use.")
  private boolean lazy;

  UmountCommand(GlobalOptions global) {
    this.global = global;
  }

  @Override
  public Integer call() throws ControlException, IOException {
    global.tell(new Request.Unmount(Names.absolute(directory), lazy));
    return 0;
  }
}
