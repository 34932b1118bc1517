package dev.lamina.archive;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.github.luben.zstd.Zstd;
import dev.lamina.testing.RequiresPrograms;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import java.util.zip.CRC32;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

/** What compressed layers may look like, and what is refused. */
final class CompressionTest {
  private static byte[] compress(Compression compression, byte[]... parts) throws IOException {
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    for (byte[] part : parts) {
      try (OutputStream member = CompressedBytes.to(out, compression)) {
        member.write(part);
      }
    }
    return out.toByteArray();
  }

  private static byte[] inflate(byte[] bytes) throws IOException {
    return inflate(bytes, Limits.defaults());
  }

  private static byte[] inflate(byte[] bytes, Limits limits) throws IOException {
    // A pipe or a socket may say that nothing is available although more comes.
    InputStream slow =
        new ByteArrayInputStream(bytes) {
          @Override
          public int available() {
            return 0;
          }
        };
    try (InputStream in = limits.inflate(slow, "layer 1")) {
      return in.readAllBytes();
    }
  }

  private static byte[] text(int length) {
    byte[] bytes = new byte[length];
    Random random = new Random(7);
    for (int i = 0; i < length; i++) {
      bytes[i] = (byte) ('a' + random.nextInt(20));
    }
    return bytes;
  }

  @ParameterizedTest
  @EnumSource
  void what_is_compressed_comes_back(Compression compression) throws IOException {
    byte[] data = text(300_000);
    byte[] compressed = compress(compression, data);
    assertThat(inflate(compressed)).isEqualTo(data);
    assertThat(Compression.detect(compressed)).isEqualTo(compression);
    assertThat(compress(compression, data)).isEqualTo(compressed);
  }

  @ParameterizedTest
  @EnumSource
  void four_bytes_tell_what_a_stream_is_that_is_cut_off(Compression compression)
      throws IOException {
    byte[] compressed = compress(compression, text(1000));
    byte[] empty = compress(compression);
    for (int length = 4; length <= Compression.MAGIC_LENGTH; length++) {
      assertThat(Compression.detect(Arrays.copyOf(compressed, length))).isEqualTo(compression);
      if (empty.length >= length) {
        assertThat(Compression.detect(Arrays.copyOf(empty, length))).isEqualTo(compression);
      }
    }
    assertThat(Compression.detect(new byte[0])).isEqualTo(Compression.NONE);
    assertThat(Compression.detect(latin("BZh9, a file's name"))).isEqualTo(Compression.NONE);
  }

  @ParameterizedTest
  @EnumSource(names = {"XZ", "BZIP2"})
  void xz_and_bzip2_are_only_read(Compression compression) {
    assertThat(compression.isWritten()).isFalse();
    assertThatThrownBy(() -> compression.compress(new ByteArrayOutputStream()))
        .isInstanceOf(UnsupportedOperationException.class)
        .hasMessageContaining(compression.word());
  }

  @Test
  void an_xz_stream_may_be_padded_by_whole_words_of_zeros_and_by_nothing_else() throws IOException {
    byte[] one = compress(Compression.XZ, text(1000));
    for (int padding = 0; padding <= 9; padding++) {
      ByteArrayOutputStream out = new ByteArrayOutputStream();
      out.writeBytes(one);
      out.writeBytes(new byte[padding]);
      byte[] atEnd = out.toByteArray();
      out.writeBytes(one);
      byte[] between = out.toByteArray();
      if (padding % 4 == 0) {
        assertThat(inflate(atEnd)).isEqualTo(text(1000));
        assertThat(inflate(between)).hasSize(2000).startsWith(text(1000)).endsWith(text(1000));
      } else {
        refused(atEnd, "layer 1: the xz stream is ");
        refused(between, "layer 1: the xz stream is ");
      }
    }
  }

  @ParameterizedTest
  @EnumSource(mode = EnumSource.Mode.EXCLUDE, names = "NONE")
  void what_stands_behind_the_end_is_refused(Compression compression) throws IOException {
    for (String garbage : new String[] {"x", "garbage of some length", "\0\0\0\1", "BZh", "\37"}) {
      ByteArrayOutputStream out = new ByteArrayOutputStream();
      out.writeBytes(compress(compression, text(1000)));
      out.writeBytes(latin(garbage));
      refused(out.toByteArray(), "layer 1: the " + compression + " stream is ");
    }
  }

  @ParameterizedTest
  @EnumSource(mode = EnumSource.Mode.EXCLUDE, names = "NONE")
  void a_second_member_that_is_cut_off_is_refused_at_any_byte(Compression compression)
      throws IOException {
    byte[] first = compress(compression, text(1000));
    byte[] both = compress(compression, text(1000), text(300));
    for (int length = first.length + 1; length < both.length; length++) {
      refused(Arrays.copyOf(both, length), "layer 1: the " + compression + " stream is ");
    }
  }

  @Test
  void the_dictionary_of_an_xz_stream_is_bounded() throws IOException {
    byte[] large = compress(Compression.XZ, text(1000));
    // Behind the stream's header: the block's header, its flags, the filter and what it is given.
    assertThat(Arrays.copyOfRange(large, 12, 16)).containsExactly(2, 0, 0x21, 1);
    large[16] = 29; // 96 MiB
    CRC32 crc = new CRC32();
    crc.update(large, 12, 8);
    ByteBuffer.wrap(large).order(ByteOrder.LITTLE_ENDIAN).putInt(20, (int) crc.getValue());
    refused(large, "layer 1: the xz stream needs 97 MiB of memory", "80 MiB is the limit");
    assertThat(inflate(large, Limits.defaults().withInflaterBytes(97 << 20))).isEqualTo(text(1000));
    // It is the header that asks for memory, before a byte of data has come.
    byte[] cut = Arrays.copyOf(large, 40);
    refused(cut, "layer 1: the xz stream needs 97 MiB of memory");
  }

  /** What the tools themselves write, several threads and blocks, checks of every kind. */
  @ParameterizedTest
  @RequiresPrograms({"tar", "gzip", "xz", "bzip2"})
  @ValueSource(
      strings = {
        "xz -9e",
        "xz -0 --check=none",
        "xz -1 --check=crc32",
        "xz -1 --check=sha256",
        "xz -1 -T2 --block-size=65536",
        "xz -1 --x86 --lzma2=preset=1",
        "xz -1 --delta=dist=4 --lzma2=preset=1",
        "bzip2 -1",
        "bzip2 -9"
      })
  void what_the_tools_write_is_read(String command) throws Exception {
    byte[] data = text(300_000);
    List<String> words = List.of(command.split(" "));
    byte[] compressed = Tool.run(words, data);
    assertThat(Compression.detect(compressed).word()).isEqualTo(words.getFirst());
    assertThat(inflate(compressed)).isEqualTo(data);
    assertThat(inflate(Tool.run(words, new byte[0]))).isEmpty();
  }

  private static void refused(byte[] bytes, String... parts) {
    assertThatThrownBy(() -> inflate(bytes))
        .isInstanceOf(ArchiveException.class)
        .message()
        .contains(parts);
  }

  private static byte[] latin(String text) {
    return TarBytes.latin(text);
  }

  @ParameterizedTest
  @EnumSource
  void several_members_or_frames_are_one_stream(Compression compression) throws IOException {
    byte[] compressed = compress(compression, text(1000), new byte[0], text(70_000));
    ByteArrayOutputStream whole = new ByteArrayOutputStream();
    whole.writeBytes(text(1000));
    whole.writeBytes(text(70_000));
    assertThat(inflate(compressed)).isEqualTo(whole.toByteArray());
  }

  @Test
  void skippable_zstd_frames_are_skipped_wherever_they_stand() throws IOException {
    byte[] skippable = {0x5e, 0x2a, 0x4d, 0x18, 3, 0, 0, 0, 1, 2, 3};
    byte[] frame = Zstd.compress(text(5000));
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    out.writeBytes(skippable);
    out.writeBytes(frame);
    out.writeBytes(skippable);
    out.writeBytes(frame);
    out.writeBytes(skippable);
    assertThat(Compression.detect(out.toByteArray())).isEqualTo(Compression.ZSTD);
    ByteArrayOutputStream twice = new ByteArrayOutputStream();
    twice.writeBytes(text(5000));
    twice.writeBytes(text(5000));
    assertThat(inflate(out.toByteArray())).isEqualTo(twice.toByteArray());
  }

  @ParameterizedTest
  @EnumSource(mode = EnumSource.Mode.EXCLUDE, names = "NONE")
  void cut_off_streams_are_refused(Compression compression) throws IOException {
    byte[] compressed = compress(compression, text(20_000));
    for (int length = 5; length < compressed.length; length += 997) {
      byte[] cut = Arrays.copyOf(compressed, length);
      assertThatThrownBy(() -> inflate(cut))
          .isInstanceOf(ArchiveException.class)
          .hasMessageStartingWith("layer 1: the " + compression + " stream is ")
          .hasMessageMatching("(?s).*(cut off|damaged).*");
    }
  }

  @ParameterizedTest
  @EnumSource(mode = EnumSource.Mode.EXCLUDE, names = "NONE")
  void flipped_bits_are_refused(Compression compression) throws IOException {
    byte[] data = text(20_000);
    byte[] compressed = compress(compression, data);
    Random random = new Random(3);
    int refused = 0;
    for (int i = 0; i < 300; i++) {
      byte[] bad = compressed.clone();
      bad[12 + random.nextInt(bad.length - 12)] ^= (byte) (1 << random.nextInt(8));
      try {
        assertThat(inflate(bad)).isEqualTo(data);
      } catch (ArchiveException e) {
        refused++;
        assertThat(e).hasMessageContaining(compression.word());
      }
    }
    assertThat(refused).isGreaterThan(290);
  }

  @ParameterizedTest
  @EnumSource(mode = EnumSource.Mode.EXCLUDE, names = "NONE")
  void bombs_are_refused_and_limits_can_be_raised(Compression compression) throws IOException {
    byte[] bomb = compress(compression, new byte[3 << 20]);
    Limits strict = new Limits(1L << 40, 200, 1 << 20, 10, 512, 0, 1, 1 << 20, 10, 10 << 20);
    assertThatThrownBy(() -> inflate(bomb, strict))
        .isInstanceOf(ArchiveException.class)
        .hasMessageContaining("looks like a " + compression + " bomb")
        .hasMessageContaining("raise the limit");
    assertThat(inflate(bomb, strict.withRatio(1_000_000))).hasSize(3 << 20);
    assertThatThrownBy(() -> inflate(bomb, strict.withRatio(1_000_000).withBytes(1 << 20)))
        .isInstanceOf(ArchiveException.class)
        .hasMessageContaining("more than 1048576 bytes");
  }
}
