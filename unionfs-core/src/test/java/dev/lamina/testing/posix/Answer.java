package dev.lamina.testing.posix;

import dev.lamina.linux.Errno;
import dev.lamina.linux.RawCall;
import java.util.Set;

/** Judges what the kernel answers. */
final class Answer {
  private Answer() {}

  /** Returns a result that is no error. */
  static long ok(long result) {
    if (result < 0) {
      throw new AssertionError("answered " + text(result) + ", not success");
    }
    return result;
  }

  /** Returns a descriptor that is closed after the check. */
  static int opened(long result) {
    int fd = (int) ok(result);
    Home.closing(() -> RawCall.CLOSE.of(fd));
    return fd;
  }

  static void fails(Errno errno, long result) {
    if (result != -errno.number()) {
      throw new AssertionError("answered " + text(result) + ", not " + errno);
    }
  }

  static void failsWithOneOf(Set<Errno> errnos, long result) {
    if (errnos.stream().noneMatch(errno -> result == -errno.number())) {
      throw new AssertionError("answered " + text(result) + ", not one of " + errnos);
    }
  }

  /** Checks a value. */
  static void is(Object expected, Object actual) {
    is("it", expected, actual);
  }

  /** Checks a value that has a name. */
  static void is(String what, Object expected, Object actual) {
    if (!expected.equals(actual)) {
      throw new AssertionError(what + " is " + actual + ", not " + expected);
    }
  }

  /** Checks a condition. */
  static void that(boolean condition, String otherwise) {
    if (!condition) {
      throw new AssertionError(otherwise);
    }
  }

  private static String text(long result) {
    if (result >= 0) {
      return "success";
    }
    int number = (int) -result;
    return Errno.isKnown(number) ? Errno.of(number).toString() : "error " + number;
  }
}
