package dev.lamina.cli;

import dev.lamina.control.Answer;
import dev.lamina.control.ControlException;
import dev.lamina.control.Request;
import java.io.IOException;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/** Lists mounts. */
@Command(
    name = "mounts",
    description =
        "List mounts, also those that were detached from their directory and are still in use.",
    footerHeading = "%nExample:%n",
    footer = {"  lamina mounts"})
final class MountsCommand implements Callable<Integer> {
  private final GlobalOptions global;

  @Option(names = "--json", description = "Print JSON.")
  private boolean json;

  MountsCommand(GlobalOptions global) {
    this.global = global;
  }

  @Override
  public Integer call() throws ControlException, IOException {
    Answer.MountList answer = global.ask(new Request.Mounts(), Answer.MountList.class);
    if (json) {
      global.console().json(answer);
      return 0;
    }
    Table table =
        new Table("DIRECTORY", "OF", "VOLUME", "MODE", "STATE", "TRANSPORT", "SINCE", "REQUESTS");
    for (Answer.MountEntry mount : answer.mounts()) {
      table.row(
          mount.directory(),
          mount.what(),
          mount.volume().orElse("-"),
          mount.readOnly() ? "ro" : "rw",
          mount.detached() ? "detached" : "mounted",
          mount.transport(),
          global.console().age(mount.since()),
          String.valueOf(mount.requests()));
    }
    table.print(global.console().output());
    return 0;
  }
}
