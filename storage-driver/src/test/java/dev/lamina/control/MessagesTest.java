package dev.lamina.control;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.channels.Channels;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;

final class MessagesTest {
  @Test
  void requestsComeBackEqual() throws IOException {
    List<Request> requests =
        List.of(
            new Request.Import(
                "oci:/x:y",
                Optional.of("a:b"),
                Optional.empty(),
                true,
                new Request.ImportLimits(
                    Optional.of(1L << 40),
                    Optional.empty(),
                    Optional.empty(),
                    Optional.of(5L),
                    Optional.of(7))),
            new Request.Images(),
            new Request.MountRequest("a", "/mnt", Optional.empty(), List.of("ro"), "auto", false),
            new Request.Commit("v", "n:t", Optional.of("m"), List.of("CMD x")),
            new Request.Stop(true));
    for (Request request : requests) {
      assertThat(Messages.request(Messages.encode(request))).isEqualTo(request);
    }
  }

  @Test
  void repliesComeBackEqual() throws IOException {
    List<Reply> replies =
        List.of(
            new Reply.Progress("sha256:1", "reading", 1, 2, false),
            new Reply.Failure("no", false),
            new Reply.Result(new Answer.Done()),
            new Reply.Result(
                new Answer.FileDetail(
                    "é",
                    "file",
                    "0644",
                    0,
                    0,
                    1,
                    1,
                    2,
                    Instant.ofEpochSecond(1, 5),
                    Optional.empty(),
                    Optional.empty(),
                    Optional.of("sha256:2"),
                    Map.of("user.a", "AA=="))));
    for (Reply reply : replies) {
      assertThat(Messages.reply(Messages.encode(reply))).isEqualTo(reply);
    }
  }

  @Test
  void whatIsNoRequestIsRefused() {
    for (String text : List.of("", "{}", "[]", "{\"ask\":\"Nothing\"}", "\u0000")) {
      assertThatThrownBy(() -> Messages.request(text.getBytes(StandardCharsets.UTF_8)))
          .isInstanceOf(IOException.class);
    }
  }

  @Test
  void framesAreReadAsWritten() throws IOException {
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    new Frame(Frame.Type.DATA, new byte[] {1, 2, 3}).write(Channels.newChannel(out));
    new Frame(Frame.Type.END, new byte[0]).write(Channels.newChannel(out));
    var in = Channels.newChannel(new ByteArrayInputStream(out.toByteArray()));
    assertThat(Frame.read(in).orElseThrow().bytes()).containsExactly(1, 2, 3);
    assertThat(Frame.read(in).orElseThrow().type()).isEqualTo(Frame.Type.END);
    assertThat(Frame.read(in)).isEmpty();
  }

  @Test
  void aFrameThatLiesIsRefused() {
    for (byte[] bytes :
        List.of(
            new byte[] {9, 0, 0, 0, 0},
            new byte[] {1, 127, 0, 0, 0},
            new byte[] {1, 0, 0, 0, 2, 1})) {
      assertThatThrownBy(() -> Frame.read(Channels.newChannel(new ByteArrayInputStream(bytes))))
          .isInstanceOf(IOException.class);
    }
  }
}
