package dev.lamina.fuse.semantics;

import java.util.Comparator;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * The number of a rule, such as D3.3b.
 *
 * @param section its section, from 1
 * @param line its line in the section, from 1
 * @param part a letter behind it, or nothing
 */
record LineNumber(int section, int line, String part) implements Comparable<LineNumber> {
  private static final Pattern FORM = Pattern.compile("D(\\d+)[._](\\d+)([a-z]?)");
  private static final Comparator<LineNumber> ORDER =
      Comparator.comparingInt(LineNumber::section)
          .thenComparingInt(LineNumber::line)
          .thenComparing(LineNumber::part);

  /** The number that a text or the name of a test begins with. */
  static LineNumber startOf(String text) {
    Matcher matcher = FORM.matcher(text);
    if (!matcher.lookingAt()) {
      throw new IllegalArgumentException(text + " does not begin with a number such as D3.3b");
    }
    return new LineNumber(
        Integer.parseInt(matcher.group(1)), Integer.parseInt(matcher.group(2)), matcher.group(3));
  }

  @Override
  public int compareTo(LineNumber other) {
    return ORDER.compare(this, other);
  }

  @Override
  public String toString() {
    return "D" + section + "." + line + part;
  }
}
