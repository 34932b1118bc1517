package dev.lamina.image;

import java.math.BigDecimal;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.ObjectNode;

/**
 * Reads the instruction HEALTHCHECK as a Dockerfile has it: {@code NONE}, or options and {@code
 * CMD} with a command. The result is the part {@code Healthcheck} of a configuration, whose
 * durations are in ns.
 */
final class HealthCheck {
  private static final String EXPECTED =
      "HEALTHCHECK is NONE, or [--interval=30s] [--timeout=30s] [--start-period=0s]"
          + " [--start-interval=5s] [--retries=3] CMD and a command";
  private static final Pattern OPTION =
      Pattern.compile("--([a-z-]+)=(\\S+)\\s+(.*)", Pattern.DOTALL);
  private static final Pattern PART = Pattern.compile("([0-9]+(?:\\.[0-9]*)?)(ns|us|ms|s|m|h)");
  private static final Map<String, String> DURATIONS =
      Map.of(
          "interval", "Interval",
          "timeout", "Timeout",
          "start-period", "StartPeriod",
          "start-interval", "StartInterval");
  private static final Map<String, Long> UNITS =
      Map.of(
          "ns", 1L,
          "us", 1_000L,
          "ms", 1_000_000L,
          "s", 1_000_000_000L,
          "m", 60_000_000_000L,
          "h", 3_600_000_000_000L);
  private static final long LEAST = 1_000_000;

  private HealthCheck() {}

  /**
   * Parses what follows the word HEALTHCHECK.
   *
   * @throws IllegalArgumentException where it is none
   */
  static ObjectNode parse(String text) {
    ObjectNode check = Json.object();
    ArrayNode test = check.putArray("Test");
    String rest = text.strip();
    if (rest.equalsIgnoreCase("NONE")) {
      test.add("NONE");
      return check;
    }
    for (Matcher option = OPTION.matcher(rest); option.matches(); option = OPTION.matcher(rest)) {
      option(check, option.group(1), option.group(2));
      rest = option.group(3).strip();
    }
    int space = rest.indexOf(' ');
    if (space < 0 || !rest.substring(0, space).toUpperCase(Locale.ROOT).equals("CMD")) {
      throw new IllegalArgumentException("\"" + text + "\": " + EXPECTED);
    }
    String command = rest.substring(space + 1).strip();
    if (command.startsWith("[")) {
      List<String> words = ConfigChange.words(command);
      if (words.isEmpty()) {
        throw new IllegalArgumentException("\"" + text + "\" has no command");
      }
      test.add("CMD");
      words.forEach(test::add);
    } else {
      test.add("CMD-SHELL").add(command);
    }
    return check;
  }

  private static void option(ObjectNode check, String name, String value) {
    String duration = DURATIONS.get(name);
    if (duration != null) {
      check.put(duration, nanoseconds(value));
    } else if (name.equals("retries") && value.matches("[0-9]{1,9}")) {
      check.put("Retries", Integer.parseInt(value));
    } else {
      throw new IllegalArgumentException("\"--" + name + "=" + value + "\": " + EXPECTED);
    }
  }

  /** Reads a duration as {@code 1m30s}: 0, or a millisecond at least. */
  private static long nanoseconds(String text) {
    BigDecimal sum = BigDecimal.ZERO;
    Matcher part = PART.matcher(text);
    int end = 0;
    while (end < text.length() && part.find() && part.start() == end) {
      long unit = UNITS.getOrDefault(part.group(2), 1L);
      sum = sum.add(new BigDecimal(part.group(1)).multiply(BigDecimal.valueOf(unit)));
      end = part.end();
    }
    boolean whole = end == text.length() && end > 0;
    if (text.equals("0") || (whole && sum.signum() == 0)) {
      return 0;
    }
    if (!whole
        || sum.compareTo(BigDecimal.valueOf(LEAST)) < 0
        || sum.compareTo(BigDecimal.valueOf(Long.MAX_VALUE)) > 0) {
      throw new IllegalArgumentException(
          "\"" + text + "\" is no duration as 1m30s, of at least 1ms");
    }
    return sum.longValue();
  }
}
