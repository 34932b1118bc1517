package dev.lamina.volume;

import static org.assertj.core.api.Assertions.assertThat;

import dev.lamina.fs.FileSystem;
import dev.lamina.store.VolumeId;
import dev.lamina.testing.fs.LowerTree;
import dev.lamina.testing.fs.RandomOperations;
import dev.lamina.testing.fs.RandomSubject;
import java.nio.file.Path;
import java.time.Duration;
import java.util.IdentityHashMap;
import java.util.Objects;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * Volumes against the model, over random sequences with remounts and forks among them; {@code
 * lamina.random.seed} and {@code lamina.random.seconds} say which and how long.
 */
final class VolumeRandomTest {
  @Test
  void a_volume_does_what_the_model_does(@TempDir Path directory) throws Exception {
    long seed = Long.getLong("lamina.random.seed", 5000);
    Duration duration = Duration.ofSeconds(Long.getLong("lamina.random.seconds", 20));
    try (TestStore store = new TestStore(directory.resolve("store"))) {
      assertThat(new RandomOperations(new Subject(store)).run(seed, duration)).isPositive();
    }
  }

  private static final class Subject implements RandomSubject {
    private final IdentityHashMap<FileSystem, VolumeId> volumes = new IdentityHashMap<>();
    private final TestStore store;
    private int remounts;

    Subject(TestStore store) {
      this.store = store;
    }

    @Override
    public FileSystem create(LowerTree lower) {
      return open(store.volume(lower));
    }

    /** Every other time the sequence goes on in a fork, made while the volume is open. */
    @Override
    public FileSystem remount(FileSystem fileSystem) {
      VolumeId id = Objects.requireNonNull(volumes.remove(fileSystem));
      remounts++;
      if (remounts % 2 == 0) {
        fileSystem.close();
        return open(id);
      }
      VolumeId fork = store.volumes().fork(id, (transaction, volume) -> {});
      fileSystem.close();
      store.volumes().remove(id);
      return open(fork);
    }

    private FileSystem open(VolumeId id) {
      FileSystem fileSystem = store.open(id);
      volumes.put(fileSystem, id);
      return fileSystem;
    }

    @Override
    public void dispose(FileSystem fileSystem) {
      volumes.remove(fileSystem);
      fileSystem.close();
    }
  }
}
