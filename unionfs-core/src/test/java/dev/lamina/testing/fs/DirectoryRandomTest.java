package dev.lamina.testing.fs;

import static org.assertj.core.api.Assertions.assertThat;

import dev.lamina.fs.FileSystem;
import dev.lamina.testing.RequiresRoot;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The model against the disk's own file system: so that the model is right. */
@RequiresRoot
final class DirectoryRandomTest implements RandomSubject {
  @TempDir private Path temporary;

  private Path directory = Path.of("");

  @Test
  void the_model_does_what_the_disks_file_system_does() throws Exception {
    long seed = Long.getLong("lamina.random.seed", 1);
    Duration duration = Duration.ofSeconds(Long.getLong("lamina.random.seconds", 8));
    assertThat(new RandomOperations(this).run(seed, duration)).isPositive();
  }

  @Override
  public FileSystem create(LowerTree lower) throws IOException {
    directory = Files.createTempDirectory(temporary, "root");
    KernelFileSystem fileSystem = new KernelFileSystem(directory);
    TreeLoader.load(lower, new Workspace(fileSystem));
    return fileSystem;
  }

  @Override
  public FileSystem remount(FileSystem fileSystem) {
    fileSystem.close();
    return new KernelFileSystem(directory);
  }

  @Override
  public void dispose(FileSystem fileSystem) {
    new Workspace(fileSystem).names("").forEach(name -> new Workspace(fileSystem).removeAll(name));
    fileSystem.close();
  }

  @Override
  public Map<Capability, String> lacking() {
    return Map.of();
  }
}
