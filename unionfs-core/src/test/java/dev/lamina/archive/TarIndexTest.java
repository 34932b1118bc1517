package dev.lamina.archive;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Finding files in a tar without unpacking it. */
final class TarIndexTest {
  @TempDir Path dir;

  /** GNU tar's own format puts further blocks between a sparse entry's header and its data. */
  @Test
  void entries_behind_a_sparse_one_of_the_old_GNU_format() throws Exception {
    byte[] extension = new byte[512];
    extension[504] = 1;
    byte[] tar =
        new TarBytes()
            .add(
                new TarBytes.Header("sparse", 'S')
                    .text(257, 8, "ustar  \0")
                    .octal(386, 12, 0)
                    .octal(398, 12, 10)
                    .text(482, 1, "\1")
                    .octal(483, 12, 10)
                    .size(10))
            .raw(extension)
            .raw(new byte[512])
            .data(new byte[10])
            .file("after", "content")
            .end();
    Path file = Files.write(dir.resolve("tar"), tar);
    try (FileChannel channel = FileChannel.open(file)) {
      TarIndex index = TarIndex.read("tar", channel, Limits.defaults());
      TarIndex.Range range = index.find("after").orElseThrow();
      assertThat(TarIndex.open(channel, range).readAllBytes()).asString().isEqualTo("content");
    }
  }
}
