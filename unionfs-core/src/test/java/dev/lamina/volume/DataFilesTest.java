package dev.lamina.volume;

import static org.assertj.core.api.Assertions.assertThat;

import dev.lamina.linux.Errno;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What becomes of files that cannot be brought to disk. */
final class DataFilesTest {
  @TempDir private Path directory;

  @Test
  void one_file_that_fails_keeps_no_other_from_disk_and_what_is_known_of_it_is_told()
      throws Exception {
    DataFiles.makeDirectories(directory);
    List<DataSync.Failure> failures = new ArrayList<>();
    try (DataFiles files = new DataFiles(directory)) {
      files.create(9).close();
      Files.createSymbolicLink(directory.resolve("data/7"), Path.of("7"));
      // A file that can be opened and has no fdatasync.
      Files.createSymbolicLink(directory.resolve("data/8"), Path.of("/proc/self/status"));
      files.sync(List.of(7L, 8L, 9L, 10L), failures::add);
    }
    assertThat(failures).extracting(DataSync.Failure::inode).containsExactly(7L, 8L);
    assertThat(failures).extracting(DataSync.Failure::isTold).containsExactly(false, true);
    assertThat(failures.getFirst().cause().errno()).isEqualTo(Errno.ELOOP);
  }
}
