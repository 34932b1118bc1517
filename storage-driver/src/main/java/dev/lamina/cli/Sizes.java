package dev.lamina.cli;

import java.util.Locale;

/** Sizes as people read them: in powers of 1,000, as docker prints them. */
final class Sizes {
  private static final String[] UNITS = {"B", "kB", "MB", "GB", "TB", "PB", "EB"};
  private static final double STEP = 1000;

  private Sizes() {}

  /** Returns a size in at most four characters and a unit: {@code 0 B}, {@code 4.2 MB}. */
  static String of(long bytes) {
    double value = bytes;
    int unit = 0;
    while (Math.abs(value) >= STEP && unit < UNITS.length - 1) {
      value /= STEP;
      unit++;
    }
    String format = unit == 0 || Math.abs(value) >= 100 ? "%.0f %s" : "%.1f %s";
    return String.format(Locale.ROOT, format, value, UNITS[unit]);
  }
}
