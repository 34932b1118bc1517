package dev.lamina.cli;

import dev.lamina.control.Answer;
import dev.lamina.control.ControlException;
import java.io.IOException;
import java.util.List;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/** Tells what this machine can do. */
@Command(
    name = "doctor",
    description =
        "Show what this machine can do for Lamina, and what to do about what is missing. The exit"
            + " code is 1 where Lamina does not work at all.",
    footerHeading = "%nExample:%n",
    footer = {"  lamina doctor"})
final class DoctorCommand implements Callable<Integer> {
  private final GlobalOptions global;

  @Option(names = "--json", description = "Print JSON.")
  private boolean json;

  DoctorCommand(GlobalOptions global) {
    this.global = global;
  }

  @Override
  public Integer call() throws ControlException, IOException {
    Machine machine = new Machine(global.console().environment());
    List<Answer.Finding> findings =
        machine.examine(global.connection().store(), global.connection().isRunning());
    boolean well = findings.stream().noneMatch(finding -> finding.state().equals(Machine.MISSING));
    if (json) {
      global.console().json(new Answer.Diagnosis(well, findings));
    } else {
      print(findings);
    }
    return well ? 0 : 1;
  }

  private void print(List<Answer.Finding> findings) {
    Table table = new Table("WHAT", "STATE", "FOUND");
    for (Answer.Finding finding : findings) {
      table.row(finding.what(), finding.state(), finding.found());
    }
    table.print(global.console().output());
    for (Answer.Finding finding : findings) {
      if (!finding.advice().isEmpty()) {
        global.console().line("\n" + finding.what() + ": " + finding.advice());
      }
    }
  }
}
