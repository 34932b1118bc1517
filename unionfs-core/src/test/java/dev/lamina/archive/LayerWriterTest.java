package dev.lamina.archive;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.lamina.fs.FileKind;
import dev.lamina.fs.FileName;
import dev.lamina.linux.DeviceNumber;
import dev.lamina.tree.Metadata;
import dev.lamina.tree.TreeEntry;
import dev.lamina.tree.TreePath;
import dev.lamina.tree.Xattrs;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import org.junit.jupiter.api.Test;

/** The tars that are made of changes. */
final class LayerWriterTest {
  private final MemoryLayer contents = new MemoryLayer();
  private final List<String> warnings = new ArrayList<>();

  private static TreePath path(String path) {
    return TreePath.parse(path);
  }

  private LayerChange file(String path, String content, Metadata metadata) {
    byte[] bytes = content.getBytes(UTF_8);
    return new LayerChange.Put(
        path(path),
        new TreeEntry.File(
            metadata,
            bytes.length,
            bytes.length == 0 ? Optional.empty() : Optional.of(contents.store(bytes))));
  }

  private static LayerChange directory(String path, Metadata metadata) {
    return new LayerChange.Put(path(path), new TreeEntry.Directory(metadata));
  }

  private byte[] write(List<LayerChange> changes) throws IOException {
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    MemoryLayer framing = new MemoryLayer();
    LayerWriter writer =
        new LayerWriter(contents, _ -> Metadata.of(0711, 5, 6, 7_000_000_000L), warnings::add);
    LayerWriter.Written written = writer.write(changes, framing, out);
    assertThat(written.tarBytes()).isEqualTo(out.size());
    ByteArrayOutputStream again = new ByteArrayOutputStream();
    Reassembly.copy(framing.framingStream(), framing.table(), contents, again);
    assertThat(again.toByteArray()).isEqualTo(out.toByteArray());
    return out.toByteArray();
  }

  private List<LayerChange> everything() {
    Metadata plain = Metadata.of(0644, 0, 0, 1_700_000_000_000_000_000L);
    Metadata odd =
        new Metadata(
            06755,
            3_000_000,
            -2,
            -1_500_000_001L,
            Xattrs.of(
                Map.of(
                    FileName.of("security.capability"),
                    "\1\0\0\2\n=\377".getBytes(ISO_8859_1),
                    FileName.of("user.empty"),
                    new byte[0])));
    List<LayerChange> changes = new ArrayList<>();
    changes.add(directory("/", plain.withMode(0755)));
    changes.add(directory("d", odd));
    changes.add(file("d/" + "n".repeat(255), "long", odd));
    changes.add(file("d/empty", "", plain));
    changes.add(file("d.x", "sorts between d and d/ as text", plain));
    changes.add(
        new LayerChange.Put(
            TreePath.of("p\u00e9\377".getBytes(ISO_8859_1)),
            new TreeEntry.Symlink(plain.withMode(0777), "t".repeat(200).getBytes(UTF_8))));
    changes.add(
        new LayerChange.Put(
            path("disk"),
            new TreeEntry.Device(plain, FileKind.BLOCK_DEVICE, DeviceNumber.of(8, 300))));
    changes.add(new LayerChange.Put(path("pipe"), new TreeEntry.Special(plain, FileKind.FIFO)));
    changes.add(new LayerChange.Whiteout(path("d/zz")));
    changes.add(new LayerChange.Whiteout(path("d/gone")));
    changes.add(directory("new", plain.withMode(0700)));
    changes.add(new LayerChange.Opaque(path("new")));
    changes.add(new LayerChange.Link(path("new/second"), path("d/empty")));
    return changes;
  }

  @Test
  void what_is_written_is_read_again() throws Exception {
    List<LayerChange> changes = everything();
    MemoryLayer read = MemoryLayer.read(write(changes));
    assertThat(read.changes).containsExactlyInAnyOrderElementsOf(changes);
    assertThat(read.content("/d/" + "n".repeat(255))).asString().isEqualTo("long");
    assertThat(read.sawEndMarker).isTrue();
    assertThat(warnings).isEmpty();
  }

  @Test
  void the_order_of_the_changes_does_not_matter() throws Exception {
    List<LayerChange> changes = everything();
    byte[] tar = write(changes);
    for (int seed = 0; seed < 20; seed++) {
      Collections.shuffle(changes, new Random(seed));
      assertThat(write(changes)).isEqualTo(tar);
    }
  }

  @Test
  void D2_4_whiteouts_come_before_siblings_and_opaque_markers_first() throws Exception {
    MemoryLayer read =
        MemoryLayer.read(
            write(
                List.of(
                    file("a/b", "x", Metadata.IMPLIED),
                    directory("a", Metadata.IMPLIED),
                    directory("a/0", Metadata.IMPLIED),
                    file("a/0/deep", "x", Metadata.IMPLIED),
                    new LayerChange.Whiteout(path("a/z")),
                    new LayerChange.Opaque(path("a")))));
    assertThat(read.changes.stream().map(c -> c.getClass().getSimpleName() + c.path()))
        .containsExactly("Put/a", "Opaque/a", "Whiteout/a/z", "Put/a/0", "Put/a/0/deep", "Put/a/b");
  }

  @Test
  void directories_above_a_change_are_there_with_their_attributes() throws Exception {
    MemoryLayer read =
        MemoryLayer.read(
            write(
                List.of(
                    file("usr/share/doc", "x", Metadata.IMPLIED),
                    new LayerChange.Whiteout(path("usr/lib/x")))));
    assertThat(read.changes.stream().map(c -> c.path().toString()))
        .containsExactly("/usr", "/usr/lib", "/usr/lib/x", "/usr/share", "/usr/share/doc");
    assertThat(read.entry("/usr/share").metadata())
        .isEqualTo(Metadata.of(0711, 5, 6, 7_000_000_000L));
  }

  @Test
  void the_first_name_of_an_inode_is_the_file_whichever_the_changes_name() throws Exception {
    MemoryLayer read =
        MemoryLayer.read(
            write(
                List.of(
                    file("m", "hard", Metadata.IMPLIED),
                    new LayerChange.Link(path("z"), path("m")),
                    new LayerChange.Link(path("b"), path("m")))));
    assertThat(read.changes.stream().map(c -> c.getClass().getSimpleName()))
        .containsExactly("Put", "Link", "Link");
    assertThat(read.changes)
        .contains(
            new LayerChange.Link(path("m"), path("b")), new LayerChange.Link(path("z"), path("b")));
  }

  @Test
  void D1_5_what_a_layer_cannot_carry_is_refused_naming_the_path() {
    refused(file("etc/.wh.hosts", "x", Metadata.IMPLIED), "/etc/.wh.hosts");
    refused(directory(".wh.d/e", Metadata.IMPLIED), "/.wh.d/e");
    refused(
        new LayerChange.Put(
            path("dev/zero"), new TreeEntry.Device(Metadata.IMPLIED, FileKind.CHARACTER_DEVICE, 0)),
        "/dev/zero");
    refused(
        directory(
            "x",
            Metadata.IMPLIED.withXattrs(Xattrs.of(Map.of(FileName.of("user.a=b"), new byte[1])))),
        "user.a=b");
    refused(new LayerChange.Whiteout(path("d/" + "n".repeat(252))), "252 bytes");
    refused(directory("d/".repeat(2040) + "e".repeat(60), Metadata.IMPLIED), "4095");
  }

  private void refused(LayerChange change, String part) {
    assertThatThrownBy(() -> write(List.of(change)))
        .isInstanceOf(ArchiveException.class)
        .hasMessageContaining(part);
  }

  @Test
  void sockets_are_left_out_with_a_warning() throws Exception {
    LayerChange socket =
        new LayerChange.Put(
            path("run/s"), new TreeEntry.Special(Metadata.IMPLIED, FileKind.SOCKET));
    assertThat(MemoryLayer.read(write(List.of(socket))).changes).isEmpty();
    assertThat(warnings).singleElement().asString().contains("/run/s", "socket");
  }
}
