package dev.lamina.testing.fs;

import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.junit.jupiter.api.Assumptions.assumeFalse;

import dev.lamina.fs.AttributeChange;
import dev.lamina.fs.Caller;
import dev.lamina.fs.FileKind;
import dev.lamina.fs.FsException;
import dev.lamina.linux.DeviceNumber;
import dev.lamina.linux.Errno;
import java.util.Map;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;

/** What a part of the contract suite asks of the implementation under test. */
interface ContractSubject {
  /** Who asks where a test calls the file system itself. */
  Caller CALLER = Caller.ROOT;

  /** The device of /dev/null. */
  long NULL_DEVICE = DeviceNumber.of(1, 3);

  /** What most tests find below: something of every kind. */
  LowerTree LOWER =
      LowerTree.empty()
          .directory("dir")
          .file("dir/one", "1")
          .file("dir/two", "22")
          .directory("dir/sub")
          .file("dir/sub/deep", "deep")
          .directory("empty")
          .directory("public")
          .mode("public", 0777)
          .file("file", "lower content")
          .file("twin", "lower content")
          .file("void", "")
          .symlink("link", "dir/one")
          .file("hard1", "hard")
          .hardLink("hard2", "hard1")
          .hardLink("dir/hard3", "hard1")
          .special("fifo", FileKind.FIFO, 0)
          .special("socket", FileKind.SOCKET, 0)
          .special("null", FileKind.CHARACTER_DEVICE, NULL_DEVICE);

  /** Returns a new workspace over what {@code lower} says; closed after the test. */
  Workspace workspace(LowerTree lower);

  /** Returns the same file system mounted anew; the old workspace is closed. */
  Workspace remount(Workspace workspace);

  /** Returns what the implementation cannot do, with the reasons. */
  Map<Capability, String> lacking();

  /** Skips the test where the implementation cannot do something. */
  default void requires(Capability capability) {
    String reason = lacking().getOrDefault(capability, "");
    assumeFalse(lacking().containsKey(capability), capability + ": " + reason);
  }

  /** Returns a new workspace over {@link #LOWER}. */
  default Workspace workspace() {
    return workspace(LOWER);
  }

  /** Checks that something fails with an errno. */
  default void fails(Errno errno, ThrowingCallable action) {
    assertThatExceptionOfType(FsException.class)
        .isThrownBy(action)
        .satisfies(
            e -> {
              if (e.errno() != errno) {
                throw new AssertionError("expected " + errno + " but got " + e.errno(), e);
              }
            });
  }

  /** Returns a change of nothing yet. */
  static AttributeChange change(int valid) {
    AttributeChange change = new AttributeChange();
    change.valid = valid;
    return change;
  }
}
