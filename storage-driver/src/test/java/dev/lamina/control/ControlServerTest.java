package dev.lamina.control;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.lamina.testing.RequiresRoot;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.StandardProtocolFamily;
import java.net.UnixDomainSocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.SocketChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

final class ControlServerTest {
  @TempDir private Path directory;

  private final List<String> heard = new ArrayList<>();
  private final ReplyListener listener =
      new ReplyListener() {
        @Override
        public void progress(Reply.Progress progress) {
          heard.add(progress.item());
        }

        @Override
        public void warning(String text) {
          heard.add(text);
        }
      };

  private Path socket() {
    return directory.resolve("run/s.sock");
  }

  private Answer ask(Request request, InputStream input, OutputStream output)
      throws IOException, ControlException {
    try (ControlClient client = ControlClient.connect(socket())) {
      return client.ask(request, input, output, listener);
    }
  }

  @Test
  void anAnswerComesBehindProgressAndWarnings() throws Exception {
    ControlHandler handler =
        (request, conversation) -> {
          conversation.progress(new Reply.Progress("layer", "reading", 1, 2, false));
          conversation.warn("careful");
          return new Answer.Removed(((Request.Remove) request).names());
        };
    try (ControlServer _ = ControlServer.listen(socket(), handler)) {
      Answer answer =
          ask(
              new Request.Remove(List.of("a", "b")),
              InputStream.nullInputStream(),
              OutputStream.nullOutputStream());
      assertThat(answer).isEqualTo(new Answer.Removed(List.of("a", "b")));
      assertThat(heard).containsExactly("layer", "careful");
    }
    assertThat(socket()).doesNotExist();
  }

  @Test
  @SuppressWarnings("try") // closing twice is part of it
  void whoAsksForTheEndGetsAnAnswer() throws Exception {
    CountDownLatch ending = new CountDownLatch(1);
    ControlHandler handler =
        (request, conversation) -> {
          ending.countDown();
          LockSupport.parkNanos(
              TimeUnit.MILLISECONDS.toNanos(100)); // close gets ahead of the answer
          return new Answer.Done();
        };
    try (ControlServer server = ControlServer.listen(socket(), handler)) {
      Thread end =
          Thread.ofPlatform()
              .start(
                  () -> {
                    try {
                      ending.await();
                      server.close();
                    } catch (IOException | InterruptedException e) {
                      throw new AssertionError(e);
                    }
                  });
      assertThat(
              ask(
                  new Request.Stop(false),
                  InputStream.nullInputStream(),
                  OutputStream.nullOutputStream()))
          .isEqualTo(new Answer.Done());
      end.join();
    }
  }

  @Test
  void streamsGoBothWays() throws Exception {
    byte[] data = new byte[3_000_000];
    new java.util.Random(1).nextBytes(data);
    ControlHandler handler =
        (request, conversation) -> {
          try (OutputStream out = conversation.output();
              InputStream in = conversation.input()) {
            in.transferTo(out);
          }
          return new Answer.Done();
        };
    try (ControlServer _ = ControlServer.listen(socket(), handler)) {
      ByteArrayOutputStream output = new ByteArrayOutputStream();
      ask(new Request.Cat("a", "/b"), new ByteArrayInputStream(data), output);
      assertThat(output.toByteArray()).isEqualTo(data);
    }
  }

  @Test
  void aStreamThatDoesNotEndIsNotTakenForWhole() throws Exception {
    ControlHandler handler =
        (request, conversation) -> {
          OutputStream out = conversation.output();
          out.write(new byte[1000]);
          if (request instanceof Request.Cat) {
            throw new ControlException("the disk is on fire", false);
          }
          return new Answer.Exported("-", "id", 1000);
        };
    try (ControlServer _ = ControlServer.listen(socket(), handler)) {
      assertThatThrownBy(
              () ->
                  ask(
                      new Request.Cat("a", "/b"),
                      InputStream.nullInputStream(),
                      OutputStream.nullOutputStream()))
          .hasMessage("the disk is on fire");
      assertThatThrownBy(
              () ->
                  ask(
                      new Request.Export("a", "-", Optional.empty()),
                      InputStream.nullInputStream(),
                      OutputStream.nullOutputStream()))
          .isInstanceOf(IOException.class)
          .hasMessageContaining("ended early");
    }
  }

  private void refused(String why) {
    assertThatThrownBy(
            () ->
                ask(
                    new Request.Images(),
                    InputStream.nullInputStream(),
                    OutputStream.nullOutputStream()))
        .isInstanceOf(ControlException.class)
        .hasMessageContaining(why)
        .hasMessageContaining("XDG_RUNTIME_DIR");
  }

  @Test
  void aSocketThatSomebodyElseMayHaveMadeIsNotTalkedTo() throws Exception {
    try (ControlServer _ =
        ControlServer.listen(
            socket(), (request, conversation) -> new Answer.ImageList(List.of()))) {
      Path run = socket().getParent();
      Files.setPosixFilePermissions(run, PosixFilePermissions.fromString("rwxrwxrwx"));
      refused(run + " may be written to by others");
      Files.setPosixFilePermissions(run, PosixFilePermissions.fromString("rwx------"));
      Path real = Files.move(run, directory.resolve("real"));
      Files.createSymbolicLink(run, real);
      refused(run + " is a symlink");
      Files.delete(run);
      Files.move(real, run);
      assertThat(
              ask(
                  new Request.Images(),
                  InputStream.nullInputStream(),
                  OutputStream.nullOutputStream()))
          .isEqualTo(new Answer.ImageList(List.of()));
    }
  }

  @Test
  @RequiresRoot
  void anotherUsersSocketIsNotTalkedTo() throws Exception {
    try (ControlServer _ =
        ControlServer.listen(
            socket(), (request, conversation) -> new Answer.ImageList(List.of()))) {
      Files.setAttribute(socket(), "unix:uid", 4321);
      refused("belongs to the user with the ID 4321");
      Files.setAttribute(socket(), "unix:uid", 0);
      Files.setAttribute(socket().getParent(), "unix:uid", 4321);
      refused("belongs to the user with the ID 4321");
    }
  }

  @Test
  void aFailureIsForTheUser() throws Exception {
    ControlHandler handler =
        (request, conversation) -> {
          throw new ControlException("no image a", true);
        };
    try (ControlServer _ = ControlServer.listen(socket(), handler)) {
      assertThatThrownBy(
              () ->
                  ask(
                      new Request.Layers("a"),
                      InputStream.nullInputStream(),
                      OutputStream.nullOutputStream()))
          .isInstanceOf(ControlException.class)
          .hasMessage("no image a");
    }
  }

  @Test
  void aDefectEndsOneRequestOnly() throws Exception {
    ControlHandler handler =
        (request, conversation) -> {
          if (request instanceof Request.Verify) {
            throw new IllegalStateException("broken");
          }
          return new Answer.Done();
        };
    try (ControlServer _ = ControlServer.listen(socket(), handler)) {
      assertThatThrownBy(
              () ->
                  ask(
                      new Request.Verify(false, Optional.empty()),
                      InputStream.nullInputStream(),
                      OutputStream.nullOutputStream()))
          .isInstanceOf(ControlException.class)
          .hasMessageContaining("broken");
      assertThat(
              ask(
                  new Request.Stop(false),
                  InputStream.nullInputStream(),
                  OutputStream.nullOutputStream()))
          .isEqualTo(new Answer.Done());
    }
  }

  @Test
  void aClientThatGoesAwayCancels() throws Exception {
    CountDownLatch began = new CountDownLatch(1);
    CountDownLatch cancelled = new CountDownLatch(1);
    ControlHandler handler =
        (request, conversation) -> {
          began.countDown();
          try {
            Thread.sleep(60_000);
          } catch (InterruptedException e) {
            cancelled.countDown();
            throw new IOException("cancelled", e);
          }
          return new Answer.Done();
        };
    try (ControlServer _ = ControlServer.listen(socket(), handler)) {
      SocketChannel channel = SocketChannel.open(StandardProtocolFamily.UNIX);
      channel.connect(UnixDomainSocketAddress.of(socket()));
      new Frame(Frame.Type.MESSAGE, Messages.encode(new Request.Collect())).write(channel);
      assertThat(began.await(20, TimeUnit.SECONDS)).isTrue();
      channel.close();
      assertThat(cancelled.await(20, TimeUnit.SECONDS)).isTrue();
    }
  }

  @Test
  void theSocketIsItsOwnersAlone() throws Exception {
    try (ControlServer _ =
        ControlServer.listen(socket(), (request, conversation) -> new Answer.Done())) {
      assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(socket())))
          .isEqualTo("rw-------");
      assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(socket().getParent())))
          .isEqualTo("rwx------");
    }
  }

  @Test
  void garbageIsRefusedAndTheNextClientServed() throws Exception {
    try (ControlServer _ =
        ControlServer.listen(socket(), (request, conversation) -> new Answer.Done())) {
      for (String garbage : List.of("GET / HTTP/1.1\r\n\r\n", "\u0001\u0000\u0000\u0000\u0002{}")) {
        try (SocketChannel channel = SocketChannel.open(StandardProtocolFamily.UNIX)) {
          channel.connect(UnixDomainSocketAddress.of(socket()));
          channel.write(ByteBuffer.wrap(garbage.getBytes(StandardCharsets.ISO_8859_1)));
        }
      }
      assertThat(
              ask(
                  new Request.Stop(false),
                  InputStream.nullInputStream(),
                  OutputStream.nullOutputStream()))
          .isEqualTo(new Answer.Done());
    }
  }

  @Test
  void theEndWaitsForWhoeverIsStillAtWork() throws Exception {
    CountDownLatch began = new CountDownLatch(1);
    CountDownLatch undone = new CountDownLatch(1);
    ControlHandler handler =
        (request, conversation) -> {
          began.countDown();
          try {
            Thread.sleep(60_000);
          } catch (InterruptedException e) {
            LockSupport.parkNanos(TimeUnit.MILLISECONDS.toNanos(300)); // undoing what it began
            undone.countDown();
            throw new IOException("cancelled", e);
          }
          return new Answer.Done();
        };
    try (ControlServer server = ControlServer.listen(socket(), handler);
        SocketChannel channel = SocketChannel.open(StandardProtocolFamily.UNIX)) {
      channel.connect(UnixDomainSocketAddress.of(socket()));
      new Frame(Frame.Type.MESSAGE, Messages.encode(new Request.Collect())).write(channel);
      assertThat(began.await(20, TimeUnit.SECONDS)).isTrue();
      assertThat(server.close(Duration.ofSeconds(20))).isTrue();
      assertThat(undone.getCount()).isZero();
    }
  }

  @Test
  void aLengthThatIsOnlyClaimedIsRefused() throws Exception {
    try (ControlServer _ =
            ControlServer.listen(socket(), (request, conversation) -> new Answer.Done());
        SocketChannel channel = SocketChannel.open(StandardProtocolFamily.UNIX)) {
      channel.connect(UnixDomainSocketAddress.of(socket()));
      channel.write(ByteBuffer.wrap(new byte[] {1, 3, 0, 0, 0}));
      assertThat(channel.read(ByteBuffer.allocate(1))).isEqualTo(-1);
    }
  }
}
