package dev.lamina.fuse.jnr;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import dev.lamina.fuse.Mount;
import dev.lamina.fuse.MountOptions;
import dev.lamina.store.VolumeId;
import dev.lamina.testing.RequiresFuse;
import dev.lamina.testing.RequiresRoot;
import dev.lamina.testing.data.FileExercise;
import dev.lamina.testing.fs.LowerTree;
import dev.lamina.tree.Digest;
import dev.lamina.volume.TestStore;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * The data of a file that is read, written, mapped, punched and copied at random through a mount of
 * libfuse's: each byte is what it should be, also after a remount. {@code
 * -Dlamina.exercise.operations} and {@code -Dlamina.exercise.seed} make it longer, and another one.
 */
@RequiresFuse
@RequiresRoot
@Timeout(value = 600, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
final class JnrFileExerciseTest {
  private static final long OPERATIONS = Long.getLong("lamina.exercise.operations", 200_000) / 20;
  private static final long SEED = Long.getLong("lamina.exercise.seed", 1);

  @TempDir private Path directory;

  @ParameterizedTest
  @ValueSource(strings = {"object", "new"})
  void data_is_what_was_written(String file) throws Exception {
    Path target = Files.createDirectory(directory.resolve("mount"));
    byte[] content = new byte[150_000];
    new Random(1).nextBytes(content);
    try (TestStore store = new TestStore(directory.resolve("store"))) {
      VolumeId id = store.volume(LowerTree.empty().file("object", content));
      String digest;
      try (Mount mount = mount(store, id, target)) {
        digest = exercise(target.resolve(file));
        assertThat(mount.statistics().defects()).isZero();
      }
      try (Mount _ = mount(store, id, target)) {
        Path there = target.resolve(file);
        Path moved = target.resolve(file + ".moved");
        byte[] read = Files.readAllBytes(Files.exists(there) ? there : moved);
        assertThat(Digest.sha256(read).hex()).isEqualTo(digest);
      }
    }
  }

  private static Mount mount(TestStore store, VolumeId id, Path target) {
    return new JnrTransport().mount(store.open(id), target, MountOptions.defaults());
  }

  private static String exercise(Path file) throws Exception {
    List<String> command = new ArrayList<>();
    command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
    command.addAll(List.of("--enable-native-access=ALL-UNNAMED", "-Xmx128m", "-cp"));
    command.add(System.getProperty("java.class.path"));
    command.add(FileExercise.class.getName());
    command.addAll(List.of(file.toString(), Long.toString(SEED), Long.toString(OPERATIONS)));
    Process program = new ProcessBuilder(command).redirectErrorStream(true).start();
    try {
      String said = new String(program.getInputStream().readAllBytes(), UTF_8);
      assertThat(program.waitFor()).as(said).isZero();
      return said.strip();
    } finally {
      program.destroyForcibly().waitFor();
    }
  }
}
