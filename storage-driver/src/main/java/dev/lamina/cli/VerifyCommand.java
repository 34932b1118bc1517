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
    description = "Check everything in the store against its digests.",
    footerHeading = "%nExample:%n",
    footer = {"  lamina verify"})
final class VerifyCommand implements Callable<Integer> {
  private final GlobalOptions global;

  @Option(names = "--json", description = "Print JSON.")
  private boolean json;

  VerifyCommand(GlobalOptions global) {
    this.global = global;
  }

  @Override
  public Integer call() throws ControlException, IOException {
    Answer.Verified answer = global.ask(new Request.Verify(), Answer.Verified.class);
    boolean sound = answer.damages().isEmpty();
    if (json) {
      global.console().json(answer);
      return sound ? 0 : 1;
    }
    for (Answer.Damage damage : answer.damages()) {
      global
          .console()
          .line(
              damage.what()
                  + ": "
                  + damage.reason()
                  + "; needed by "
                  + String.join(", ", damage.images())
                  + damage.path().map(path -> " at " + path).orElse(""));
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
}
