package dev.lamina.image;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.lamina.linux.Fd;
import dev.lamina.linux.FileNames;
import dev.lamina.linux.FileOpen;
import dev.lamina.testing.RequiresRoot;
import java.io.IOException;
import java.io.InterruptedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.FileSystemException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.FutureTask;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** What is no regular file is written to and stays what it is. */
final class TarPlacesTest {
  private static final int TYPE = 0170000;
  private static final int FIFO = 0010000;
  private static final int CHARACTER_DEVICE = 0020000;
  private static final byte[] CONTENT = "a layer".getBytes(StandardCharsets.UTF_8);

  @TempDir Path dir;

  private final List<Path> synced = new ArrayList<>();

  private void write(Path file) throws IOException {
    try (TarTarget target = TarTarget.file(file, dir, synced::add)) {
      target.write("a", CONTENT);
      target.finish();
    }
  }

  private static int type(Path path) throws IOException {
    return (int) Files.getAttribute(path, "unix:mode") & TYPE;
  }

  private Path node(String name, int type, long device) {
    Path path = dir.resolve(name);
    FileNames.mknodat(
        Fd.CWD, path.toString().getBytes(StandardCharsets.UTF_8), type | 0600, device);
    return path;
  }

  private List<String> names() throws IOException {
    try (var files = Files.list(dir)) {
      return files.map(file -> file.getFileName().toString()).sorted().toList();
    }
  }

  /** The node of /dev/null is made anew: a failure must not cost this machine its own. */
  @Test
  @RequiresRoot
  void a_device_is_written_to_and_stays() throws Exception {
    Path device = node("null", CHARACTER_DEVICE, 0x103);
    write(device);
    assertThat(type(device)).isEqualTo(CHARACTER_DEVICE);
    assertThat(names()).containsExactly("null");
    assertThat(synced).isEmpty();
  }

  @Test
  @Timeout(60)
  void a_fifo_is_written_to_and_stays() throws Exception {
    Path fifo = node("fifo", FIFO, 0);
    FutureTask<byte[]> reader = new FutureTask<>(() -> Files.readAllBytes(fifo));
    Thread.ofPlatform().daemon().start(reader);
    write(fifo);
    assertThat(type(fifo)).isEqualTo(FIFO);
    Path file = dir.resolve("file");
    write(file);
    assertThat(reader.get()).isEqualTo(Files.readAllBytes(file));
  }

  @Test
  @Timeout(60)
  void waiting_for_who_reads_a_fifo_ends_with_who_asked_for_the_export() throws Exception {
    Path fifo = node("fifo", FIFO, 0);
    FutureTask<Void> export =
        new FutureTask<>(
            () -> {
              write(fifo);
              return null;
            });
    Thread writer = Thread.ofPlatform().daemon().start(export);
    assertThat(writer.join(Duration.ofMillis(100))).isFalse();
    writer.interrupt();
    assertThatThrownBy(export::get)
        .hasCauseInstanceOf(InterruptedIOException.class)
        .hasMessageContaining("nobody read the FIFO " + fifo);
    assertThat(names()).containsExactly("fifo");
  }

  @Test
  @Timeout(60)
  void writing_to_a_fifo_that_is_not_read_on_ends_with_who_asked_for_the_export() throws Exception {
    Path fifo = node("fifo", FIFO, 0);
    try (Fd reader =
        FileOpen.openat(
            Fd.CWD,
            fifo.toString().getBytes(StandardCharsets.UTF_8),
            FileOpen.O_RDONLY | FileOpen.O_NONBLOCK)) {
      FutureTask<Void> export =
          new FutureTask<>(
              () -> {
                try (TarTarget target = TarTarget.file(fifo, dir, synced::add)) {
                  target.write("much", new byte[1 << 20]);
                }
                return null;
              });
      Thread writer = Thread.ofPlatform().daemon().start(export);
      assertThat(writer.join(Duration.ofMillis(100))).isFalse();
      writer.interrupt();
      assertThatThrownBy(export::get).hasCauseInstanceOf(IOException.class);
      assertThat(reader.value()).isNotNegative();
    }
  }

  @Test
  void a_symlink_stays_and_what_it_leads_to_is_replaced() throws Exception {
    Path old = Files.writeString(dir.resolve("v1.tar"), "old");
    Path latest = Files.createSymbolicLink(dir.resolve("latest.tar"), Path.of("v1.tar"));
    write(latest);
    assertThat(latest).isSymbolicLink();
    assertThat(old).isRegularFile();
    assertThat(Files.size(old)).isGreaterThan(1024);
    assertThat(synced).last().isEqualTo(dir.toRealPath());
  }

  @Test
  void a_symlink_to_nothing_yet_stays_and_leads_to_the_new_file() throws Exception {
    Files.createDirectory(dir.resolve("images"));
    Files.createSymbolicLink(dir.resolve("middle"), dir.resolve("images/new.tar"));
    Path latest = Files.createSymbolicLink(dir.resolve("latest.tar"), Path.of("middle"));
    write(latest);
    assertThat(dir.resolve("images/new.tar")).isRegularFile();
    assertThat(dir.resolve("middle")).isSymbolicLink();
    assertThat(latest).isSymbolicLink();
  }

  @Test
  void what_leads_to_itself_or_into_proc_or_to_a_directory_is_refused() throws Exception {
    Path loop = Files.createSymbolicLink(dir.resolve("loop"), Path.of("loop"));
    assertThatThrownBy(() -> write(loop))
        .isInstanceOf(FileSystemException.class)
        .hasMessageContaining("loop");
    Path out = Files.createSymbolicLink(dir.resolve("stdout"), Path.of("/proc/self/fd/1"));
    assertThatThrownBy(() -> write(out)).hasMessageContaining("write to - instead");
    Path up = Files.createSymbolicLink(dir.resolve("up"), Path.of(".."));
    assertThatThrownBy(() -> write(up)).hasMessageContaining("is a directory");
    assertThat(names()).containsExactly("loop", "stdout", "up");
  }
}
