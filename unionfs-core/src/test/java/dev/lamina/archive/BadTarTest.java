package dev.lamina.archive;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.io.InputStream;
import java.util.Arrays;
import java.util.Random;
import org.junit.jupiter.api.Test;

/** Tars that are refused: each with a message that names the entry and the reason. */
final class BadTarTest {
  private static void refused(byte[] tar, String... parts) {
    refused(tar, Limits.defaults(), parts);
  }

  private static void refused(byte[] tar, Limits limits, String... parts) {
    assertThatThrownBy(() -> MemoryLayer.read(tar, limits))
        .isInstanceOf(ArchiveException.class)
        .message()
        .startsWith("layer 1: ")
        .contains(parts);
  }

  @Test
  void names_that_leave_the_root() {
    refused(new TarBytes().file("../evil", "x").end(), "entry \"../evil\"", "\"..\"");
    refused(new TarBytes().file("a/../../evil", "x").end(), "entry \"a/../../evil\"", "\"..\"");
    refused(new TarBytes().file("/etc/passwd", "x").end(), "entry \"/etc/passwd\"", "absolute");
    refused(new TarBytes().link("a", "../../etc/passwd").end(), "entry \"a\"", "\"..\"");
    refused(new TarBytes().file("etc/.wh...", "").end(), "entry \"etc/.wh...\"", "whiteout");
  }

  @Test
  void names_with_NUL() {
    refused(new TarBytes().pax("path", "a\0b").file("x", "").end(), "entry \"a\\x00b\"", "a NUL");
    refused(
        new TarBytes()
            .add(new TarBytes.Header("././@LongLink", 'L'), TarBytes.latin("a\0b\0"))
            .file("x", "")
            .end(),
        "entry \"a\\x00b\"",
        "a NUL");
    refused(new TarBytes().pax("linkpath", "a\0b").symlink("s", "x").end(), "entry \"s\"", "a NUL");
    refused(
        new TarBytes().pax("SCHILY.xattr.user.\0", "v").file("s", "x").end(),
        "entry \"s\"",
        "a NUL");
  }

  @Test
  void names_that_no_file_can_have() {
    refused(new TarBytes().pax("path", "n".repeat(256)).file("x", "").end(), "256 bytes");
    refused(new TarBytes().pax("path", "n/".repeat(3000)).file("x", "").end(), "6000 bytes");
    refused(new TarBytes().symlink("s", "").end(), "entry \"s\"", "target has 0 bytes");
  }

  @Test
  void D2_3_a_bare_whiteout() {
    refused(new TarBytes().file("etc/.wh.", "").end(), "entry \"etc/.wh.\"", "whiteout");
    refused(new TarBytes().file(".wh.d/file", "").end(), "entry \".wh.d/file\"", "whiteout");
  }

  @Test
  void a_root_that_is_no_directory() {
    refused(new TarBytes().file("./", "x").symlink(".", "etc").end(), "entry \".\"", "the root");
  }

  @Test
  void truncated_anywhere() throws Exception {
    byte[] tar =
        new TarBytes()
            .pax("mtime", "1.5")
            .file("a", "x".repeat(2000))
            .directory("d")
            .file("b", "y")
            .end();
    int lastEntry = tar.length - 1024;
    for (int length = 8; length < lastEntry; length += 8) {
      byte[] cut = Arrays.copyOf(tar, length);
      try {
        assertThat(MemoryLayer.read(cut).sawEndMarker).isFalse();
        assertThat(length % 512).isZero();
      } catch (ArchiveException e) {
        assertThat(e.getMessage()).contains("cut off");
      }
    }
  }

  @Test
  void a_size_field_that_lies() {
    byte[] more =
        new TarBytes()
            .add(new TarBytes.Header("liar", '0').size(5000))
            .data(new byte[10])
            .file("next", "x")
            .end();
    refused(more, "entry \"liar\"", "cut off inside it", "5000");
    byte[] less =
        new TarBytes()
            .add(new TarBytes.Header("liar", '0').size(10))
            .data(TarBytes.latin("z".repeat(1000)))
            .file("next", "x")
            .end();
    refused(less, "checksum");
    byte[] huge =
        new TarBytes().add(new TarBytes.Header("liar", '0').binary(124, 12, 1L << 50)).end();
    refused(huge, "entry \"liar\"", "1125899906842624", "limit");
    refused(
        new TarBytes().add(new TarBytes.Header("liar", '0').binary(124, 12, -5)).end(), "negative");
  }

  @Test
  void a_lone_block_of_zeros_between_entries() {
    refused(
        new TarBytes().file("a", "x").raw(new byte[512]).file("b", "y").end(), "block of zeros");
  }

  @Test
  void endless_pax_headers() {
    TarBytes one = new TarBytes().pax("SCHILY.xattr.user.a", "v".repeat(60_000));
    refused(new EndlessTar(one.bytes(), 100_000), "extended headers", "limit");
    TarBytes global = new TarBytes().pax('g', "comment", "v".repeat(60_000)).file("a", "x");
    refused(new EndlessTar(global.bytes(), 100_000), "global pax headers", "limit");
    refused(
        new TarBytes().add(new TarBytes.Header("x", 'x').binary(124, 12, 1L << 40)).end(),
        "extended headers",
        "limit");
  }

  @Test
  void headers_that_multiply() {
    TarBytes many = new TarBytes();
    for (int i = 0; i < 17; i++) {
      many.pax("comment", "x");
    }
    refused(many.file("a", "").end(), "16 extended headers", "limit");
    String[] records = new String[2 * 257];
    for (int i = 0; i < records.length; i += 2) {
      records[i] = "key" + i;
      records[i + 1] = "v";
    }
    refused(new TarBytes().pax('g', records).file("a", "").end(), "256 records in global", "limit");
  }

  /** A tar of a few hundred kilobytes, compressed, could otherwise fill any heap. */
  @Test
  void entries_that_take_too_much_memory() {
    TarBytes global = new TarBytes().pax('g', "SCHILY.xattr.user.a", "v".repeat(60_000));
    for (int i = 0; i < 20; i++) {
      global.file("file" + i, "");
    }
    Limits strict = new Limits(1L << 40, 200, 1 << 20, 1000, 1 << 20, 0, 1, 1 << 20, 10, 10 << 20);
    refused(global.end(), strict, "entry \"file17\"", "memory", "limit");
    TarBytes deep = new TarBytes();
    for (int i = 0; i < 20; i++) {
      deep.pax("path", "d" + i + "/a".repeat(2000)).file("x", "");
    }
    refused(deep.end(), strict, "entry \"d0/a", "memory", "limit");
  }

  @Test
  void an_entry_whose_only_name_is_that_of_a_sparse_one() throws Exception {
    byte[] tar = new TarBytes().pax("GNU.sparse.name", "s").file("", "x").end();
    assertThat(MemoryLayer.read(tar).changes.getFirst().path()).hasToString("/s");
  }

  private static void refused(EndlessTar tar, String... parts) {
    assertThatThrownBy(() -> MemoryLayer.read(tar, Limits.defaults()))
        .isInstanceOf(ArchiveException.class)
        .message()
        .contains(parts);
    assertThat(tar.repeats()).isLessThan(100);
  }

  /** The same bytes again and again, more of them than anybody should read. */
  private static final class EndlessTar extends InputStream {
    private final byte[] bytes;
    private final long most;
    private long position;

    EndlessTar(byte[] bytes, int repeats) {
      this.bytes = bytes;
      this.most = (long) bytes.length * repeats;
    }

    long repeats() {
      return position / bytes.length;
    }

    @Override
    public int read(byte[] target, int offset, int length) throws IOException {
      int from = (int) (position % bytes.length);
      int n = (int) Math.min(Math.min(length, bytes.length - from), most - position);
      System.arraycopy(bytes, from, target, offset, n);
      position += n;
      return n == 0 && length > 0 ? -1 : n;
    }

    @Override
    public int read() throws IOException {
      return position == most ? -1 : bytes[(int) (position++ % bytes.length)] & 0xff;
    }
  }

  @Test
  void malformed_pax_records() {
    for (String records :
        new String[] {"5 a=b\n", "99 a=b\n", "x a=b\n", "6 ab\n\n", "7 a=bc ", "5 =b\n"}) {
      refused(
          new TarBytes()
              .add(new TarBytes.Header("x", 'x'), TarBytes.latin(records))
              .file("a", "x")
              .end(),
          "pax record");
    }
    refused(new TarBytes().pax("uid", "-1").file("a", "x").end(), "entry \"a\"", "uid");
    refused(new TarBytes().pax("mtime", "now").file("a", "x").end(), "entry \"a\"", "mtime");
    refused(new TarBytes().pax("uid", "4294967295").file("a", "x").end(), "entry \"a\"", "uid");
    refused(
        new TarBytes().pax("LIBARCHIVE.xattr.user.a", "*").file("a", "x").end(),
        "entry \"a\"",
        "base64");
  }

  @Test
  void a_sparse_bomb() {
    byte[] tar =
        new TarBytes()
            .pax("GNU.sparse.size", "10737418240", "GNU.sparse.map", "0,1")
            .file("bomb", "x")
            .end();
    refused(tar, "entry \"bomb\"", "sparse bomb", "limit");
    byte[] enormous =
        new TarBytes()
            .pax("GNU.sparse.size", "9223372036854775807", "GNU.sparse.map", "0,1")
            .file("bomb", "x")
            .end();
    refused(enormous, "entry \"bomb\"", "sparse bomb");
  }

  @Test
  void sparse_maps_that_lie() {
    for (String map : new String[] {"5,10,0,5", "0,5,3,5", "0,3000", "1", "a,b", "0,5"}) {
      refused(
          new TarBytes()
              .pax("GNU.sparse.size", "2000", "GNU.sparse.map", map)
              .file("s", "0123456789")
              .end(),
          "entry \"s\"",
          "sparse");
    }
  }

  @Test
  void too_many_entries() {
    refused(
        new TarBytes().file("a", "").file("b", "").file("c", "").end(),
        Limits.defaults().withEntries(2),
        "more than 2 entries",
        "limit");
  }

  @Test
  void unknown_types() {
    refused(new TarBytes().add(new TarBytes.Header("part", 'M')).end(), "entry \"part\"", "'M'");
  }

  @Test
  void something_else_altogether() {
    byte[] junk = new byte[4096];
    new Random(1).nextBytes(junk);
    refused(junk, "no", "checksum");
  }

  /** Whatever happens to the bytes, they are refused or read; and what is read comes out again. */
  @Test
  void bit_flips_are_refused_or_round_trip() throws Exception {
    byte[] tar =
        new TarBytes()
            .pax("path", "long/" + "n".repeat(120), "SCHILY.xattr.user.a", "v")
            .file("cut", "content of a file")
            .pax("GNU.sparse.size", "4000", "GNU.sparse.map", "10,5,3000,4")
            .file("s", "012345678")
            .directory("d")
            .link("h", "d/x")
            .file("d/.wh.gone", "")
            .add(new TarBytes.Header("null", '3').octal(329, 8, 1).octal(337, 8, 3))
            .end();
    long seed = 20240611;
    Random random = new Random(seed);
    int refused = 0;
    for (int round = 0; round < 4_000; round++) {
      byte[] bad = tar.clone();
      for (int flips = random.nextInt(3); flips >= 0; flips--) {
        int at = random.nextInt(bad.length);
        bad[at] ^= (byte) (1 << random.nextInt(8));
        if (random.nextBoolean()) {
          repairChecksum(bad, at / 512 * 512);
        }
      }
      try {
        assertThat(MemoryLayer.read(bad, Limits.defaults().withHoleBytes(1 << 20)).tar())
            .as("seed %d round %d", seed, round)
            .isEqualTo(bad);
      } catch (ArchiveException e) {
        refused++;
        assertThat(e.getMessage()).startsWith("layer 1: ");
      }
    }
    assertThat(refused).isBetween(500, 3_999);
  }

  private static void repairChecksum(byte[] tar, int block) {
    Arrays.fill(tar, block + 148, block + 156, (byte) ' ');
    int sum = 0;
    for (int i = block; i < block + 512; i++) {
      sum += tar[i] & 0xff;
    }
    byte[] text = TarBytes.latin(String.format("%06o\0 ", sum));
    System.arraycopy(text, 0, tar, block + 148, 8);
  }
}
