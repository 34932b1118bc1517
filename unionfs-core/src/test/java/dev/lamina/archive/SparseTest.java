package dev.lamina.archive;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.lamina.testing.RequiresPrograms;
import java.io.IOException;
import java.io.RandomAccessFile;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Sparse entries in each of GNU tar's forms: real ones, and maps that lie. */
final class SparseTest {
  private static final String LONG = "d/" + "long-name-".repeat(12);

  @TempDir Path dir;

  /** Makes files with holes in every place; returns their names and contents. */
  private Map<String, byte[]> files() throws IOException {
    Map<String, byte[]> contents = new TreeMap<>();
    contents.put("all-hole", new byte[1 << 20]);
    contents.put("data-first", with(1 << 20, 0));
    contents.put("data-last", with(1 << 20, (1 << 20) - 3));
    contents.put("data-amid", with(1 << 20, 300_000));
    contents.put("three", with(900_001, 0, 400_000, 899_000));
    contents.put("dense", with(2_000, 0));
    contents.put("empty", new byte[0]);
    contents.put(LONG, with(700_000, 100_000, 500_000));
    // More segments than a header holds, than one block behind it, than several.
    for (int segments : new int[] {5, 25, 26, 200}) {
      int[] places = new int[segments];
      for (int i = 0; i < segments; i++) {
        places[i] = i * 12_288 + 8_192;
      }
      contents.put("many-" + segments, with(segments * 12_288 + 100_000, places));
    }
    Files.createDirectories(dir.resolve("in/d"));
    for (var file : contents.entrySet()) {
      write(dir.resolve("in").resolve(file.getKey()), file.getValue());
    }
    return contents;
  }

  /** Writes what is not zero, and leaves holes for the rest. */
  private static void write(Path file, byte[] content) throws IOException {
    try (RandomAccessFile out = new RandomAccessFile(file.toFile(), "rw")) {
      out.setLength(content.length);
      for (int at = 0; at < content.length; at++) {
        int from = at;
        while (at < content.length && content[at] != 0) {
          at++;
        }
        if (at > from) {
          out.seek(from);
          out.write(content, from, at - from);
        }
      }
    }
  }

  private static byte[] with(int size, int... places) {
    byte[] content = new byte[size];
    Random random = new Random(size);
    for (int place : places) {
      for (int i = place; i < Math.min(size, place + 2_000); i++) {
        content[i] = (byte) (1 + random.nextInt(255));
      }
    }
    return content;
  }

  private byte[] tar(List<String> names, String... format) throws IOException {
    List<String> words = new ArrayList<>(List.of("tar", "-C", dir.resolve("in").toString()));
    words.addAll(List.of("--sparse", "-cf", "-"));
    words.addAll(List.of(format));
    words.addAll(names);
    return Tool.run(words, new byte[0]);
  }

  @ParameterizedTest
  @RequiresPrograms({"tar", "gzip", "xz", "bzip2"})
  @ValueSource(
      strings = {
        "--format=gnu",
        "--format=gnu --hole-detection=raw",
        "--format=posix --sparse-version=0.0",
        "--format=posix --sparse-version=0.1",
        "--format=posix --sparse-version=1.0"
      })
  void what_GNU_tar_writes_is_read_as_GNU_tar_reads_it(String format) throws Exception {
    Map<String, byte[]> contents = files();
    byte[] tar = tar(List.copyOf(contents.keySet()), format.split(" "));
    assertThat(tar.length).as("tar left the holes out").isLessThan(3 << 20);

    MemoryLayer layer = MemoryLayer.read(tar);
    Path out = Files.createDirectory(dir.resolve("out"));
    Tool.run(List.of("tar", "-C", out.toString(), "-xf", "-"), tar);
    assertThat(layer.changes).hasSize(contents.size());
    for (var file : contents.entrySet()) {
      assertThat(layer.content("/" + file.getKey())).as(file.getKey()).isEqualTo(file.getValue());
      assertThat(Files.readAllBytes(out.resolve(file.getKey()))).isEqualTo(file.getValue());
    }
    assertThat(layer.tar()).isEqualTo(tar);

    Path archive = Files.write(dir.resolve("archive.tar"), tar);
    try (FileChannel channel = FileChannel.open(archive)) {
      TarIndex index = TarIndex.read("archive.tar", channel, Limits.defaults());
      for (var file : contents.entrySet()) {
        TarIndex.Range range = index.find(file.getKey()).orElseThrow();
        assertThat(range.size()).isEqualTo(file.getValue().length);
        assertThat(TarIndex.open(channel, range).readAllBytes())
            .as(file.getKey())
            .isEqualTo(file.getValue());
      }
    }
  }

  @ParameterizedTest
  @RequiresPrograms({"tar", "gzip", "xz", "bzip2"})
  @ValueSource(strings = {"--format=gnu", "--format=posix --sparse-version=1.0"})
  void a_sparse_entry_that_is_cut_off(String format) throws Exception {
    Map<String, byte[]> contents = files();
    byte[] tar = tar(List.of("many-26"), format.split(" "));
    assertThat(MemoryLayer.read(tar).content("/many-26")).isEqualTo(contents.get("many-26"));
    // Up to where the last segment's data ends: 26 of a block of 4,096 each, and some headers.
    for (int length = 1; length < 26 * 4_096; length += 251) {
      byte[] cut = Arrays.copyOf(tar, length);
      assertThatThrownBy(() -> MemoryLayer.read(cut))
          .isInstanceOf(ArchiveException.class)
          .hasMessageContaining("cut off");
    }
  }

  private static void refused(byte[] tar, String... parts) {
    refused(tar, Limits.defaults(), parts);
  }

  private static void refused(byte[] tar, Limits limits, String... parts) {
    assertThatThrownBy(() -> MemoryLayer.read(tar, limits))
        .isInstanceOf(ArchiveException.class)
        .message()
        .startsWith("layer 1: entry \"s\": ")
        .contains(parts);
  }

  private static Limits strict() {
    return new Limits(1L << 40, 200, 1 << 20, 10, 1 << 20, 1 << 20, 100, 1 << 20, 10, 10 << 20);
  }

  private static TarBytes.Header old(long realSize, long... map) {
    TarBytes.Header header =
        new TarBytes.Header("s", 'S').text(257, 8, "ustar  \0").octal(483, 12, realSize);
    for (int i = 0; i < map.length; i++) {
      if (map[i] < 0) {
        header.binary(386 + 12 * i, 12, map[i]);
      } else {
        header.octal(386 + 12 * i, 12, map[i]);
      }
    }
    return header;
  }

  @Test
  void maps_of_the_old_format_that_lie() {
    byte[] ten = new byte[10];
    refused(new TarBytes().add(old(2000, 0, 5, 3, 5), ten).end(), "overlap");
    refused(new TarBytes().add(old(2000, 100, 5, 0, 5), ten).end(), "out of order");
    refused(new TarBytes().add(old(2000, 1995, 10), ten).end(), "beyond its size of 2000");
    refused(new TarBytes().add(old(2000, 3000, 10), ten).end(), "beyond its size of 2000");
    refused(new TarBytes().add(old(2000, -5, 10), ten).end(), "beyond its size");
    refused(new TarBytes().add(old(2000, 5, -10), ten).end(), "beyond its size");
    refused(new TarBytes().add(old(2000, 0, 9), ten).end(), "names 9 bytes", "holds 10");
    refused(
        new TarBytes().add(old(2000, 0, 10).binary(483, 12, -1), ten).end(),
        "its real size is negative");
    refused(
        new TarBytes().add(old(2000, 0, 10).text(386, 12, "nonsense"), ten).end(),
        "its sparse map field is no number");
    refused(
        new TarBytes().add(old(0, 1, 0).binary(483, 12, 1L << 62), new byte[0]).end(),
        "sparse bomb");
    refused(
        new TarBytes().add(old(0, 1, 0).binary(386, 12, 1L << 62), new byte[0]).end(),
        "beyond its size of 0");
  }

  @Test
  void an_endless_map_of_the_old_format() {
    byte[] more = new byte[512];
    more[504] = 1;
    for (String name : new String[] {"s", ".wh.s"}) {
      TarBytes tar =
          new TarBytes().add(old(2000, 0, 10).text(0, 100, name).text(482, 1, "\1").size(10));
      for (int i = 0; i < 10; i++) {
        tar.raw(more);
      }
      assertThatThrownBy(() -> MemoryLayer.read(tar.bytes(), strict()))
          .isInstanceOf(ArchiveException.class)
          .hasMessageContaining("entry \"" + name + "\": ")
          .hasMessageContaining("more than 100 segments, which is the limit");
      assertThatThrownBy(() -> MemoryLayer.read(tar.bytes()))
          .isInstanceOf(ArchiveException.class)
          .hasMessageContaining("entry \"" + name + "\": cut off in its sparse map");
    }
  }

  @Test
  void a_whiteout_that_is_a_sparse_entry_hides_none_of_what_follows() throws Exception {
    byte[] tar =
        new TarBytes()
            .add(old(2000, 0, 10).text(0, 100, ".wh.s").text(482, 1, "\1").size(10))
            .raw(new byte[512])
            .data(new byte[10])
            .file("after", "content")
            .end();
    MemoryLayer layer = MemoryLayer.read(tar);
    assertThat(layer.content("/after")).asString().isEqualTo("content");
    assertThat(layer.tar()).isEqualTo(tar);
  }

  private static byte[] pax0(String... records) {
    List<String> all = new ArrayList<>(List.of("GNU.sparse.size", "2000"));
    all.addAll(List.of(records));
    return new TarBytes().pax(all.toArray(String[]::new)).file("s", "0123456789").end();
  }

  @Test
  void maps_of_pax_0_0_that_lie() {
    String offset = "GNU.sparse.offset";
    String bytes = "GNU.sparse.numbytes";
    refused(pax0(offset, "0", bytes, "5", offset, "3", bytes, "5"), "overlap");
    refused(pax0(offset, "1995", bytes, "10"), "beyond its size of 2000");
    refused(pax0(offset, "-5", bytes, "10"), "GNU.sparse.offset", "no number");
    refused(pax0(offset, "9223372036854775807", bytes, "10"), "beyond");
    refused(pax0(offset, "9999999999999999999", bytes, "10"), "too large");
    refused(pax0(offset, "0"), "lacks a number");
    refused(pax0("GNU.sparse.numblocks", "2", offset, "0", bytes, "10"), "1 segments", "2 are");
    for (String[] records :
        new String[][] {
          {bytes, "10", offset, "0"},
          {offset, "0", offset, "0"},
          {offset, "0", bytes, "1", bytes, "1"}
        }) {
      assertThatThrownBy(() -> MemoryLayer.read(pax0(records)))
          .isInstanceOf(ArchiveException.class)
          .hasMessageContaining("do not alternate");
    }
    String[] many = new String[404];
    for (int i = 0; i < many.length; i += 4) {
      System.arraycopy(new String[] {offset, "0", bytes, "0"}, 0, many, i, 4);
    }
    assertThatThrownBy(() -> MemoryLayer.read(pax0(many), strict()))
        .isInstanceOf(ArchiveException.class)
        .hasMessageContaining("more than 100 segments, which is the limit");
  }

  @Test
  void maps_of_pax_0_1_that_lie() {
    String map = "GNU.sparse.map";
    refused(pax0(map, "0,5,3,5"), "overlap");
    refused(pax0(map, "0,5,-3,5"), "no number");
    refused(pax0(map, "0,10,"), "lacks a number");
    refused(pax0(map, "0,10,,"), "no number");
    refused(pax0("GNU.sparse.numblocks", "1000000000", map, "0,10"), "1000000000 are announced");
    refused(pax0("GNU.sparse.major", "7", map, "0,10"), "version 7");
    refused(pax0(map, "0,0" + ",0,0".repeat(100)), strict(), "more than 100 segments");
  }

  private static byte[] pax1(String map) {
    byte[] text = TarBytes.latin(map);
    byte[] data = Arrays.copyOf(text, (text.length + 511) / 512 * 512 + 10);
    return new TarBytes()
        .pax("GNU.sparse.major", "1", "GNU.sparse.minor", "0", "GNU.sparse.realsize", "2000")
        .add(new TarBytes.Header("s", '0'), data)
        .end();
  }

  @Test
  void maps_of_pax_1_0_that_lie() throws Exception {
    assertThat(MemoryLayer.read(pax1("2\n0\n5\n100\n5\n")).content("/s")).hasSize(2000);
    refused(pax1("2\n0\n5\n3\n5\n"), "overlap");
    refused(pax1("1\n1995\n10\n"), "beyond its size of 2000");
    refused(pax1("1\n-5\n10\n"), "malformed");
    refused(pax1("1\n\n10\n"), "malformed");
    refused(pax1("1\n0\n9\n"), "names 9 bytes", "holds 10");
    refused(pax1("1000001\n"), "more than 1000000 segments");
    refused(pax1("999999999999999999\n"), "segments");
    refused(pax1("99999999999999999999\n"), "malformed");
    // One that goes on where the entry's data and the archive end.
    refused(pax1("1000000\n" + "0\n0\n".repeat(100)), "malformed");
    refused(
        new TarBytes().pax("GNU.sparse.major", "1").file("s", "1\n0\n1\n").end(), "its real size");
  }
}
