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
  void whatGoesAlongIsKnownByWhatItLiesIn() {
    MountTable table =
        table(
            """
            1 0 8:1 / / rw shared:1 - ext4 d rw
            2 1 8:2 / /a rw shared:2 - ext4 e rw
            3 1 8:2 /sub /b rw shared:2 - ext4 e rw
            4 1 8:2 /sub /c rw master:2 - ext4 e rw
            5 1 8:2 /sub /d rw - ext4 e rw
            10 2 0:40 / /a/sub/m rw shared:3 - fuse.lamina x rw
            11 3 0:40 / /b/m rw shared:3 - fuse.lamina x rw
            12 4 0:40 / /c/m rw master:3 - fuse.lamina x rw
            13 5 0:40 / /d/m rw shared:3 - fuse.lamina x rw
            14 3 0:40 / /b/n rw shared:3 - fuse.lamina x rw
            15 1 0:40 / /m rw shared:3 - fuse.lamina x rw
            """);
    MountTable.Row one = table.rows().get(5);
    assertThat(
            table.rows().subList(6, 11).stream().filter(row -> table.goesWith(one, row)).toList())
        .extracting(MountTable.Row::id)
        .containsExactly(11, 12);
    assertThat(table.goesWith(table.rows().get(7), one)).isFalse();
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
  void aPathLeadsIntoTheDeepestMountAboveIt() {
    MountTable table =
        MountTable.parse(
            """
            1 0 8:1 / / rw - ext4 /dev/sda rw
            2 1 0:40 / /net rw - nfs4 server:/ rw
            3 2 0:41 / /net/a rw - tmpfs t rw
            4 3 0:42 / /net/a rw - ext4 /dev/sdb rw
            """
                .getBytes(StandardCharsets.ISO_8859_1));
    assertThat(leadingTo(table, "/net/x/y")).isEqualTo("nfs4");
    assertThat(leadingTo(table, "/net")).isEqualTo("nfs4");
    assertThat(leadingTo(table, "/network")).isEqualTo("ext4");
    assertThat(leadingTo(table, "/")).isEqualTo("ext4");
    assertThat(table.leadingTo("/net/a/b".getBytes(StandardCharsets.UTF_8)))
        .isEqualTo(table.byId(4));
    assertThat(table.byId(5)).isEmpty();
  }

  private static String leadingTo(MountTable table, String path) {
    return table.leadingTo(path.getBytes(StandardCharsets.UTF_8)).orElseThrow().type();
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
