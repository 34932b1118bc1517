package dev.lamina.fuse;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.charset.StandardCharsets;
import org.junit.jupiter.api.Test;

final class MountTableTest {
  private static MountTable table(String text) {
    return MountTable.parse(text.getBytes(StandardCharsets.ISO_8859_1));
  }

  @Test
  void aLineIsTakenApart() {
    MountTable table =
        table("45 26 0:40 / /mnt/a rw,relatime shared:1 master:2 - fuse.lamina web rw,user_id=0\n");
    MountTable.Row row = table.at("/mnt/a".getBytes(StandardCharsets.UTF_8)).orElseThrow();
    assertThat(row.major()).isZero();
    assertThat(row.minor()).isEqualTo(40);
    assertThat(row.type()).isEqualTo("fuse.lamina");
    assertThat(row.source()).isEqualTo("web");
    assertThat(row.isFuse()).isTrue();
  }

  @Test
  void escapedAndForeignBytesOfAPlaceAreRestored() {
    MountTable table = table("1 2 0:5 / /a\\040b\\134c\u00e9 rw - tmpfs x rw");
    byte[] place = "/a b\\c\u00e9".getBytes(StandardCharsets.ISO_8859_1);
    assertThat(table.at(place)).isPresent();
  }

  @Test
  void ofTwoMountsAtOnePlaceTheLaterIsOnTop() {
    MountTable table = table("1 2 0:5 / /a rw - tmpfs x rw\n2 3 0:6 / /a rw - fuse y rw\n");
    assertThat(table.at("/a".getBytes(StandardCharsets.UTF_8)).orElseThrow().minor()).isEqualTo(6);
  }

  @Test
  void linesThatCannotBeReadArePassedOver() {
    assertThat(table("nonsense\n\n1 2 0:5 / /a rw\n1 2 0:5 / /a rw -\n").rows()).isEmpty();
  }

  @Test
  void theKernelsOwnListCanBeRead() {
    assertThat(MountTable.read().at("/proc".getBytes(StandardCharsets.UTF_8)).orElseThrow().type())
        .isEqualTo("proc");
  }
}
