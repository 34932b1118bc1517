package dev.lamina.testing.fs;

import dev.lamina.fs.FileSystem;
import java.time.InstantSource;

/** The contract on the model. */
final class MemoryFileSystemTest extends FileSystemContractTest {
  @Override
  protected FileSystem fileSystem(LowerTree lower) {
    return new MemoryFileSystem(lower, InstantSource.system());
  }

  @Override
  protected FileSystem remount(FileSystem fileSystem) {
    return ((MemoryFileSystem) fileSystem).remounted();
  }
}
