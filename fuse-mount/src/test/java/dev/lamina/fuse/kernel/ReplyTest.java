package dev.lamina.fuse.kernel;

import static org.assertj.core.api.Assertions.assertThat;

import dev.lamina.fs.Attributes;
import dev.lamina.fs.Entry;
import dev.lamina.fs.FileName;
import dev.lamina.fs.FileSystemStatus;
import dev.lamina.fs.OpenFile;
import dev.lamina.linux.DeviceNumber;
import dev.lamina.linux.Errno;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.Arrays;
import java.util.HexFormat;
import org.junit.jupiter.api.Test;

final class ReplyTest {
  private static final String ATTRIBUTES =
      "0700000000000000 0500000000000000 0800000000000000"
          + "0100000000000000 ffffffffffffffff 0300000000000000"
          + "02000000 ffc99a3b 04000000"
          + "ed810000 02000000 e8030000 e9030000 03010000 00100000 00000000";

  private final byte[] bytes = new byte[4096];
  private final Reply reply = new Reply(MemorySegment.ofArray(bytes));

  ReplyTest() {
    // Whatever a reply does not write must not show.
    Arrays.fill(bytes, (byte) 0xaa);
  }

  private static Attributes fill(Attributes attributes) {
    attributes.inode = 7;
    attributes.size = 5;
    attributes.blocks = 8;
    attributes.accessTime = 1_000_000_002L;
    attributes.modifyTime = -1;
    attributes.changeTime = 3_000_000_004L;
    attributes.birthTime = 5_000_000_006L;
    attributes.mode = 0100755;
    attributes.links = 2;
    attributes.uid = 1000;
    attributes.gid = 1001;
    attributes.device = DeviceNumber.of(1, 3);
    return attributes;
  }

  private void assertBytes(int length, String hex) {
    String expected = hex.replaceAll("\\s", "");
    assertThat(HexFormat.of().formatHex(bytes, 0, length)).isEqualTo(expected);
  }

  @Test
  void anErrorHasTheNegatedNumberAndNoMore() {
    reply.putLong(1);
    assertBytes(reply.error(0x10, Errno.ENOENT), "10000000 feffffff 1000000000000000");
  }

  @Test
  void anEntryIsKeptForEver() {
    Entry entry = new Entry();
    entry.node = 0x0001_0000_0000_0007L;
    entry.generation = 9;
    fill(entry.attributes);
    reply.putEntry(entry);
    assertBytes(
        reply.finish(2),
        "90000000 00000000 02000000000000000700000000000100 0900000000000000 ffffffffffffff7f"
            + " ffffffffffffff7f 00000000 00000000"
            + ATTRIBUTES);
  }

  @Test
  void aNegativeEntryIsKeptForEverToo() {
    reply.putNegativeEntry();
    assertBytes(
        reply.finish(2),
        "90000000 00000000 0200000000000000"
            + "0000000000000000 0000000000000000 ffffffffffffff7f"
            + "00".repeat(104));
  }

  @Test
  void attributesThatExpireAreKeptForASecond() {
    Attributes attributes = fill(new Attributes());
    attributes.expiring = true;
    reply.putAttributesReply(attributes);
    assertBytes(
        reply.finish(2),
        "78000000 00000000 0200000000000000 0100000000000000 00000000 00000000" + ATTRIBUTES);
  }

  @Test
  void statxTellsTheTimeOfBirth() {
    reply.putStatx(fill(new Attributes()));
    assertBytes(
        reply.finish(2),
        "30010000 00000000 0200000000000000"
            + "ffffffffffffff7f 00000000 00000000 0000000000000000 0000000000000000"
            + "ff0f0000 00100000 0000000000000000 02000000 e8030000 e9030000 ed81 0000"
            + "0700000000000000 0500000000000000 0800000000000000 0000000000000000"
            + "0100000000000000 02000000 00000000"
            + "0500000000000000 06000000 00000000"
            + "0300000000000000 04000000 00000000"
            + "ffffffffffffffff ffc99a3b 00000000"
            + "01000000 03000000 00000000 00000000"
            + "00".repeat(112));
  }

  @Test
  void anOpenFileSaysThatNoFlushIsWanted() {
    OpenFile file = new OpenFile();
    file.handle = 3;
    file.keepCache = true;
    reply.putOpen(file);
    file.keepCache = false;
    file.directIo = true;
    reply.putOpen(file);
    assertBytes(
        reply.finish(2),
        "30000000 00000000 0200000000000000"
            + "0300000000000000 22000000 00000000"
            + "0300000000000000 21000000 00000000");
  }

  @Test
  void theStatusOfAFileSystemFillsItsStructure() {
    reply.putStatus(new FileSystemStatus(4096, 10, 9, 8, 7, 6, 255));
    assertBytes(
        reply.finish(2),
        "60000000 00000000 0200000000000000"
            + "0a00000000000000 0900000000000000 0800000000000000 0700000000000000 0600000000000000"
            + "00100000 ff000000 00100000"
            + "00".repeat(28));
  }

  @Test
  void notificationsCarryTheirCodeInPlaceOfAnError() {
    assertBytes(
        Notifier.inode(reply, 7, -1),
        "28000000 02000000 0000000000000000"
            + "0700000000000000 ffffffffffffffff 0000000000000000");
    reply.begin();
    assertBytes(
        Notifier.entry(reply, 1, FileName.of("ab")),
        "23000000 03000000 0000000000000000 0100000000000000 02000000 01000000 616200");
  }

  @Test
  void aBufferKeepsPayloadThatWasPutInPlace() {
    reply.buffer().set(ValueLayout.JAVA_BYTE, Reply.HEADER, (byte) 0x42);
    reply.advance(1);
    assertBytes(reply.finish(2), "11000000 00000000 0200000000000000 42");
  }
}
