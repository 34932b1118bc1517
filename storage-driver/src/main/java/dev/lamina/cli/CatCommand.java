package dev.lamina.cli;

import dev.lamina.control.ControlException;
import dev.lamina.control.Request;
import java.io.IOException;
import java.io.InputStream;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Parameters;

/** Prints a file without mounting. */
@Command(
    name = "cat",
    description = "Print a file of an image or volume without mounting it.",
    footerHeading = "%nExample:%n",
    footer = {"  lamina cat debian:12:/etc/os-release"})
final class CatCommand implements Callable<Integer> {
  private final GlobalOptions global;

  @Parameters(paramLabel = "IMAGE:PATH", description = "The image or volume, and the path in it.")
  private String file = "";

  CatCommand(GlobalOptions global) {
    this.global = global;
  }

  @Override
  public Integer call() throws ControlException, IOException {
    Names.File place = Names.file(file);
    global.ask(
        new Request.Cat(place.what(), place.path()),
        InputStream.nullInputStream(),
        global.console().rawOutput());
    global.console().rawOutput().flush();
    return 0;
  }
}
