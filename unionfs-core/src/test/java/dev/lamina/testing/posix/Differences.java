package dev.lamina.testing.posix;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.util.List;
import java.util.Optional;

/** The list of what is known to differ from the disk's own file system. Immutable. */
record Differences(List<Difference> all) {
  private static final String RESOURCE = "posix-differences.txt";

  /** Reads the list that is checked in; lines that begin with {@code #} are remarks. */
  static Differences load() {
    try (InputStream in = Differences.class.getResourceAsStream(RESOURCE)) {
      if (in == null) {
        throw new IllegalStateException("there is no resource " + RESOURCE);
      }
      return parse(new String(in.readAllBytes(), UTF_8));
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  static Differences parse(String text) {
    return new Differences(
        text.lines()
            .filter(line -> !line.isBlank() && !line.startsWith("#"))
            .map(Difference::parse)
            .toList());
  }

  /** Returns those of one subject. */
  List<Difference> of(String subject) {
    return all.stream().filter(difference -> difference.subject().equals(subject)).toList();
  }

  /** Returns the first that covers a check. */
  Optional<Difference> of(String subject, String check) {
    return of(subject).stream().filter(difference -> difference.covers(check)).findFirst();
  }
}
