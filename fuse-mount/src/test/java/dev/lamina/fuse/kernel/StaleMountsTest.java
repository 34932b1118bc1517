package dev.lamina.fuse.kernel;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.lamina.fuse.MountException;
import dev.lamina.fuse.MountOptions;
import dev.lamina.fuse.MountTable;
import dev.lamina.fuse.StaleMounts;
import dev.lamina.linux.Errno;
import dev.lamina.testing.RequiresFuse;
import dev.lamina.testing.RequiresRoot;
import dev.lamina.testing.fs.LowerTree;
import dev.lamina.testing.fs.MemoryFileSystem;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.InstantSource;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

@RequiresFuse
@RequiresRoot
@Timeout(60)
final class StaleMountsTest {
  @TempDir Path directory;

  @AfterEach
  void clear() {
    StaleMounts.clear(directory);
  }

  @Test
  void whatAKilledServerLeftIsCleared() throws Exception {
    Process server =
        new ProcessBuilder(ChildProgram.command(ServerProgram.class, directory.toString()))
            .inheritIO()
            .start();
    try {
      while (MountTable.read().at(directory.toString().getBytes(UTF_8)).isEmpty()) {
        assertThat(server.isAlive()).isTrue();
        Thread.sleep(20);
      }
      assertThat(Files.readString(directory.resolve("file"))).isEqualTo("content");
      assertThat(StaleMounts.clear(directory)).isEqualTo(StaleMounts.Found.ALIVE);
    } finally {
      server.destroyForcibly().waitFor();
    }
    MemoryFileSystem another = new MemoryFileSystem(LowerTree.empty(), InstantSource.system());
    assertThatThrownBy(
            () -> new NativeTransport().mount(another, directory, MountOptions.defaults()))
        .isInstanceOfSatisfying(
            MountException.class, e -> assertThat(e.errno()).isEqualTo(Errno.ENOTCONN))
        .hasMessageContaining("lamina umount");
    assertThat(StaleMounts.clear(directory)).isEqualTo(StaleMounts.Found.CLEARED);
    assertThat(StaleMounts.clear(directory)).isEqualTo(StaleMounts.Found.NOTHING);
    assertThat(directory).isEmptyDirectory();
  }
}
