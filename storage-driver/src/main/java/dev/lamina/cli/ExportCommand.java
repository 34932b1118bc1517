package dev.lamina.cli;

import dev.lamina.control.Answer;
import dev.lamina.control.ControlException;
import dev.lamina.control.Request;
import java.io.IOException;
import java.io.InputStream;
import java.util.Optional;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** Exports an image or volume. */
@Command(
    name = "export",
    description =
        "Export an image, or a volume as it is now. TARGET is oci:DIR[:TAG],"
            + " oci-archive:FILE[:TAG], docker-archive:FILE[:NAME], dir:DIR, or - for a"
            + " docker-archive on standard output.",
    footerHeading = "%nExample:%n",
    footer = {"  lamina export mine:1 oci:./layout:mine", "  lamina export mine:1 - | docker load"})
final class ExportCommand implements Callable<Integer> {
  private final GlobalOptions global;

  @Parameters(
      index = "0",
      paramLabel = "IMAGE|VOLUME",
      description = "The image, by name or ID, or the volume.")
  private String name = "";

  @Parameters(index = "1", paramLabel = "TARGET", description = "Where it goes.")
  private String target = "";

  @Option(
      names = "--compress",
      paramLabel = "FORM",
      description = "none, gzip or zstd; else as it came where that was kept, or gzip.")
  private Optional<String> compress = Optional.empty();

  @Option(names = "--json", description = "Print JSON.")
  private boolean json;

  ExportCommand(GlobalOptions global) {
    this.global = global;
  }

  @Override
  public Integer call() throws ControlException, IOException {
    Request.Export request = new Request.Export(name, Names.absolute(target), compress);
    if (target.equals("-")) {
      global.ask(request, InputStream.nullInputStream(), global.console().rawOutput());
      return 0;
    }
    Answer.Exported answer = global.ask(request, Answer.Exported.class);
    if (json) {
      global.console().json(answer);
      return 0;
    }
    String size = Sizes.of(answer.bytes());
    global.console().line(answer.target() + "  " + Names.shortId(answer.id()) + "  " + size);
    return 0;
  }
}
