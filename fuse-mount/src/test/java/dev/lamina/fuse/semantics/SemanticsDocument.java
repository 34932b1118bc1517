package dev.lamina.fuse.semantics;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.SortedMap;
import java.util.TreeMap;

/**
 * {@code docs/SEMANTICS.md}: a header that says what was run, and a block for each line, in order.
 * With {@code -Dlamina.semantics.write=true} lines are written into it, else compared with it.
 */
final class SemanticsDocument implements Line.Recorder {
  /** The headings of the sections, from the first. */
  static final List<String> SECTIONS =
      List.of(
          "Lookup and merge",
          "Whiteouts and opaque directories",
          "Copy-up",
          "Identity",
          "Directories and listings",
          "Rename and link",
          "Open files, mappings, locks",
          "Attributes",
          "Durability and failure",
          "Sizes and quotas",
          "Mounting and importing");

  /** Lines that a volume cannot be asked about yet. */
  static final SortedMap<LineNumber, String> LATER =
      new TreeMap<>(
          Map.of(
              LineNumber.startOf("D4.5"),
              "A node id is never given to another object, not even when a new daemon takes a mount"
                  + " over",
              LineNumber.startOf("D8.7"),
              "Owners are shifted, both ways, for user namespaces",
              LineNumber.startOf("D9.2"),
              "A volatile volume syncs nothing, and is refused or marked after an unclean end",
              LineNumber.startOf("D9.3"),
              "After a power cut each layer verifies and each volume is as it was at one moment",
              LineNumber.startOf("D10.2"),
              "Quotas of space and of inodes",
              LineNumber.startOf("D11.1"),
              "Directories of layers are checked when they are mounted",
              LineNumber.startOf("D11.2"),
              "Options name directories with any character, and changed layers are refused"));

  private final Path file;
  private final List<UnionProgram> programs;
  private final boolean write;

  private SemanticsDocument(Path file, List<UnionProgram> programs, boolean write) {
    this.file = file;
    this.programs = programs;
    this.write = write;
  }

  /** The document of this repository, for what these programs show. */
  static SemanticsDocument of(List<UnionProgram> programs) {
    Path root = Path.of(Optional.ofNullable(System.getProperty("lamina.root")).orElse(".."));
    return new SemanticsDocument(
        root.resolve("docs/SEMANTICS.md"), programs, Boolean.getBoolean("lamina.semantics.write"));
  }

  @Override
  public void record(LineNumber number, List<String> block) throws IOException {
    SortedMap<LineNumber, List<String>> blocks = blocks();
    if (write) {
      blocks.put(number, block);
      Files.writeString(file, whole(blocks));
      return;
    }
    assertThat(compared(blocks.getOrDefault(number, List.of())))
        .as("%s of %s, which -Dlamina.semantics.write=true makes anew", number, file)
        .isEqualTo(compared(block));
  }

  /** The blocks of the document by their numbers. */
  SortedMap<LineNumber, List<String>> blocks() throws IOException {
    SortedMap<LineNumber, List<String>> blocks = new TreeMap<>();
    if (!Files.exists(file)) {
      return blocks;
    }
    List<String> block = new ArrayList<>();
    for (String line : Files.readAllLines(file)) {
      if (line.startsWith("### ")) {
        block = new ArrayList<>();
        blocks.put(LineNumber.startOf(line.substring(4)), block);
      } else if (line.startsWith("## ")) {
        block = new ArrayList<>();
      }
      block.add(line);
    }
    return blocks;
  }

  /** A block without empty lines and the columns of programs that are others in the document. */
  private List<String> compared(List<String> block) throws IOException {
    String header = Files.readString(file);
    List<String> lines = new ArrayList<>();
    for (String line : block) {
      if (!line.startsWith("| ")) {
        if (!line.isEmpty()) {
          lines.add(line);
        }
        continue;
      }
      String[] cells = line.split("(?<!\\\\)\\|", -1);
      StringBuilder kept = new StringBuilder();
      for (int i = 0; i < cells.length; i++) {
        boolean other =
            i >= 3
                && i - 2 < programs.size()
                && !header.contains(introduction(programs.get(i - 2)));
        kept.append(other ? " …" : cells[i]).append('|');
      }
      lines.add(kept.toString());
    }
    return lines;
  }

  private static String introduction(UnionProgram program) {
    return "- **" + program.name() + "**: " + program.version() + ".\n";
  }

  private String whole(SortedMap<LineNumber, List<String>> blocks) {
    StringBuilder text =
        new StringBuilder(
            """
            # Semantics

            What a union file system must do, line by line, and what three of them did when the tests were run. Each line is a
            test of package `dev.lamina.fuse.semantics`, each row something that was done in a fresh mount of the same layers
            by each program, and its cells are what was seen there: "same" is the same as in Lamina. Lamina's column is what the
            tests demand. "Copied" counts the regular files whose data the writable layer has. Where Lamina alone was looked at,
            the others' cells say why.

            Made by `./test.sh -pl fuse-mount -am -Dtest='*SemanticsTest' -Dlamina.semantics.write=true`. Every other run compares,
            the others' columns where these versions are the ones that run:

            """);
    programs.forEach(program -> text.append(introduction(program)));
    text.append('\n');
    for (int section = 1; section <= SECTIONS.size(); section++) {
      text.append("## ").append(SECTIONS.get(section - 1)).append("\n\n");
      SortedMap<LineNumber, List<String>> all = new TreeMap<>(blocks);
      LATER.forEach((number, title) -> all.put(number, later(number, title)));
      for (Map.Entry<LineNumber, List<String>> block : all.entrySet()) {
        if (block.getKey().section() == section) {
          block.getValue().forEach(line -> text.append(line).append('\n'));
        }
      }
    }
    return text.toString().stripTrailing() + "\n";
  }

  private static List<String> later(LineNumber number, String title) {
    return List.of("### " + number + " " + title, "", "Comes later.", "");
  }
}
