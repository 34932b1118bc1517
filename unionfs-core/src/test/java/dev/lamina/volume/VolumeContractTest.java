package dev.lamina.volume;

import dev.lamina.fs.FileSystem;
import dev.lamina.store.VolumeId;
import dev.lamina.testing.fs.FileSystemContractTest;
import dev.lamina.testing.fs.LowerTree;
import java.nio.file.Path;
import java.util.IdentityHashMap;
import java.util.Objects;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.io.TempDir;

/** The contract on volumes, all of one store. */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
final class VolumeContractTest extends FileSystemContractTest {
  private final IdentityHashMap<FileSystem, VolumeId> volumes = new IdentityHashMap<>();
  private TestStore store;

  @BeforeAll
  void openStore(@TempDir Path directory) {
    store = new TestStore(directory.resolve("store"));
  }

  @AfterAll
  void closeStore() {
    store.close();
  }

  @Override
  protected FileSystem fileSystem(LowerTree lower) {
    return open(store.volume(lower));
  }

  @Override
  protected FileSystem remount(FileSystem fileSystem) {
    fileSystem.close();
    return open(Objects.requireNonNull(volumes.get(fileSystem)));
  }

  private FileSystem open(VolumeId id) {
    FileSystem fileSystem = store.open(id);
    volumes.put(fileSystem, id);
    return fileSystem;
  }
}
