package dev.lamina.cli;

import dev.lamina.control.Answer;
import dev.lamina.control.ControlException;
import dev.lamina.control.Request;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.util.Optional;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** Imports an image. */
@Command(
    name = "import",
    description =
        "Import an image. SOURCE is oci:DIR[:TAG], oci-archive:FILE[:TAG],"
            + " docker-archive:FILE[:NAME], dir:DIR, tar:FILE, a path, or - for standard input.",
    footerHeading = "%nExample:%n",
    footer = {
      "  lamina import oci:./layout:debian debian:12",
      "  docker save debian:12 | lamina import - debian:12"
    })
final class ImportCommand implements Callable<Integer> {
  private final GlobalOptions global;

  @Parameters(index = "0", paramLabel = "SOURCE", description = "Where the image comes from.")
  private String source = "";

  @Parameters(
      index = "1",
      arity = "0..1",
      paramLabel = "NAME[:TAG]",
      description = "What it shall be called; else what the source says.")
  private Optional<String> name = Optional.empty();

  @Option(
      names = "--platform",
      paramLabel = "OS/ARCH[/VARIANT]",
      description = "Which image of an index; else this machine's.")
  private Optional<String> platform = Optional.empty();

  @Option(
      names = "--keep-compressed",
      description = "Keep the layers as distributed too, so that export gives the same bytes.")
  private boolean keepCompressed;

  @Option(
      names = "--max-layer-size",
      paramLabel = "BYTES",
      description = "Refuse a layer that is larger, uncompressed.")
  private Optional<Long> maxLayerSize = Optional.empty();

  @Option(
      names = "--max-ratio",
      paramLabel = "N",
      description = "Refuse a layer that inflates to more than N times its size.")
  private Optional<Long> maxRatio = Optional.empty();

  @Option(
      names = "--max-entries",
      paramLabel = "N",
      description = "Refuse a layer with more entries.")
  private Optional<Long> maxEntries = Optional.empty();

  @Option(
      names = "--max-file-size",
      paramLabel = "BYTES",
      description = "Refuse a file that appears larger, holes included.")
  private Optional<Long> maxFileSize = Optional.empty();

  @Option(
      names = "--max-layers",
      paramLabel = "N",
      description = "Refuse an image of more layers; 1024 where nothing is said.")
  private Optional<Integer> maxLayers = Optional.empty();

  @Option(names = "--json", description = "Print JSON.")
  private boolean json;

  ImportCommand(GlobalOptions global) {
    this.global = global;
  }

  @Override
  public Integer call() throws ControlException, IOException {
    InputStream input =
        source.equals("-") ? global.console().input() : InputStream.nullInputStream();
    Request.ImportLimits limits =
        new Request.ImportLimits(maxLayerSize, maxRatio, maxEntries, maxFileSize, maxLayers);
    Request.Import request =
        new Request.Import(Names.absolute(source), name, platform, keepCompressed, limits);
    Answer.Imported answer =
        (Answer.Imported) global.ask(request, input, OutputStream.nullOutputStream());
    if (json) {
      global.console().json(answer);
      return 0;
    }
    String id = Names.shortId(answer.id());
    global
        .console()
        .line(
            answer.name()
                + "  "
                + id
                + "  "
                + answer.layers()
                + " layers, "
                + answer.layersPresent()
                + " of them there already, "
                + Sizes.of(answer.bytesAdded())
                + " added");
    return 0;
  }
}
