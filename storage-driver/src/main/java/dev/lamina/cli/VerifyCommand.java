package dev.lamina.cli;

import dev.lamina.control.Answer;
import dev.lamina.control.ControlException;
import dev.lamina.control.Request;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.util.List;
import java.util.Optional;
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
    footer = {"  lamina verify", "  lamina verify --repair docker-archive:app.tar"})
final class VerifyCommand implements Callable<Integer> {
  private final GlobalOptions global;

  @Option(
      names = "--deep",
      description = {
        "Check also what nothing needs, every block of the databases' files, and that each layer",
        "makes the tar that came in."
      })
  private boolean deep;

  @Option(
      names = "--repair",
      paramLabel = "FROM",
      description = {
        "Take what is damaged again from an image that has it: a source as \"lamina import\" takes",
        "it, also -. Nothing that the store does not need is taken, and no image is changed."
      })
  private Optional<String> repair = Optional.empty();

  @Option(names = "--json", description = "Print JSON.")
  private boolean json;

  VerifyCommand(GlobalOptions global) {
    this.global = global;
  }

  @Override
  public Integer call() throws ControlException, IOException {
    InputStream input =
        repair.equals(Optional.of("-")) ? global.console().input() : InputStream.nullInputStream();
    Answer.Verified answer =
        (Answer.Verified)
            global.ask(
                new Request.Verify(deep, repair.map(Names::absolute)),
                input,
                OutputStream.nullOutputStream());
    boolean sound = answer.damages().isEmpty();
    if (json) {
      global.console().json(answer);
      return sound ? 0 : 1;
    }
    if (answer.repair().isPresent()) {
      Answer.Repair repaired = answer.repair().get();
      say(repaired.found());
      global
          .console()
          .line(
              "taken again: "
                  + repaired.layers()
                  + " layers, "
                  + repaired.contents()
                  + " manifests and configurations, "
                  + repaired.blobs()
                  + " layers as they came; now:");
    }
    say(answer.damages());
    String verdict =
        sound
            ? "all sound"
            : answer.damages().size()
                + " damaged; --repair FROM takes it again from an image that has it, and so does an"
                + " import";
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

  private void say(List<Answer.Damage> damages) {
    for (Answer.Damage damage : damages) {
      global.console().line(damage.what() + ": " + damage.reason() + needed(damage));
    }
  }

  private static String needed(Answer.Damage damage) {
    return damage.images().isEmpty()
        ? ""
        : "; needed by "
            + String.join(", ", damage.images())
            + damage.path().map(path -> " at " + path).orElse("");
  }
}
