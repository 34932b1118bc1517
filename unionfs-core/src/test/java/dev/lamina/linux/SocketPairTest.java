package dev.lamina.linux;

import static dev.lamina.linux.Bytes.assertFails;
import static dev.lamina.linux.Bytes.utf8;
import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

final class SocketPairTest {
  @Test
  void a_descriptor_arrives_as_a_duplicate_of_the_open_file() {
    try (SocketPair sockets = SocketPair.open();
        Fd file = FileOpen.memfd("x")) {
      FileIo.writeFully(file.value(), utf8("hello"), 0, 5, 0);
      SocketPair.sendDescriptor(sockets.theirs().value(), file.value());
      try (Fd got = SocketPair.receiveDescriptor(sockets.ours().value()).orElseThrow()) {
        assertThat(got.value()).isNotEqualTo(file.value());
        byte[] content = new byte[5];
        FileIo.readFully(got.value(), content, 0, 5, 0);
        assertThat(content).isEqualTo(utf8("hello"));
      }
    }
  }

  @Test
  void a_message_without_one_and_a_closed_socket_are_answers() {
    try (SocketPair sockets = SocketPair.open()) {
      FileIo.write(sockets.theirs().value(), Memory.pageAligned(1), 0, 1);
      assertThat(SocketPair.receiveDescriptor(sockets.ours().value())).isEmpty();
      sockets.theirs().close();
      assertThat(SocketPair.receiveDescriptor(sockets.ours().value())).isEmpty();
      try (Fd file = FileOpen.memfd("x")) {
        assertFails(
            Errno.EPIPE, () -> SocketPair.sendDescriptor(sockets.ours().value(), file.value()));
        assertFails(Errno.ENOTSOCK, () -> SocketPair.sendDescriptor(file.value(), file.value()));
      }
    }
  }
}
