package dev.lamina.fuse.semantics;

import static org.assertj.core.api.Assertions.assertThat;

import dev.lamina.linux.LinuxException;
import dev.lamina.testing.fs.LowerTree;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/**
 * A rule that is looked at: each look has unions of its own, one by each program over the same
 * layers. What Lamina shows must be as expected; where a rule asks for parity overlayfs must have
 * shown the same. All looks are taken before the line fails with what was wrong.
 */
final class Line {
  private static final String NOT_RUN = "not run";

  /** What is put where others have nothing to be asked: they read no layers in tars. */
  private static final String NO_TARS = "takes no tars";

  private final String testClass;
  private final String test;
  private final String rule;
  private final List<UnionProgram> programs;
  private final Path directory;
  private final Recorder recorder;
  private final List<List<String>> rows = new ArrayList<>();
  private final List<String> faults = new ArrayList<>();
  private int diskSize;
  private List<LowerTree> layers = List.of(LowerTree.empty());

  /** Where a line goes that is whole. */
  @FunctionalInterface
  interface Recorder {
    void record(LineNumber number, List<String> block) throws IOException;
  }

  Line(
      String testClass,
      String test,
      String rule,
      List<UnionProgram> programs,
      Path directory,
      Recorder recorder) {
    this.testClass = testClass;
    this.test = test;
    this.rule = rule;
    this.programs = programs;
    this.directory = directory;
    this.recorder = recorder;
  }

  /** The layers of the following looks, the lowest first. */
  Line over(LowerTree... lowestFirst) {
    layers = List.of(lowestFirst);
    return this;
  }

  /**
   * The following looks have all that they write on a disk of this size, of which layers are part.
   */
  Line onDisk(int mebibytes) {
    diskSize = mebibytes;
    return this;
  }

  /** Lamina must show this, and overlayfs the same. */
  Line same(String what, String expected, Look look) throws Exception {
    List<String> row = look(what, expected, look);
    if (!row.get(2).equals(row.get(1))) {
      faults.add(what + ": overlayfs, which is to be the same, shows: " + row.get(2));
    }
    return this;
  }

  /** Lamina must show this, whatever others show. */
  Line shows(String what, String expected, Look look) throws Exception {
    look(what, expected, look);
    return this;
  }

  /** Lamina must have shown this of layers in tars; what reads no such layers is not asked. */
  Line tars(String what, String expected, String seen) {
    return alone(what, expected, seen, NO_TARS);
  }

  /** Lamina must have shown this of what others do not have. */
  Line alone(String what, String expected, String seen, String others) {
    check(what, expected, seen);
    List<String> row = new ArrayList<>(List.of(what, seen));
    programs.stream().skip(1).forEach(_ -> row.add(others));
    rows.add(row);
    return this;
  }

  /**
   * Lamina must have shown this of layers in tars; others are asked over the same as directories.
   */
  Line tarsOr(String what, String expected, String seen, Look others) throws Exception {
    List<String> row = new ArrayList<>(List.of(what, seen));
    for (UnionProgram program : programs.subList(1, programs.size())) {
      row.add(seen(what, program, others));
    }
    check(what, expected, seen);
    rows.add(row);
    return this;
  }

  private List<String> look(String what, String expected, Look look) throws Exception {
    List<String> row = new ArrayList<>(List.of(what));
    for (UnionProgram program : programs) {
      row.add(seen(what, program, look));
    }
    check(what, expected, row.get(1));
    rows.add(row);
    return row;
  }

  private String seen(String what, UnionProgram program, Look look) throws IOException {
    if (program.missing().isPresent()) {
      return NOT_RUN;
    }
    Path own = Files.createTempDirectory(directory, "look");
    try (SmallDisk disk = SmallDisk.mount(own, diskSize);
        Union union =
            disk.isMounted() ? program.mountApart(own, layers) : program.mount(own, layers)) {
      return seen(look, new User(union));
    } catch (Exception e) {
      throw new AssertionError(what + " in " + program.name(), e);
    }
  }

  /** What is seen; the name of the errno where it fails. */
  static String seen(Look look, User user) throws Exception {
    try {
      return look.at(user);
    } catch (LinuxException e) {
      return e.errno().name();
    }
  }

  private void check(String what, String expected, String seen) {
    if (!seen.equals(expected)) {
      faults.add(what + ": Lamina should show: " + expected + "; but shows: " + seen);
    }
  }

  /** Ends the line: it fails with what was wrong, or is recorded. */
  void end() throws IOException {
    assertThat(faults).as("%s", test).isEmpty();
    recorder.record(LineNumber.startOf(test), block());
  }

  private List<String> block() {
    LineNumber number = LineNumber.startOf(test);
    String words = test.substring(test.indexOf('_', test.indexOf('_') + 1) + 1).replace('_', ' ');
    List<String> block = new ArrayList<>();
    block.add("### " + number + " " + Character.toUpperCase(words.charAt(0)) + words.substring(1));
    block.add("");
    block.add(rule);
    block.add("");
    List<String> head = new ArrayList<>(List.of("what is looked at"));
    programs.forEach(program -> head.add(program.name()));
    block.add(row(head));
    block.add("|" + " --- |".repeat(head.size()));
    rows.forEach(row -> block.add(row(shortened(row))));
    block.add("");
    block.add("Test: `" + testClass + "." + test + "`");
    block.add("");
    return block;
  }

  /** Says "same" of the others where it is so. */
  private static List<String> shortened(List<String> row) {
    List<String> shorter = new ArrayList<>(row.subList(0, 2));
    row.stream().skip(2).forEach(cell -> shorter.add(cell.equals(row.get(1)) ? "same" : cell));
    return shorter;
  }

  private static String row(List<String> cells) {
    return "| " + String.join(" | ", cells.stream().map(Line::escaped).toList()) + " |";
  }

  private static String escaped(String cell) {
    return cell.replace("|", "\\|").replace("\n", "; ");
  }
}
