package dev.lamina.fuse.kernel;

import static org.assertj.core.api.Assertions.assertThat;

import dev.lamina.fs.Entry;
import dev.lamina.fs.FileKind;
import dev.lamina.fs.FileName;
import java.lang.foreign.MemorySegment;
import java.util.HexFormat;
import org.junit.jupiter.api.Test;

final class DirectoryReplyTest {
  private final byte[] bytes = new byte[4096];
  private final Reply reply = new Reply(MemorySegment.ofArray(bytes));
  private final DirectoryReply listing = new DirectoryReply(reply);

  @Test
  void entriesAreAlignedToEightBytes() {
    listing.begin(false, 4096);
    assertThat(listing.add(FileName.of("abc"), 5, 7, FileKind.SYMLINK)).isTrue();
    assertThat(listing.add(FileName.of("12345678"), 6, 8, FileKind.DIRECTORY)).isTrue();
    assertThat(HexFormat.of().formatHex(bytes, 16, reply.length()))
        .isEqualTo(
            "070000000000000005000000000000000300000"
                + "00a0000006162630000000000"
                + "080000000000000006000000000000000800000"
                + "0040000003132333435363738");
  }

  @Test
  void whatDoesNotFitIsNotTaken() {
    listing.begin(false, 32 + 31);
    assertThat(listing.add(FileName.of("a"), 1, 1, FileKind.REGULAR)).isTrue();
    assertThat(listing.add(FileName.of("b"), 2, 2, FileKind.REGULAR)).isFalse();
    assertThat(reply.length()).isEqualTo(16 + 32);
  }

  @Test
  void attributesTakeTheirRoom() {
    Entry entry = new Entry();
    entry.node = 3;
    entry.attributes.mode = 0100644;
    listing.begin(true, 160 + 159);
    assertThat(listing.add(FileName.of("a"), 1, entry)).isTrue();
    assertThat(listing.add(FileName.of("b"), 2, entry)).isFalse();
    assertThat(reply.length()).isEqualTo(16 + 160);
  }
}
