package dev.lamina.testing.posix;

import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/**
 * A check that fails on a subject, which is known.
 *
 * @param subject whose difference it is
 * @param check the name of the check, or several with {@code *} for any characters
 * @param seen what the failure says, or a part of it; behind {@code sometimes:} where it need not
 *     show each time
 * @param cause whose it is
 * @param reason why it is so
 */
record Difference(String subject, String check, String seen, Cause cause, String reason) {
  private static final String SOMETIMES = "sometimes: ";

  /** Whose a difference is. */
  enum Cause {
    /** The kernel's overlayfs differs from the disk's file system in the same way. */
    UNION,
    /** The protocol between the kernel and a server gives no way to do it. */
    FUSE,
    /** libfuse 2 gives no way to do it. */
    LIBFUSE
  }

  /** Reads a line: five columns, with bars between. */
  static Difference parse(String line) {
    String[] columns = line.split("\\|", -1);
    if (columns.length != 5) {
      throw new IllegalArgumentException("five columns are wanted: " + line);
    }
    return new Difference(
        columns[0].strip(),
        columns[1].strip(),
        columns[2].strip(),
        Cause.valueOf(columns[3].strip()),
        columns[4].strip());
  }

  /** Whether the check may also succeed, because it is about who comes first. */
  boolean isSometimes() {
    return seen.startsWith(SOMETIMES);
  }

  /** Returns what the failure says. */
  String what() {
    return isSometimes() ? seen.substring(SOMETIMES.length()) : seen;
  }

  boolean covers(String name) {
    return pattern().matcher(name).matches();
  }

  private Pattern pattern() {
    return Pattern.compile(
        Stream.of(check.split("\\*", -1)).map(Pattern::quote).collect(Collectors.joining(".*")));
  }
}
