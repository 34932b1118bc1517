package dev.lamina.cli;

import dev.lamina.control.Answer;
import dev.lamina.control.ControlException;
import dev.lamina.control.Request;
import java.io.IOException;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/** Lists volumes. */
@Command(
    name = "volumes",
    description = "List volumes.",
    footerHeading = "%nExample:%n",
    footer = {"  lamina volumes"})
final class VolumesCommand implements Callable<Integer> {
  private final GlobalOptions global;

  @Option(names = "--json", description = "Print JSON.")
  private boolean json;

  VolumesCommand(GlobalOptions global) {
    this.global = global;
  }

  @Override
  public Integer call() throws ControlException, IOException {
    Answer.VolumeList answer = global.ask(new Request.Volumes(), Answer.VolumeList.class);
    if (json) {
      global.console().json(answer);
      return 0;
    }
    Table table = new Table("NAME", "IMAGE", "CREATED", "MOUNTED ON", "SIZE", "CHANGED INODES");
    for (Answer.Volume volume : answer.volumes()) {
      table.row(
          volume.name(),
          volume.image(),
          global.console().age(volume.created()),
          volume
              .mountedAt()
              .map(place -> volume.detached() ? "detached from " + place : place)
              .orElse("-"),
          Sizes.of(volume.size()),
          String.valueOf(volume.inodes()));
    }
    table.print(global.console().output());
    return 0;
  }
}
