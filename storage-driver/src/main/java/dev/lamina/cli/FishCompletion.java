package dev.lamina.cli;

import java.util.Map;
import picocli.CommandLine;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Model.OptionSpec;

/** Completion for fish, from the commands' model: one {@code complete} a command and option. */
final class FishCompletion {
  private final CommandLine root;
  private final String program;
  private final StringBuilder script = new StringBuilder();

  FishCompletion(CommandLine root) {
    this.root = root;
    this.program = root.getCommandSpec().name();
  }

  /** Returns the script. */
  String script() {
    // fish's own __fish_use_subcommand takes an option's value for the command
    String none = "__" + program + "_has_no_command";
    script
        .append("# Completion of " + program + " for fish\n")
        .append("function " + none + "\n")
        .append("    not __fish_seen_subcommand_from ")
        .append(String.join(" ", root.getSubcommands().keySet()))
        .append("\nend\n");
    options(root.getCommandSpec(), none);
    commands(root, none);
    return script.toString();
  }

  private void commands(CommandLine parent, String where) {
    for (Map.Entry<String, CommandLine> child : parent.getSubcommands().entrySet()) {
      CommandSpec spec = child.getValue().getCommandSpec();
      script
          .append("complete -c " + program + " -f -n " + quoted(where))
          .append(" -a " + child.getKey() + " -d " + quoted(summary(spec)) + "\n");
    }
    for (Map.Entry<String, CommandLine> child : parent.getSubcommands().entrySet()) {
      String inside = "__fish_seen_subcommand_from " + child.getKey();
      CommandLine command = child.getValue();
      options(command.getCommandSpec(), inside);
      if (!command.getSubcommands().isEmpty()) {
        String grandchildren = String.join(" ", command.getSubcommands().keySet());
        commands(command, inside + "; and not __fish_seen_subcommand_from " + grandchildren);
      }
    }
  }

  private void options(CommandSpec spec, String where) {
    for (OptionSpec option : spec.options()) {
      script.append("complete -c " + program + " -n " + quoted(where));
      for (String name : option.names()) {
        script.append(name.startsWith("--") ? " -l " : " -s ").append(name.replaceAll("^-+", ""));
      }
      if (option.arity().max() > 0) {
        script.append(" -r");
      }
      script.append(" -d ").append(quoted(first(option.description()))).append('\n');
    }
  }

  private static String summary(CommandSpec spec) {
    return first(spec.usageMessage().description());
  }

  /** The first sentence, without its full stop. */
  private static String first(String... text) {
    String all = String.join(" ", text);
    int end = all.indexOf(". ");
    return (end < 0 ? all : all.substring(0, end)).replaceAll("\\.$", "");
  }

  private static String quoted(String text) {
    return "'" + text.replace("\\", "\\\\").replace("'", "\\'") + "'";
  }
}
