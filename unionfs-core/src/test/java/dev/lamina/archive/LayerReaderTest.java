package dev.lamina.archive;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import dev.lamina.fs.FileKind;
import dev.lamina.fs.FileName;
import dev.lamina.linux.DeviceNumber;
import dev.lamina.tree.Metadata;
import dev.lamina.tree.TreeEntry;
import dev.lamina.tree.TreePath;
import java.util.Arrays;
import org.junit.jupiter.api.Test;

/** What each form of tar entry is read as, and that the tar can be put together again from it. */
final class LayerReaderTest {
  private static MemoryLayer read(byte[] tar) throws Exception {
    MemoryLayer layer = MemoryLayer.read(tar);
    assertThat(layer.tar()).isEqualTo(tar);
    return layer;
  }

  @Test
  void a_ustar_file_has_its_attributes_and_content() throws Exception {
    TarBytes.Header header =
        new TarBytes.Header("main.py", '0').mode(04755).octal(108, 8, 1234).octal(116, 8, 4321);
    header.text(345, 155, "usr/share/app");
    MemoryLayer layer = read(new TarBytes().add(header, "print(1)\n".getBytes(UTF_8)).end());
    TreeEntry file = layer.entry("/usr/share/app/main.py");
    assertThat(file.metadata())
        .isEqualTo(Metadata.of(04755, 1234, 4321, 1_700_000_000_000_000_000L));
    assertThat(layer.content("/usr/share/app/main.py")).asString().isEqualTo("print(1)\n");
    assertThat(layer.sawEndMarker).isTrue();
    assertThat(layer.warnings).isEmpty();
  }

  @Test
  void names_lose_dots_and_slashes_that_mean_nothing() throws Exception {
    MemoryLayer layer =
        read(new TarBytes().directory("./").directory("./usr//./lib/").file("./a", "x").end());
    assertThat(layer.changes.stream().map(c -> c.path().toString()))
        .containsExactly("/", "/usr/lib", "/a");
  }

  @Test
  void a_slash_alone_is_the_root() throws Exception {
    assertThat(read(new TarBytes().directory("/").end()).entry("/").kind())
        .isEqualTo(FileKind.DIRECTORY);
  }

  @Test
  void an_old_file_whose_name_ends_with_a_slash_is_a_directory() throws Exception {
    MemoryLayer layer = read(new TarBytes().add(new TarBytes.Header("etc/", '\0')).end());
    assertThat(layer.entry("/etc").kind()).isEqualTo(FileKind.DIRECTORY);
  }

  @Test
  void pax_records_override_the_header() throws Exception {
    String name = "dir/" + "n".repeat(255);
    byte[] tar =
        new TarBytes()
            .pax("path", name, "uid", "3000000", "gid", "4294967294", "mtime", "1.000000001")
            .file("cut", "long\n")
            .end();
    TreeEntry file = read(tar).entry("/" + name);
    assertThat(file.metadata()).isEqualTo(Metadata.of(0644, 3_000_000, -2, 1_000_000_001L));
  }

  @Test
  void times_have_nanoseconds_and_may_lie_before_1970() throws Exception {
    byte[] tar =
        new TarBytes()
            .pax("mtime", "-1.5")
            .file("pax", "x")
            .add(new TarBytes.Header("binary", '0').binary(136, 12, -7))
            .pax("mtime", "1.12345678999")
            .file("fine", "x")
            .add(new TarBytes.Header("never", '0').binary(136, 12, Long.MAX_VALUE))
            .end();
    MemoryLayer layer = read(tar);
    assertThat(layer.entry("/pax").metadata().mtime()).isEqualTo(-1_500_000_000L);
    assertThat(layer.entry("/binary").metadata().mtime()).isEqualTo(-7_000_000_000L);
    assertThat(layer.entry("/fine").metadata().mtime()).isEqualTo(1_123_456_789L);
    assertThat(layer.entry("/never").metadata().mtime()).isZero();
  }

  @Test
  void global_pax_headers_hold_until_overridden() throws Exception {
    byte[] tar =
        new TarBytes()
            .pax('g', "uid", "7", "comment", "from git")
            .file("a", "1")
            .pax("uid", "8")
            .file("b", "2")
            .file("c", "3")
            .pax('g', "uid", "")
            .file("d", "4")
            .end();
    MemoryLayer layer = read(tar);
    assertThat(layer.changes.stream().map(c -> ((LayerChange.Put) c).entry().metadata().uid()))
        .containsExactly(7, 8, 7, 0);
  }

  @Test
  void gnu_long_names_and_links() throws Exception {
    String name = "a/".repeat(90) + "x".repeat(200);
    String target = "t".repeat(300);
    byte[] tar =
        new TarBytes()
            .add(new TarBytes.Header("././@LongLink", 'K'), (target + "\0").getBytes(UTF_8))
            .add(new TarBytes.Header("././@LongLink", 'L'), (name + "\0").getBytes(UTF_8))
            .symlink(name.substring(0, 100), target.substring(0, 100))
            .end();
    TreeEntry.Symlink link = (TreeEntry.Symlink) read(tar).entry("/" + name);
    assertThat(link.target()).asString().isEqualTo(target);
  }

  @Test
  void names_that_are_not_utf_8_stay_bytes() throws Exception {
    byte[] tar =
        new TarBytes()
            .file("caf\u00e9\u00ff", "x")
            .pax("path", "p\u00e9\u00fe")
            .file("y", "z")
            .end();
    MemoryLayer layer = read(tar);
    assertThat(layer.changes.get(0).path().name().toBytes())
        .isEqualTo("caf\u00e9\u00ff".getBytes(ISO_8859_1));
    assertThat(layer.changes.get(1).path().name().toBytes())
        .isEqualTo("p\u00e9\u00fe".getBytes(ISO_8859_1));
  }

  @Test
  void ids_and_sizes_in_base_256() throws Exception {
    TarBytes.Header header =
        new TarBytes.Header("big", '0').binary(108, 8, 1L << 31).binary(116, 8, 2_097_152);
    header.binary(124, 12, 5);
    MemoryLayer layer = read(new TarBytes().add(header).data("12345".getBytes(UTF_8)).end());
    assertThat(layer.entry("/big").metadata().uid()).isEqualTo(Integer.MIN_VALUE);
    assertThat(layer.entry("/big").metadata().gid()).isEqualTo(2_097_152);
    assertThat(layer.content("/big")).hasSize(5);
  }

  @Test
  void extended_attributes_are_bytes_and_may_hold_NUL_or_be_empty() throws Exception {
    byte[] tar =
        new TarBytes()
            .pax(
                "SCHILY.xattr.security.capability",
                "\1\0\0\2\0 \0\0\0\0",
                "SCHILY.xattr.user.empty",
                "",
                "LIBARCHIVE.xattr.user.b%3Dx",
                "AAEC",
                "LIBARCHIVE.xattr.user.empty",
                "AAEC")
            .file("f", "x")
            .end();
    Metadata metadata = read(tar).entry("/f").metadata();
    assertThat(metadata.xattrs().size()).isEqualTo(3);
    assertThat(metadata.xattrs().get(FileName.of("security.capability")).orElseThrow())
        .isEqualTo("\1\0\0\2\0 \0\0\0\0".getBytes(ISO_8859_1));
    assertThat(metadata.xattrs().get(FileName.of("user.empty")).orElseThrow()).isEmpty();
    assertThat(metadata.xattrs().get(FileName.of("user.b=x")).orElseThrow())
        .containsExactly(0, 1, 2);
  }

  @Test
  void devices_fifos_and_links() throws Exception {
    byte[] tar =
        new TarBytes()
            .add(new TarBytes.Header("null", '3').octal(329, 8, 1).octal(337, 8, 3))
            .pax("SCHILY.devmajor", "8", "SCHILY.devminor", "300")
            .add(new TarBytes.Header("disk", '4'))
            .add(new TarBytes.Header("pipe", '6'))
            .link("second", "/null")
            .symlink("s", "../../etc/passwd")
            .add(new TarBytes.Header("odd", '2').mode(0644).link("s"))
            .end();
    MemoryLayer layer = read(tar);
    assertThat(layer.entry("/odd").metadata().mode()).isEqualTo(0777);
    assertThat(layer.entry("/null"))
        .isEqualTo(
            new TreeEntry.Device(
                layer.entry("/null").metadata(), FileKind.CHARACTER_DEVICE, DeviceNumber.of(1, 3)));
    assertThat(((TreeEntry.Device) layer.entry("/disk")).device())
        .isEqualTo(DeviceNumber.of(8, 300));
    assertThat(layer.entry("/pipe").kind()).isEqualTo(FileKind.FIFO);
    assertThat(layer.changes)
        .contains(new LayerChange.Link(TreePath.parse("second"), TreePath.parse("null")));
    assertThat(((TreeEntry.Symlink) layer.entry("/s")).target())
        .asString()
        .isEqualTo("../../etc/passwd");
  }

  @Test
  void D2_1_D2_2_whiteouts_and_opaque_directories() throws Exception {
    byte[] tar =
        new TarBytes()
            .directory("etc")
            .file("etc/.wh..wh..opq", "")
            .file("etc/.wh.issue", "")
            .file(".wh.top", "ignored content")
            .end();
    assertThat(read(tar).changes)
        .element(1)
        .isEqualTo(new LayerChange.Opaque(TreePath.parse("etc")));
    assertThat(read(tar).changes)
        .contains(
            new LayerChange.Whiteout(TreePath.parse("etc/issue")),
            new LayerChange.Whiteout(TreePath.parse("top")));
  }

  @Test
  void D2_3_other_private_names_are_ignored_with_a_warning() throws Exception {
    byte[] tar =
        new TarBytes()
            .directory(".wh..wh.plnk")
            .file(".wh..wh.plnk/123.456", "linked")
            .file("a", "x")
            .end();
    MemoryLayer layer = read(tar);
    assertThat(layer.changes).hasSize(1);
    assertThat(layer.warnings).hasSize(2).first().asString().contains(".wh..wh.plnk");
  }

  @Test
  void whatever_follows_the_end_is_kept() throws Exception {
    byte[] tar =
        new TarBytes().file("a", "x").raw(new byte[1024]).raw(TarBytes.latin("trailing")).bytes();
    assertThat(read(tar).changes).hasSize(1);
  }

  @Test
  void a_tar_without_its_end_marker_is_read_and_noticed() throws Exception {
    assertThat(read(new TarBytes().file("a", "x").bytes()).sawEndMarker).isFalse();
    assertThat(read(new TarBytes().file("a", "x").raw(new byte[512]).bytes()).sawEndMarker)
        .isTrue();
  }

  @Test
  void both_contents_of_a_name_that_is_there_twice_come_out_again() throws Exception {
    MemoryLayer layer = read(new TarBytes().file("a", "first").file("a", "second").end());
    assertThat(layer.content("/a")).asString().isEqualTo("second");
  }

  @Test
  void D11_3_old_gnu_sparse_file() throws Exception {
    TarBytes.Header header = new TarBytes.Header("sparse", 'S').text(257, 8, "ustar  \0");
    header.text(345, 155, "").octal(483, 12, 2_000_000).size(1024);
    header.octal(386, 12, 512).octal(398, 12, 512);
    header.octal(410, 12, 1_000_000).octal(422, 12, 500);
    header.octal(434, 12, 1_500_000).octal(446, 12, 12);
    header.octal(458, 12, 2_000_000).octal(470, 12, 0);
    byte[] data = new byte[1024];
    Arrays.fill(data, (byte) 'd');
    checkSparse(read(new TarBytes().add(header).data(data).end()));
  }

  @Test
  void D11_3_old_gnu_sparse_file_with_an_extended_map() throws Exception {
    TarBytes.Header header = new TarBytes.Header("sparse", 'S').text(257, 8, "ustar  \0");
    header.text(345, 155, "").octal(483, 12, 2_000_000).size(1024);
    header.text(482, 1, "\1").octal(386, 12, 512).octal(398, 12, 512);
    byte[] more = new byte[512];
    byte[] map =
        TarBytes.latin(
            String.format("%011o\0%011o\0%011o\0%011o\0", 1_000_000, 500, 1_500_000, 12));
    System.arraycopy(map, 0, more, 0, map.length);
    byte[] data = new byte[1024];
    Arrays.fill(data, (byte) 'd');
    checkSparse(read(new TarBytes().add(header).raw(more).data(data).end()));
  }

  @Test
  void D11_3_pax_sparse_files_of_every_version() throws Exception {
    byte[] data = new byte[1024];
    Arrays.fill(data, (byte) 'd');
    byte[] v00 =
        new TarBytes()
            .pax(
                "GNU.sparse.size",
                "2000000",
                "GNU.sparse.numblocks",
                "3",
                "GNU.sparse.offset",
                "512",
                "GNU.sparse.numbytes",
                "512",
                "GNU.sparse.offset",
                "1000000",
                "GNU.sparse.numbytes",
                "500",
                "GNU.sparse.offset",
                "1500000",
                "GNU.sparse.numbytes",
                "12")
            .add(new TarBytes.Header("sparse", '0'), data)
            .end();
    checkSparse(read(v00));
    byte[] v01 =
        new TarBytes()
            .pax(
                "GNU.sparse.size",
                "2000000",
                "GNU.sparse.numblocks",
                "3",
                "GNU.sparse.name",
                "sparse",
                "GNU.sparse.map",
                "512,512,1000000,500,1500000,12")
            .add(new TarBytes.Header("GNUSparseFile.1/sparse", '0'), data)
            .end();
    checkSparse(read(v01));
    byte[] map = Arrays.copyOf(TarBytes.latin("3\n512\n512\n1000000\n500\n1500000\n12\n"), 512);
    byte[] v10 =
        new TarBytes()
            .pax(
                "GNU.sparse.major",
                "1",
                "GNU.sparse.minor",
                "0",
                "GNU.sparse.name",
                "sparse",
                "GNU.sparse.realsize",
                "2000000")
            .add(new TarBytes.Header("GNUSparseFile.1/sparse", '0').size(512 + 1024))
            .raw(map)
            .data(data)
            .end();
    checkSparse(read(v10));
  }

  private static void checkSparse(MemoryLayer layer) {
    byte[] content = layer.content("/sparse");
    assertThat(content).hasSize(2_000_000);
    int filled = 0;
    for (byte b : content) {
      filled += b == 'd' ? 1 : 0;
    }
    assertThat(filled).isEqualTo(1024);
    assertThat(content[511]).isZero();
    assertThat(content[512]).isEqualTo((byte) 'd');
    assertThat(content[1_000_499]).isEqualTo((byte) 'd');
    assertThat(content[1_500_011]).isEqualTo((byte) 'd');
    assertThat(content[1_500_012]).isZero();
  }
}
