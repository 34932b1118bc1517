package dev.lamina.archive;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.github.luben.zstd.Zstd;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.util.Arrays;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** What compressed layers may look like, and what is refused. */
final class CompressionTest {
  private static byte[] compress(Compression compression, byte[]... parts) throws IOException {
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    for (byte[] part : parts) {
      try (OutputStream member = compression.compress(out)) {
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
  @EnumSource(names = {"GZIP", "ZSTD"})
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
  @EnumSource(names = {"GZIP", "ZSTD"})
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
  @EnumSource(names = {"GZIP", "ZSTD"})
  void bombs_are_refused_and_limits_can_be_raised(Compression compression) throws IOException {
    byte[] bomb = compress(compression, new byte[3 << 20]);
    Limits strict = new Limits(1L << 40, 200, 1 << 20, 10, 512, 0, 1, 1 << 20, 10);
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
