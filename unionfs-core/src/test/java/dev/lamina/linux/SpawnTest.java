package dev.lamina.linux;

import static dev.lamina.linux.Bytes.assertFails;
import static dev.lamina.linux.Bytes.text;
import static dev.lamina.linux.Bytes.utf8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import dev.lamina.testing.RequiresFuse;
import java.lang.foreign.MemorySegment;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

final class SpawnTest {
  private static final Map<String, String> PATH = Map.of("PATH", "/usr/bin:/bin");
  // Makes a descriptor inheritable (FIONCLEX, include/uapi/asm-generic/ioctls.h).
  private static final long FIONCLEX = 0x5450;

  @TempDir Path temp;

  private static int sh(String script, Map<Integer, Integer> descriptors) {
    return Spawn.run(Spawn.words("sh", "-c", script), PATH, descriptors);
  }

  @Test
  void a_program_ends_with_its_status_or_its_signal() {
    assertThat(sh("exit 0", Map.of())).isZero();
    assertThat(sh("exit 7", Map.of())).isEqualTo(7);
    assertThat(sh("kill -9 $$", Map.of())).isEqualTo(128 + 9);
  }

  @Test
  void arguments_are_bytes_and_the_environment_is_what_was_given() {
    try (FileOpen.Pipe pipe = FileOpen.pipe(0)) {
      List<byte[]> command =
          List.of(
              utf8("/bin/sh"),
              utf8("-c"),
              utf8("printf '%s %s' \"$1\" \"$A$HOME\""),
              utf8("sh"),
              new byte[] {(byte) 0xff, 'x'});
      int status = Spawn.run(command, Map.of("A", "b c"), Map.of(1, pipe.writer().value()));
      assertThat(status).isZero();
      assertThat(drain(pipe)).isEqualTo(new byte[] {(byte) 0xff, 'x', ' ', 'b', ' ', 'c'});
    }
  }

  @Test
  void descriptors_take_the_numbers_asked_for_also_when_they_cross() {
    try (FileOpen.Pipe one = FileOpen.pipe(0);
        FileOpen.Pipe two = FileOpen.pipe(0)) {
      int first = one.writer().value();
      int second = two.writer().value();
      String script =
          "echo to-two >/proc/self/fd/" + first + "; echo to-one >/proc/self/fd/" + second;
      assertThat(sh(script, Map.of(first, second, second, first))).isZero();
      assertThat(text(drain(one))).isEqualTo("to-one\n");
      assertThat(text(drain(two))).isEqualTo("to-two\n");
    }
  }

  @Test
  void no_other_descriptor_is_inherited_and_no_signal_is_blocked() {
    try (Fd file = FileOpen.memfd("x")) {
      Ioctl.call(file.value(), FIONCLEX, 0);
      String test = "test -e /proc/self/fd/" + file.value();
      assertThat(sh(test, Map.of())).isEqualTo(1);
      assertThat(sh(test, Map.of(file.value(), file.value()))).isZero();
    }
    assertThat(sh("grep -q '^SigBlk:.0000000000000000$' /proc/self/status", Map.of())).isZero();
  }

  @Test
  void what_cannot_be_started_says_why() {
    assertThatExceptionOfType(LinuxException.class)
        .isThrownBy(() -> Spawn.run(Spawn.words("/no/such/program"), PATH, Map.of()))
        .withMessage("posix_spawnp '/no/such/program': No such file or directory (ENOENT)");
    assertFails(Errno.EACCES, () -> Spawn.run(Spawn.words("/etc/passwd"), PATH, Map.of()));
    assertFails(Errno.EBADF, () -> sh("exit 0", Map.of(5, 19_999)));
    assertFails(Errno.EINVAL, () -> Spawn.run(List.of(utf8("a\0b")), PATH, Map.of()));
    assertThatIllegalArgumentException().isThrownBy(() -> Spawn.run(List.of(), PATH, Map.of()));
  }

  @Test
  void a_child_is_watched_by_its_pidfd() {
    try (FileOpen.Pipe pipe = FileOpen.pipe(0)) {
      Spawn.Child child = Spawn.start(Spawn.words("cat"), PATH, Map.of(0, pipe.reader().value()));
      try (Fd pidfd = Processes.pidfdOpen(child.pid())) {
        PollSet set = new PollSet(pidfd.value());
        assertThat(set.await(0)).isZero();
        pipe.writer().close();
        assertThat(set.await(-1)).isEqualTo(1);
      }
      assertThat(child.waitFor()).isZero();
      assertFails(Errno.ECHILD, child::waitFor);
    }
  }

  @Test
  @RequiresFuse
  void fusermount3_hands_over_the_device_of_what_it_mounted() {
    byte[] target = utf8(temp.toString());
    try (SocketPair sockets = SocketPair.open()) {
      int status =
          Spawn.run(
              List.of(utf8("fusermount3"), utf8("-o"), utf8("fsname=lamina"), utf8("--"), target),
              Map.of("PATH", "/usr/bin:/bin", "_FUSE_COMMFD", "9"),
              Map.of(9, sockets.theirs().value()));
      assertThat(status).isZero();
      try (Fd device = SocketPair.receiveDescriptor(sockets.ours().value()).orElseThrow()) {
        FileStatus found = new FileStatus();
        FileAttributes.fstat(device.value(), found);
        assertThat(found.specialDevice()).isEqualTo(DeviceNumber.of(10, 229));
      } finally {
        assertThat(
                Spawn.run(
                    List.of(utf8("fusermount3"), utf8("-u"), utf8("-z"), utf8("--"), target),
                    PATH,
                    Map.of()))
            .isZero();
      }
    }
  }

  private static byte[] drain(FileOpen.Pipe pipe) {
    pipe.writer().close();
    MemorySegment buffer = Memory.pageAligned(256);
    int length = FileIo.read(pipe.reader().value(), buffer, 0, 256);
    return Memory.bytes(buffer.address(), length);
  }
}
