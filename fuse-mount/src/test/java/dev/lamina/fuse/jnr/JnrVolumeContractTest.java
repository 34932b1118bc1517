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
import dev.lamina.testing.fs.FileSystemContractTest;
import dev.lamina.testing.fs.KernelFileSystem;
import dev.lamina.testing.fs.LowerTree;
import dev.lamina.volume.TestStore;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.IdentityHashMap;
import java.util.Map;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** The contract, asked of volumes of one store through mounts of libfuse's. */
@RequiresFuse
@RequiresRoot
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
@Timeout(value = 60, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
final class JnrVolumeContractTest extends FileSystemContractTest {
  private final IdentityHashMap<FileSystem, VolumeId> volumes = new IdentityHashMap<>();
  private Path directory;
  private TestStore store;

  @BeforeAll
  void openStore(@TempDir Path temporary) {
    directory = temporary;
    store = new TestStore(temporary.resolve("store"));
  }

  @AfterAll
  void closeStore() {
    store.close();
  }

  @Override
  protected FileSystem fileSystem(LowerTree lower) throws IOException {
    return mounted(store.volume(lower));
  }

  @Override
  protected FileSystem remount(FileSystem fileSystem) throws IOException {
    fileSystem.close();
    return mounted(requireNonNull(volumes.get(fileSystem)));
  }

  private FileSystem mounted(VolumeId id) throws IOException {
    Path target = Files.createTempDirectory(directory, "mount");
    MountOptions options = MountOptions.defaults().forAllUsers();
    Mount mount = new JnrTransport().mount(store.open(id), target, options);
    FileSystem through =
        Interceptor.of(
            new KernelFileSystem(target),
            operation -> {},
            () -> {
              mount.close();
              assertThat(mount.statistics().defects()).isZero();
            });
    volumes.put(through, id);
    return through;
  }

  @Override
  public Map<Capability, String> lacking() {
    return JnrLimits.lacking();
  }
}
