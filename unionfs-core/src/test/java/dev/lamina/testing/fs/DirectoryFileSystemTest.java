package dev.lamina.testing.fs;

import dev.lamina.fs.FileSystem;
import dev.lamina.testing.RequiresRoot;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.EnumMap;
import java.util.Map;
import org.junit.jupiter.api.io.TempDir;

/**
 * The contract on a plain directory: where the disk's own file system disagrees with the suite, the
 * suite is wrong.
 */
@RequiresRoot
final class DirectoryFileSystemTest extends FileSystemContractTest {
  @TempDir private Path temporary;

  private Path directory = Path.of("");

  @Override
  protected FileSystem fileSystem(LowerTree lower) throws IOException {
    directory = Files.createTempDirectory(temporary, "root");
    KernelFileSystem fileSystem = new KernelFileSystem(directory);
    TreeLoader.load(lower, new Workspace(fileSystem));
    return fileSystem;
  }

  @Override
  protected FileSystem remount(FileSystem fileSystem) {
    fileSystem.close();
    return new KernelFileSystem(directory);
  }

  @Override
  public Map<Capability, String> lacking() {
    Map<Capability, String> lacking = new EnumMap<>(Capability.class);
    lacking.put(Capability.CONSTANT_DIRECTORY_LINKS, "ext4 counts subdirectories");
    lacking.put(Capability.ROOT_IS_ITS_PARENT, "the root is a directory among others");
    lacking.put(Capability.INODES_NEVER_REUSED, "ext4 reuses numbers; a generation tells them");
    lacking.put(Capability.LARGE_XATTRS, "ext4 has one block for all attributes");
    lacking.put(Capability.KILL_ALONE, "no system call does it");
    lacking.put(Capability.SETTABLE_CHANGE_TIME, "no system call does it");
    return lacking;
  }
}
