package dev.lamina.archive;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
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

  @Test
  void maps_of_sparse_files_are_counted_while_they_are_read() throws Exception {
    TarBytes tar = new TarBytes();
    StringBuilder map = new StringBuilder("2000\n");
    for (int i = 0; i < 2_000; i++) {
      map.append(2 * i).append("\n1\n");
    }
    byte[] text = TarBytes.latin(map.toString());
    byte[] data = Arrays.copyOf(text, (text.length + 511) / 512 * 512 + 2_000);
    for (int i = 0; i < 20; i++) {
      tar.pax("GNU.sparse.major", "1", "GNU.sparse.minor", "0", "GNU.sparse.realsize", "4000")
          .add(new TarBytes.Header("s" + i, '0'), data);
    }
    Path file = Files.write(dir.resolve("tar"), tar.end());
    try (FileChannel channel = FileChannel.open(file)) {
      TarIndex index = TarIndex.read("tar", channel, with(1 << 20));
      assertThat(index.memory()).isBetween(20L * 2_000 * 16, 1L << 20);
      assertThatExceptionOfType(ArchiveException.class)
          .isThrownBy(() -> TarIndex.read("tar", channel.position(0), with(300_000)))
          .withMessageContaining("maps of sparse files")
          .withMessageContaining("300000 bytes of memory");
    }
  }

  private static Limits with(long metadataBytes) {
    Limits all = Limits.defaults();
    return new Limits(
        all.bytes(),
        all.ratio(),
        all.ratioFrom(),
        all.entries(),
        all.headerBytes(),
        all.holeBytes(),
        all.sparseSegments(),
        metadataBytes,
        all.layers(),
        all.inflaterBytes());
  }
}
