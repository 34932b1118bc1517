package dev.lamina.fuse.kernel;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.lamina.fuse.Mount;
import dev.lamina.fuse.MountException;
import dev.lamina.fuse.MountOptions;
import dev.lamina.fuse.MountTable;
import dev.lamina.testing.RequiresFuse;
import dev.lamina.testing.RequiresRoot;
import dev.lamina.testing.fs.LowerTree;
import dev.lamina.testing.fs.MemoryFileSystem;
import java.io.RandomAccessFile;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.InstantSource;
import java.util.EnumSet;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** Mounting as those do who may not. */
@RequiresFuse
@RequiresRoot
@Timeout(60)
final class MountProgramTest {
  @TempDir Path directory;

  @Test
  void theProgramMountsAndUnmounts() throws Exception {
    NativeTransport transport =
        new NativeTransport(EnumSet.allOf(InitFlag.class), Set.of(MountProgram.class), 2);
    MountOptions options = MountOptions.parse("nosuid,nodev,fsname=a\\,b");
    try (Mount mount =
        transport.mount(
            new MemoryFileSystem(LowerTree.empty().file("file", "content"), InstantSource.system()),
            directory,
            options)) {
      assertThat(Files.readString(directory.resolve("file"))).isEqualTo("content");
      MountTable.Row row = MountTable.read().at(directory.toString().getBytes(UTF_8)).orElseThrow();
      assertThat(row.type()).isEqualTo("fuse.lamina");
      assertThat(row.source()).isEqualTo("a,b");
      try (RandomAccessFile open = new RandomAccessFile(directory.resolve("file").toFile(), "r")) {
        assertThatThrownBy(() -> mount.unmount(false))
            .isInstanceOf(MountException.class)
            .hasMessageContaining("in use");
        assertThat(open.read()).isEqualTo('c');
      }
      mount.unmount(false);
      assertThat(mount.isMounted()).isFalse();
    }
    assertThat(directory).isEmptyDirectory();
  }

  @Test
  void aKernelThatOffersNothingIsServedAllTheSame() throws Exception {
    NativeTransport transport =
        new NativeTransport(EnumSet.noneOf(InitFlag.class), Set.of(MountCall.class), 2);
    try (Mount mount =
        transport.mount(
            new MemoryFileSystem(
                LowerTree.empty().directory("dir").file("dir/file", "content"),
                InstantSource.system()),
            directory,
            MountOptions.defaults())) {
      Path file = directory.resolve("dir/file");
      assertThat(Files.readString(file)).isEqualTo("content");
      Files.writeString(file, "something longer than it was");
      assertThat(Files.readString(file)).isEqualTo("something longer than it was");
      try (var files = Files.list(directory.resolve("dir"))) {
        assertThat(files).containsExactly(file);
      }
      assertThat(mount.statistics().of("readdirplus")).isZero();
    }
  }
}
