package dev.lamina.cli;

import dev.lamina.control.ControlException;
import java.util.concurrent.Callable;
import picocli.AutoComplete;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** Prints a shell's completion of this command line. */
@Command(
    name = "completion",
    description = "Print the completion of commands and options for a shell.",
    footerHeading = "%nExample:%n",
    footer = {
      "  source <(lamina completion bash)",
      "  lamina completion zsh > /etc/lamina.zsh   # and source that in ~/.zshrc",
      "  lamina completion fish > ~/.config/fish/completions/lamina.fish"
    })
final class CompletionCommand implements Callable<Integer> {
  private final GlobalOptions global;

  @Spec private CommandSpec spec = CommandSpec.create();

  @Parameters(paramLabel = "SHELL", description = "bash, zsh or fish.")
  private String shell = "";

  CompletionCommand(GlobalOptions global) {
    this.global = global;
  }

  @Override
  public Integer call() throws ControlException {
    CommandLine root = spec.root().commandLine();
    String script =
        switch (shell) {
          // picocli's script for bash loads zsh's own emulation of bash's completion
          case "bash", "zsh" -> AutoComplete.bash(spec.root().name(), root);
          case "fish" -> new FishCompletion(root).script();
          default ->
              throw new ControlException(
                  "there is no completion for \"" + shell + "\": bash, zsh or fish", true);
        };
    global.console().output().print(script);
    global.console().output().flush();
    return 0;
  }
}
