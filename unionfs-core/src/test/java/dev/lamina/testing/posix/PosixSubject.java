package dev.lamina.testing.posix;

import static dev.lamina.testing.posix.Answer.ok;

import java.util.stream.Stream;
import org.junit.jupiter.api.DynamicTest;

/** What an area of the suite asks of the file system under test. */
interface PosixSubject {
  /** Returns the file system. */
  MountPoint mountPoint();

  /** Returns a directory that was there before it was mounted, with one of each {@link Kind}. */
  String below();

  /** Returns another process, in the calling thread's directory. */
  OtherProcess other();

  /** A row of a matrix. */
  interface Row {
    void check();
  }

  /** Returns a row; it is run in a directory of its own. */
  default DynamicTest row(String name, Row row) {
    return DynamicTest.dynamicTest(name, row::check);
  }

  /**
   * Returns two rows: in a directory with new things of each kind, and in one with things that have
   * been there before the file system was mounted.
   */
  default Stream<DynamicTest> newAndBelow(String name, Row row) {
    return Stream.of(
        row(
            name,
            () -> {
              Kind.makeAll();
              row.check();
            }),
        row(
            name + ", from below",
            () -> {
              ok(Calls.chdir("../" + below()));
              row.check();
            }));
  }
}
