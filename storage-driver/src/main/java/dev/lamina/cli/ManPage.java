package dev.lamina.cli;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import picocli.CommandLine;
import picocli.CommandLine.Help;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Model.OptionSpec;
import picocli.CommandLine.Model.PositionalParamSpec;

/** One command's manual page, in roff with the macros of man(7), from the command's model. */
final class ManPage {
  private final CommandSpec spec;
  private final StringBuilder page = new StringBuilder();

  ManPage(CommandSpec spec) {
    this.spec = spec;
  }

  /** Returns the page's name, such as {@code lamina-import}. */
  String title() {
    return spec.qualifiedName("-");
  }

  /** Returns the page. */
  String text() {
    page.setLength(0);
    request("TH", title().toUpperCase(Locale.ROOT), "1", "", Lamina.VERSION, "Lamina");
    section("NAME");
    page.append(escaped(title())).append(" \\- ").append(escaped(summary(spec))).append('\n');
    section("SYNOPSIS");
    page.append(escaped(synopsis())).append('\n');
    section("DESCRIPTION");
    page.append(escaped(description())).append('\n');
    parameters();
    commands();
    if (spec.parent() == null) {
      environment();
    }
    section("EXIT STATUS");
    page.append(escaped("0: done. 1: failed. 2: wrong usage.")).append('\n');
    examples();
    section("SEE ALSO");
    page.append(seeAlso()).append('\n');
    return page.toString();
  }

  private String synopsis() {
    return new Help(spec, Help.defaultColorScheme(Help.Ansi.OFF))
        .synopsis(0)
        .strip()
        .replaceAll("\\s+", " ");
  }

  private String description() {
    return String.join(" ", spec.usageMessage().description());
  }

  /** The first sentence of what the command is, as apropos(1) shows it. */
  static String summary(CommandSpec spec) {
    String all = String.join(" ", spec.usageMessage().description());
    int end = all.indexOf(". ");
    return (end < 0 ? all : all.substring(0, end)).replaceAll("\\.$", "");
  }

  private void parameters() {
    if (!spec.positionalParameters().isEmpty()) {
      section("ARGUMENTS");
    }
    for (PositionalParamSpec parameter : spec.positionalParameters()) {
      item(parameter.paramLabel(), String.join(" ", parameter.description()));
    }
    section("OPTIONS");
    for (OptionSpec option : spec.options()) {
      String value = option.arity().max() > 0 ? " " + option.paramLabel() : "";
      item(String.join(", ", option.names()) + value, String.join(" ", option.description()));
    }
  }

  private void commands() {
    if (spec.subcommands().isEmpty()) {
      return;
    }
    section("COMMANDS");
    for (Map.Entry<String, CommandLine> command : spec.subcommands().entrySet()) {
      item(command.getKey(), summary(command.getValue().getCommandSpec()) + ".");
    }
  }

  private void environment() {
    section("ENVIRONMENT");
    item("LAMINA_STORE", "The store, where --store names none.");
    item("XDG_DATA_HOME", "Where the store of who is not root is, in lamina.");
    item("XDG_RUNTIME_DIR", "Where the daemon of who is not root listens, in lamina.");
    section("FILES");
    item("/var/lib/lamina", "The store of root.");
    item("/run/lamina", "Where root's daemons listen, and their logs.");
  }

  private void examples() {
    List<String> lines = new ArrayList<>();
    for (String line : spec.usageMessage().footer()) {
      if (line.startsWith("  ")) {
        lines.add(line.strip());
      }
    }
    if (lines.isEmpty()) {
      return;
    }
    section("EXAMPLES");
    request("nf");
    lines.forEach(line -> page.append(escaped(line)).append('\n'));
    request("fi");
  }

  private String seeAlso() {
    List<String> others = new ArrayList<>();
    CommandSpec parent = spec.parent() == null ? spec : spec.parent();
    if (!parent.equals(spec)) {
      others.add(reference(parent));
    }
    for (CommandLine command : parent.subcommands().values()) {
      if (!command.getCommandSpec().equals(spec)) {
        others.add(reference(command.getCommandSpec()));
      }
    }
    return String.join(", ", others);
  }

  private static String reference(CommandSpec command) {
    return "\\fB" + escaped(command.qualifiedName("-")) + "\\fR(1)";
  }

  private void section(String name) {
    request("SH", name);
  }

  private void item(String term, String text) {
    request("TP");
    page.append("\\fB").append(escaped(term)).append("\\fR\n");
    page.append(escaped(text)).append('\n');
  }

  private void request(String name, String... arguments) {
    page.append('.').append(name);
    for (String argument : arguments) {
      page.append(" \"").append(escaped(argument).replace("\"", "\\(dq")).append('"');
    }
    page.append('\n');
  }

  /** A line that begins with a full stop or an apostrophe would be a request of roff's. */
  private static String escaped(String text) {
    String escaped = text.replace("\\", "\\e").replace("-", "\\-").replace("%%", "%");
    return escaped.startsWith(".") || escaped.startsWith("'") ? "\\&" + escaped : escaped;
  }
}
