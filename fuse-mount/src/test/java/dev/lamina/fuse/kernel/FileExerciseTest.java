package dev.lamina.fuse.kernel;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import dev.lamina.fuse.Mount;
import dev.lamina.fuse.MountOptions;
import dev.lamina.store.VerifyOptions;
import dev.lamina.store.VolumeId;
import dev.lamina.testing.RequiresFuse;
import dev.lamina.testing.RequiresRoot;
import dev.lamina.testing.data.FileExercise;
import dev.lamina.testing.fs.LowerTree;
import dev.lamina.tree.Digest;
import dev.lamina.volume.TestStore;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * The data of files that are read, written, mapped, punched and copied at random: each byte is what
 * it should be, also after a remount, and no object of the store has changed.
 *
 * <p>{@code -Dlamina.exercise.operations} and {@code -Dlamina.exercise.seed} make it longer, and
 * another one.
 */
@RequiresFuse
@RequiresRoot
final class FileExerciseTest {
  private static final long OPERATIONS = Long.getLong("lamina.exercise.operations", 200_000);
  private static final long SEED = Long.getLong("lamina.exercise.seed", 1);

  private static final Duration LIMIT = Duration.ofMinutes(5).plusMillis(5 * OPERATIONS);

  @TempDir private Path directory;

  /** One file and how it is exercised. */
  private record Exercise(String file, List<String> options) {}

  private static final List<Exercise> EXERCISES =
      List.of(
          new Exercise("object", List.of()),
          new Exercise("inline", List.of()),
          new Exercise("new", List.of()),
          new Exercise("other-object", List.of("nomap")),
          new Exercise("other-new", List.of("nodirect")));

  private static byte[] random(int length) {
    byte[] bytes = new byte[length];
    new Random(length).nextBytes(bytes);
    return bytes;
  }

  private static LowerTree lower() {
    return LowerTree.empty()
        .file("object", random(150_000))
        .file("other-object", random(200_000))
        .file("inline", random(2_000));
  }

  @Test
  void data_is_what_was_written_and_no_object_changes() throws Exception {
    Path target = Files.createDirectory(directory.resolve("mount"));
    try (TestStore store = new TestStore(directory.resolve("store"))) {
      VolumeId id = store.volume(lower());
      List<String> digests;
      try (Mount mount = mount(store, id, target)) {
        digests = exercise(target);
        assertThat(mount.isMounted()).isTrue();
      }
      try (Mount _ = mount(store, id, target)) {
        for (int i = 0; i < digests.size(); i++) {
          assertThat(digest(target, EXERCISES.get(i).file())).isEqualTo(digests.get(i));
        }
      }
      assertThat(store.store().verify(VerifyOptions.everything()).damages()).isEmpty();
    }
  }

  private static Mount mount(TestStore store, VolumeId id, Path target) {
    return new NativeTransport().mount(store.open(id), target, MountOptions.defaults());
  }

  private static String digest(Path mount, String name) throws IOException {
    Path file = mount.resolve(name);
    Path moved = mount.resolve(name + ".moved");
    return Digest.sha256(Files.readAllBytes(Files.exists(file) ? file : moved)).hex();
  }

  /** All at once; what each file holds in the end. */
  private static List<String> exercise(Path mount) throws Exception {
    List<Process> programs = new ArrayList<>();
    try {
      for (int i = 0; i < EXERCISES.size(); i++) {
        Exercise exercise = EXERCISES.get(i);
        List<String> arguments = new ArrayList<>();
        arguments.add(mount.resolve(exercise.file()).toString());
        arguments.add(Long.toString(SEED + i));
        arguments.add(Long.toString(OPERATIONS / EXERCISES.size()));
        arguments.addAll(exercise.options());
        List<String> command =
            ChildProgram.command(FileExercise.class, arguments.toArray(String[]::new));
        programs.add(new ProcessBuilder(command).redirectErrorStream(true).start());
      }
      // A program that hangs ends here, and with it what is read of what it says.
      Thread watch = Thread.ofVirtual().start(() -> endAfter(LIMIT, programs));
      List<String> digests = new ArrayList<>();
      for (Process program : programs) {
        String said = new String(program.getInputStream().readAllBytes(), UTF_8);
        assertThat(program.waitFor()).as(said).isZero();
        digests.add(said.strip());
      }
      watch.interrupt();
      return digests;
    } finally {
      for (Process program : programs) {
        program.destroyForcibly().waitFor();
      }
    }
  }

  private static void endAfter(Duration limit, List<Process> programs) {
    try {
      Thread.sleep(limit);
      programs.forEach(Process::destroyForcibly);
    } catch (InterruptedException e) {
      // All have ended.
    }
  }
}
