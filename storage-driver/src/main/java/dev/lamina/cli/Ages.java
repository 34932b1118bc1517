package dev.lamina.cli;

import java.time.Duration;
import java.time.Instant;

/** Times as people read them: how long ago. */
final class Ages {
  private static final long DAYS_A_WEEK = 7;
  private static final long DAYS_A_MONTH = 30;
  private static final long DAYS_A_YEAR = 365;

  private Ages() {}

  /** Returns how long before {@code now} something was, in one unit. */
  static String of(Instant then, Instant now) {
    Duration age = Duration.between(then, now);
    if (age.isNegative()) {
      return "in the future";
    }
    if (age.toSeconds() < 60) {
      return count(age.toSeconds(), "second");
    }
    if (age.toMinutes() < 60) {
      return count(age.toMinutes(), "minute");
    }
    if (age.toHours() < 48) {
      return count(age.toHours(), "hour");
    }
    long days = age.toDays();
    if (days < 2 * DAYS_A_WEEK) {
      return count(days, "day");
    }
    if (days < 2 * DAYS_A_MONTH) {
      return count(days / DAYS_A_WEEK, "week");
    }
    if (days < 2 * DAYS_A_YEAR) {
      return count(days / DAYS_A_MONTH, "month");
    }
    return count(days / DAYS_A_YEAR, "year");
  }

  private static String count(long number, String unit) {
    return number + " " + unit + (number == 1 ? "" : "s") + " ago";
  }
}
