package dev.lamina.testing.posix;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;

/** docs/POSIX.md shows the list of differences as it is. */
final class PosixDocumentTest {
  private static final String HEAD =
      "| subject | check | seen | why |\n| --- | --- | --- | --- |\n";

  private static String table() {
    StringBuilder table = new StringBuilder(HEAD);
    for (Difference difference : Differences.load().all()) {
      table
          .append("| ")
          .append(difference.subject())
          .append(" | ")
          .append(difference.check().replace('_', ' ').replace("*", "…"))
          .append(" | ")
          .append(difference.seen())
          .append(" | ")
          .append(difference.reason())
          .append(" |\n");
    }
    return table.toString();
  }

  @Test
  void the_table_is_made_from_the_list() throws IOException {
    Path document = Path.of(System.getProperty("lamina.root", ".."), "docs", "POSIX.md");
    assertThat(Files.readString(document))
        .as("docs/POSIX.md ends with the list of differences, as this table")
        .endsWith(table());
  }
}
