package dev.lamina.linux;

import static dev.lamina.linux.Bytes.assertFails;
import static dev.lamina.linux.Bytes.directory;
import static dev.lamina.linux.Bytes.utf8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import dev.lamina.testing.RequiresRoot;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

@RequiresRoot
final class FileHandleTest {

  @TempDir Path temp;
  private Fd dir;

  @BeforeEach
  void open() {
    dir = directory(temp);
  }

  @AfterEach
  void close() {
    dir.close();
  }

  @Test
  void a_handle_outlives_the_name_and_goes_stale_with_the_inode() throws IOException {
    Files.writeString(temp.resolve("a"), "hello");
    FileHandle handle = FileHandle.at(dir.value(), utf8("a"), 0);
    FileNames.renameat(dir.value(), utf8("a"), dir.value(), utf8("b"));
    FileHandle kept = FileHandle.of(handle.type(), handle.bytes());
    assertThat(kept)
        .isEqualTo(handle)
        .hasSameHashCodeAs(handle)
        .isEqualTo(FileHandle.at(dir.value(), utf8("b"), 0));
    try (Fd file = kept.open(dir.value(), FileOpen.O_RDONLY)) {
      byte[] content = new byte[5];
      FileIo.readFully(file.value(), content, 0, 5, 0);
      assertThat(content).isEqualTo(utf8("hello"));
    }
    FileNames.unlinkat(dir.value(), utf8("b"), 0);
    assertFails(Errno.ESTALE, () -> kept.open(dir.value(), FileOpen.O_RDONLY).close());
  }

  @Test
  void a_descriptor_has_a_handle_and_the_mount_is_said() {
    FileHandle root = FileHandle.at(dir.value(), new byte[0], FileAttributes.AT_EMPTY_PATH);
    FileStatus status = new FileStatus();
    FileAttributes.fstat(dir.value(), status);
    assertThat((long) root.mountId()).isEqualTo(status.mountId());
    assertFails(Errno.EOPNOTSUPP, () -> FileHandle.at(Fd.CWD, utf8("/proc/self/status"), 0));
    assertThatIllegalArgumentException().isThrownBy(() -> FileHandle.of(1, new byte[129]));
  }
}
