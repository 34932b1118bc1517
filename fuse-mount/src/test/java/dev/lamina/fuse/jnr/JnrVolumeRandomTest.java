package dev.lamina.fuse.jnr;

import static java.util.Objects.requireNonNull;
import static org.assertj.core.api.Assertions.assertThat;

import dev.lamina.fs.FileSystem;
import dev.lamina.fuse.Interceptor;
import dev.lamina.fuse.Mount;
import dev.lamina.fuse.MountOptions;
import dev.lamina.store.VolumeId;
import dev.lamina.testing.RequiresFuse;
import dev.lamina.testing.RequiresRoot;
import dev.lamina.testing.fs.Capability;
import dev.lamina.testing.fs.KernelFileSystem;
import dev.lamina.testing.fs.LowerTree;
import dev.lamina.testing.fs.RandomOperations;
import dev.lamina.testing.fs.RandomSubject;
import dev.lamina.volume.TestStore;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.EnumMap;
import java.util.IdentityHashMap;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * Random sequences of operations on a volume through a mount of libfuse's, with remounts among
 * them, against the model. The properties {@code lamina.random.seed} and {@code
 * lamina.random.seconds} say which and how long.
 */
@RequiresFuse
@RequiresRoot
final class JnrVolumeRandomTest implements RandomSubject {
  private final IdentityHashMap<FileSystem, VolumeId> volumes = new IdentityHashMap<>();
  @TempDir private Path directory;
  private TestStore store;

  @BeforeEach
  void open() {
    store = new TestStore(directory.resolve("store"));
  }

  @AfterEach
  void close() {
    store.close();
  }

  @Test
  void a_volume_does_what_the_model_does() throws Exception {
    long seed = Long.getLong("lamina.random.seed", 5000);
    Duration duration = Duration.ofSeconds(Long.getLong("lamina.random.seconds", 20));
    assertThat(new RandomOperations(this).run(seed, duration)).isPositive();
  }

  @Override
  public FileSystem create(LowerTree lower) throws IOException {
    return mounted(store.volume(lower));
  }

  private FileSystem mounted(VolumeId id) throws IOException {
    Path target = Files.createTempDirectory(directory, "mount");
    Mount mount =
        new JnrTransport().mount(store.open(id), target, MountOptions.defaults().forAllUsers());
    FileSystem through =
        Interceptor.of(
            new KernelFileSystem(target),
            operation -> {},
            () -> {
              // Busy here is a descriptor that the model's counterpart has lost.
              mount.unmount(false);
              assertThat(mount.statistics().defects()).isZero();
              target.toFile().delete();
            });
    volumes.put(through, id);
    return through;
  }

  @Override
  public FileSystem remount(FileSystem fileSystem) throws IOException {
    VolumeId id = requireNonNull(volumes.remove(fileSystem));
    fileSystem.close();
    return mounted(id);
  }

  @Override
  public void dispose(FileSystem fileSystem) {
    if (volumes.remove(fileSystem) != null) {
      fileSystem.close();
    }
  }

  @Override
  public Map<Capability, String> lacking() {
    Map<Capability, String> lacking = new EnumMap<>(JnrLimits.lacking());
    lacking.put(Capability.ROOT_IS_ITS_PARENT, "the mount lies in a directory among others");
    return lacking;
  }
}
