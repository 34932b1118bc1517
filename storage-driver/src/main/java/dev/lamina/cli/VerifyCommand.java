package dev.lamina.cli;

import dev.lamina.control.Answer;
import dev.lamina.control.ControlException;
import dev.lamina.control.Request;
import java.io.IOException;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/** Checks the store. */
@Command(
    name = "verify",
    description = {
      "Check everything in the store that something needs against its digests.",
      "What is damaged is named with the images and paths it touches."
    },
    footerHeading = "%nExample:%n",
    footer = {"  lamina verify"})
final class VerifyCommand implements Callable<Integer> {
  private final GlobalOptions global;

  @Option(
      names = "--deep",
      description = {
        "Check also what nothing needs, every block of the databases' files, and that each layer",
        "makes the tar that came in."
      })
  private boolean deep;

  @Option(names = "--json", description = "Print JSON.")
  private boolean json;

  VerifyCommand(GlobalOptions global) {
    this.global = global;
  }

  @Override
  public Integer call() throws ControlException, IOException {
    Answer.Verified answer = global.ask(new Request.Verify(deep), Answer.Verified.class);
    boolean sound = answer.damages().isEmpty();
    if (json) {
      global.console().json(answer);
      return sound ? 0 : 1;
    }
    for (Answer.Damage damage : answer.damages()) {
      global.console().line(damage.what() + ": " + damage.reason() + needed(damage));
    }
    String verdict =
        sound ? "all sound" : answer.damages().size() + " damaged; import again to heal";
    global
        .console()
        .line(
            answer.records()
                + " records and "
                + answer.blobs()
                + " blobs ("
                + Sizes.of(answer.bytes())
                + ") checked, "
                + verdict);
    if (!sound) {
      return 1;
    }
    return 0;
  }

  private static String needed(Answer.Damage damage) {
    return damage.images().isEmpty()
        ? ""
        : "; needed by "
            + String.join(", ", damage.images())
            + damage.path().map(path -> " at " + path).orElse("");
  }
}
