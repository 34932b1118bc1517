package dev.lamina.volume;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import dev.lamina.fs.FileKind;
import dev.lamina.fs.FileName;
import dev.lamina.store.MalformedRecordException;
import dev.lamina.tree.Digest;
import dev.lamina.tree.Xattrs;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.Map;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** The delta's keys and values, against the vectors of docs/FORMAT.md. */
final class DeltaCodecTest {
  private static final HexFormat HEX = HexFormat.of();
  private static final Digest DIGEST = Digest.sha256(new byte[0]);

  private static InodeRecord record(FileKind kind, Content content, Xattrs xattrs) {
    return new InodeRecord(
        kind, 04755, 1000, -2, 3, 0x10, new Times(-1, 0, 1, 1_000_000_000L), xattrs, content);
  }

  private static String hex(InodeRecord record) {
    return HEX.formatHex(DeltaCodec.encode(new InodeRow.Live(record)));
  }

  @Test
  void keys_sort_as_their_numbers() {
    DeltaKeys keys = new DeltaKeys(7);
    assertThat(HEX.formatHex(keys.name(258, FileName.of("ab"))))
        .isEqualTo("0000000000000007" + "0000000000000102" + "6162");
    assertThat(HEX.formatHex(keys.sequence(258, Slots.SEQUENCE_BASE + 1)))
        .isEqualTo("0000000000000007" + "0000000000000102" + "4000000000000001");
    assertThat(HEX.formatHex(keys.inode(258))).isEqualTo("0000000000000007" + "0000000000000102");
    assertThat(HEX.formatHex(keys.reply(258))).isEqualTo("0000000000000007" + "0000000000000102");
    assertThat(DeltaKeys.inodeOf(keys.name(258, FileName.of("ab")))).isEqualTo(258);
    assertThat(DeltaKeys.nameOf(keys.name(258, FileName.of("ab")))).isEqualTo(FileName.of("ab"));
    assertThat(Arrays.compareUnsigned(keys.inode(255), keys.inode(256))).isNegative();
    assertThat(Arrays.compareUnsigned(keys.first(), keys.inode(1))).isNegative();
    assertThat(Arrays.compareUnsigned(keys.inode(Long.MAX_VALUE), keys.end())).isNegative();
  }

  @ParameterizedTest
  @CsvSource({
    "0, REGULAR, 0, 00",
    "5, REGULAR, 3, 08050003",
    "300, DIRECTORY, 4611686018427387905, 04ac020101",
    "2, CHARACTER_DEVICE, 4611686018427387904, 02020080808080808080" + "8040",
  })
  void name_rows_have_one_encoding(long inode, FileKind kind, long slot, String hex) {
    NameRow row = inode == 0 ? NameRow.TOMBSTONE : new NameRow(inode, kind, slot);
    assertThat(HEX.formatHex(DeltaCodec.encode(row))).isEqualTo(hex);
    assertThat(DeltaCodec.decodeName(HEX.parseHex(hex))).isEqualTo(row);
  }

  @Test
  void reply_rows_that_are_cut_or_longer_are_refused() {
    byte[] whole = DeltaCodec.encode(new ReplyRow(4_400, 0, 300));
    for (int length = 0; length <= whole.length + 1; length++) {
      byte[] other = Arrays.copyOf(whole, length);
      if (length != whole.length) {
        assertThatExceptionOfType(MalformedRecordException.class)
            .isThrownBy(() -> DeltaCodec.decodeReply(other));
      }
    }
  }

  @ParameterizedTest
  @CsvSource({"2, 0, 0, 020000", "4400, 0, 300, b02200ac02", "9, 17, 1, 091101"})
  void reply_rows_have_one_encoding(long request, int errno, long inode, String hex) {
    ReplyRow row = new ReplyRow(request, errno, inode);
    assertThat(HEX.formatHex(DeltaCodec.encode(row))).isEqualTo(hex);
    assertThat(DeltaCodec.decodeReply(HEX.parseHex(hex))).isEqualTo(row);
    assertThat(row.place()).isEqualTo((int) (request % 4_096));
  }

  @Test
  void inode_rows_have_one_encoding() {
    String common =
        "ed13" + "e807" + "feffffff0f" + "03" + "10" + "01" + "00" + "02" + "80a8d6b907";
    assertThat(hex(record(FileKind.REGULAR, Content.Own.INSTANCE, Xattrs.EMPTY)))
        .isEqualTo("01" + "08" + common + "02" + "00");
    assertThat(hex(record(FileKind.REGULAR, Content.NoData.INSTANCE, Xattrs.EMPTY)))
        .isEqualTo("01" + "08" + common + "00" + "00");
    assertThat(hex(record(FileKind.REGULAR, new Content.Inherited(DIGEST, 300), Xattrs.EMPTY)))
        .isEqualTo("01" + "08" + common + "01" + DIGEST.hex() + "ac02" + "00");
    assertThat(hex(record(FileKind.DIRECTORY, new Content.Parent(1), Xattrs.EMPTY)))
        .isEqualTo("01" + "04" + common + "01" + "00");
    assertThat(hex(record(FileKind.SYMLINK, new Content.Target(new byte[] {'x'}), Xattrs.EMPTY)))
        .isEqualTo("01" + "0a" + common + "0178" + "00");
    assertThat(hex(record(FileKind.BLOCK_DEVICE, new Content.Device(0x801), Xattrs.EMPTY)))
        .isEqualTo("01" + "06" + common + "8110" + "00");
    Xattrs xattrs = Xattrs.of(Map.of(FileName.of("user.a"), new byte[] {1, 2}));
    assertThat(hex(record(FileKind.FIFO, Content.Nothing.INSTANCE, xattrs)))
        .isEqualTo("01" + "01" + common + "01" + "06757365722e61" + "020102");
    assertThat(HEX.formatHex(DeltaCodec.encode(InodeRow.Dead.INSTANCE))).isEqualTo("00");
  }

  @Test
  void the_document_has_these_bytes() throws IOException {
    Path document = Path.of("docs/FORMAT.md");
    if (!Files.exists(document)) {
      document = Path.of("../docs/FORMAT.md");
    }
    String text = Files.readString(document).replace("`", "").replace(" ", "");
    DeltaKeys keys = new DeltaKeys(7);
    Xattrs xattrs = Xattrs.of(Map.of(FileName.of("user.a"), new byte[] {1, 2}));
    assertThat(text)
        .contains("|" + HEX.formatHex(keys.name(258, FileName.of("ab"))) + "|")
        .contains("|" + HEX.formatHex(keys.sequence(258, Slots.SEQUENCE_BASE + 1)) + "|")
        .contains("|" + HEX.formatHex(DeltaCodec.encode(new NameRow(5, FileKind.REGULAR, 3))) + "|")
        .contains("|" + hex(record(FileKind.REGULAR, Content.Own.INSTANCE, Xattrs.EMPTY)) + "|")
        .contains("|" + hex(record(FileKind.FIFO, Content.Nothing.INSTANCE, xattrs)) + "|");
  }

  @Test
  void inode_rows_survive_the_way_there_and_back() {
    Xattrs xattrs =
        Xattrs.of(
            Map.of(FileName.of("user.a"), new byte[0], FileName.of("user.b"), new byte[65_536]));
    for (InodeRecord record :
        new InodeRecord[] {
          record(FileKind.REGULAR, Content.Own.INSTANCE, xattrs),
          record(FileKind.REGULAR, new Content.Inherited(DIGEST, Long.MAX_VALUE), xattrs),
          record(FileKind.SYMLINK, new Content.Target(new byte[4095]), Xattrs.EMPTY),
          record(FileKind.SOCKET, Content.Nothing.INSTANCE, Xattrs.EMPTY),
        }) {
      InodeRow row = new InodeRow.Live(record);
      assertThat(DeltaCodec.decodeInode(DeltaCodec.encode(row))).isEqualTo(row);
    }
    assertThat(DeltaCodec.decodeInode(new byte[] {0})).isEqualTo(InodeRow.Dead.INSTANCE);
  }

  @Test
  void what_is_cut_or_changed_is_refused_or_is_another_record() {
    byte[] whole =
        DeltaCodec.encode(
            new InodeRow.Live(
                record(
                    FileKind.REGULAR,
                    new Content.Inherited(DIGEST, 300),
                    Xattrs.of(Map.of(FileName.of("user.a"), new byte[] {1})))));
    for (int length = 0; length < whole.length; length++) {
      byte[] cut = Arrays.copyOf(whole, length);
      assertThatExceptionOfType(MalformedRecordException.class)
          .isThrownBy(() -> DeltaCodec.decodeInode(cut));
    }
    Random random = new Random(1);
    for (int i = 0; i < 20_000; i++) {
      byte[] changed = whole.clone();
      changed[random.nextInt(changed.length)] ^= (byte) (1 << random.nextInt(8));
      try {
        InodeRow decoded = DeltaCodec.decodeInode(changed);
        assertThat(DeltaCodec.encode(decoded)).isEqualTo(changed);
      } catch (MalformedRecordException e) {
        assertThat(e).hasMessageNotContaining("null");
      }
    }
  }
}
