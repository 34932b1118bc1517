package dev.lamina.archive;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.lamina.archive.FramingDecoder.Operation;
import dev.lamina.tree.Digest;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.util.HexFormat;
import org.junit.jupiter.api.Test;

/** The encoding of framings, as docs/FORMAT.md has it. */
final class FramingTest {
  private static final HexFormat HEX = HexFormat.of();

  private static FramingDecoder decoder(String hex) throws IOException {
    return new FramingDecoder(new ByteArrayInputStream(HEX.parseHex(hex)));
  }

  @Test
  void the_vectors_of_the_format() throws Exception {
    MemoryLayer empty = new MemoryLayer();
    assertThat(new FramingEncoder(empty).finish()).isZero();
    assertThat(empty.framingStream().readAllBytes()).isEqualTo(HEX.parseHex("010000"));

    MemoryLayer layer = new MemoryLayer();
    FramingEncoder encoder = new FramingEncoder(layer);
    encoder.raw(TarBytes.latin("abc"), 0, 3);
    encoder.blob(Digest.sha256(new byte[5]), 5);
    encoder.part(Digest.sha256(new byte[9]), 9, 4, 2);
    assertThat(encoder.finish()).isEqualTo(10);
    String vector = "010d61626302070402000a";
    assertThat(layer.framingStream().readAllBytes()).isEqualTo(HEX.parseHex(vector));

    FramingDecoder decoder = decoder(vector);
    assertThat(((Operation.Raw) decoder.next()).bytes()).asString().isEqualTo("abc");
    assertThat(decoder.next()).isEqualTo(new Operation.Whole(0));
    assertThat(decoder.next()).isEqualTo(new Operation.Part(1, 4, 2));
    assertThat(decoder.next()).isEqualTo(new Operation.End(10));
  }

  @Test
  void damaged_framings_are_refused() {
    for (String bad :
        new String[] {
          "", "02", "01", "0101", "010d6162", "0104", "01000000", "018100", "01ffffffffffffffffff"
        }) {
      assertThatThrownBy(() -> decoder(bad).next()).as(bad).isInstanceOf(IOException.class);
    }
  }
}
