package dev.lamina.cli;

import dev.lamina.control.Answer;
import dev.lamina.control.ControlException;
import dev.lamina.control.Request;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** Mounts an image or a volume. */
@Command(
    name = "mount",
    description =
        "Mount an image or a volume on an empty directory. An image gets a new volume, whose name"
            + " is printed; with -o ro the image itself is mounted.",
    footerHeading = "%nExample:%n",
    footer = {"  lamina mount debian:12 /mnt", "  lamina mount -o ro debian:12 /mnt"})
final class MountCommand implements Callable<Integer> {
  private final GlobalOptions global;

  @Parameters(
      index = "0",
      paramLabel = "IMAGE|VOLUME",
      description = "The image, by name or ID, or the volume.")
  private String name = "";

  @Parameters(index = "1", paramLabel = "DIR", description = "The mount point.")
  private Path directory = Path.of("");

  @Option(
      names = "--volume",
      paramLabel = "NAME",
      description = "The name of the new volume; else one is made up.")
  private Optional<String> volume = Optional.empty();

  @Option(
      names = "-o",
      paramLabel = "OPTION",
      split = ",",
      description = "Mount options: ro, nosuid, nodev, noexec, noatime, allow_other, …")
  private List<String> options = List.of();

  @Option(
      names = "--transport",
      paramLabel = "NAME",
      description = "auto, native or jnr (docs/TRANSPORTS.md says what that cannot do).")
  private String transport = "auto";

  @Option(names = "--force", description = "Mount on a directory that is not empty.")
  private boolean force;

  @Option(names = "--json", description = "Print JSON.")
  private boolean json;

  MountCommand(GlobalOptions global) {
    this.global = global;
  }

  @Override
  public Integer call() throws ControlException, IOException {
    Request.MountRequest request =
        new Request.MountRequest(
            name, Names.absolute(directory), volume, options, transport, force);
    Answer.Mounted answer = global.ask(request, Answer.Mounted.class);
    if (json) {
      global.console().json(answer);
    } else {
      answer.volume().ifPresent(global.console()::line);
    }
    return 0;
  }
}
