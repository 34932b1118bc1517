package dev.lamina.archive;

import static org.assertj.core.api.Assertions.assertThat;

import dev.lamina.store.BlobReference;
import dev.lamina.testing.MemoryRecords;
import dev.lamina.tree.Digest;
import dev.lamina.tree.Directories;
import dev.lamina.tree.LayerException;
import dev.lamina.tree.TreeEditor;
import dev.lamina.tree.TreePath;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/**
 * Seeded random damage to everything that comes from outside as bytes: it is refused with the
 * exception that says so, or what was accepted comes out again as it went in. Never another
 * exception, never without an end, never much memory.
 */
@Timeout(120)
final class ArchiveFuzzTest {
  private static final Limits LIMITS =
      new Limits(8 << 20, 1000, 4 << 20, 2000, 1 << 16, 1 << 20, 1000, 4 << 20, 10, 10 << 20);

  private static List<byte[]> seeds() {
    return List.of(
        new TarBytes()
            .directory("./")
            .directory("etc/")
            .file("etc/passwd", "root\n")
            .symlink("lib", "usr/lib")
            .file("lib/x", "y".repeat(700))
            .link("h", "etc/passwd")
            .file("etc/.wh.old", "")
            .file("usr/.wh..wh..opq", "")
            .end(),
        new TarBytes()
            .pax("GNU.sparse.size", "200000", "GNU.sparse.map", "10,5,150000,5")
            .file("sparse", "0123456789")
            .pax(
                "GNU.sparse.major", "1",
                "GNU.sparse.minor", "0",
                "GNU.sparse.name", "sparse1",
                "GNU.sparse.realsize", "5000")
            .file("GNUSparseFile.0/sparse1", "2\n0\n3\n1000\n4\n" + "\0".repeat(499) + "abcdefg")
            .pax(
                "GNU.sparse.size", "4000",
                "GNU.sparse.numblocks", "1",
                "GNU.sparse.offset", "100",
                "GNU.sparse.numbytes", "3")
            .file("sparse0", "abc")
            .end(),
        new TarBytes()
            .pax('g', "comment", "all", "mtime", "17")
            .pax(
                "path", "a/\351long name",
                "SCHILY.xattr.user.a", "\0\377",
                "mtime", "1700000000.123456789",
                "uid", "3000000000")
            .file("short", "content")
            .add(new TarBytes.Header("././@LongLink", 'L'), TarBytes.latin("n".repeat(200) + "\0"))
            .add(new TarBytes.Header("././@LongLink", 'K'), TarBytes.latin("t".repeat(150) + "\0"))
            .symlink("n", "t")
            .add(
                new TarBytes.Header("big", '0').binary(108, 8, 3_000_000_000L), TarBytes.latin("x"))
            .add(new TarBytes.Header("dev", '3').octal(329, 8, 1).octal(337, 8, 3))
            .add(new TarBytes.Header("fifo", '6'))
            .raw(new byte[1024])
            .raw(TarBytes.latin("garbage"))
            .bytes());
  }

  /** Applies what was read, as an import does. */
  private static void apply(List<LayerChange> changes) throws ArchiveException {
    MemoryRecords records = new MemoryRecords();
    TreeEditor editor = TreeEditor.create(new Directories(records, 1 << 20));
    EntryPlaces places = new EntryPlaces("layer 1", Optional.empty(), changes, editor);
    for (LayerChange change : changes) {
      switch (change) {
        case LayerChange.Whiteout _, LayerChange.Opaque _ -> {
          Optional<TreePath> at = places.marker(change).map(LayerChange::path);
          if (change instanceof LayerChange.Whiteout) {
            at.ifPresent(editor::whiteout);
          } else {
            at.ifPresent(editor::opaque);
          }
        }
        case LayerChange.Put _, LayerChange.Link _ -> {}
      }
    }
    for (LayerChange change : changes) {
      if (!EntryPlaces.isMarker(change)) {
        switch (places.entry(change)) {
          case LayerChange.Put(var path, var entry) -> editor.put(path, entry);
          case LayerChange.Link(var path, var target) -> editor.link(path, target);
          case LayerChange.Whiteout _, LayerChange.Opaque _ -> throw new AssertionError();
        }
      }
    }
    editor.finish(records);
  }

  @Test
  void tars() throws IOException {
    Mutation mutation = new Mutation(20_261_124);
    List<byte[]> seeds = seeds();
    for (byte[] seed : seeds) {
      apply(MemoryLayer.read(seed, LIMITS).changes);
    }
    int accepted = 0;
    int rounds = 6_000;
    for (int round = 0; round < rounds; round++) {
      byte[] tar = mutation.of(seeds.get(mutation.below(seeds.size())));
      if (mutation.below(5) > 0) {
        tar = Mutation.withChecksums(tar);
      }
      MemoryLayer layer;
      try {
        layer = MemoryLayer.read(tar, LIMITS);
      } catch (ArchiveException e) {
        assertThat(e.getMessage()).startsWith("layer 1");
        continue;
      }
      accepted++;
      assertThat(layer.tar()).as("round " + round).isEqualTo(tar);
      try {
        apply(layer.changes);
      } catch (ArchiveException | LayerException e) {
        assertThat(e.getMessage()).as("round " + round).isNotBlank();
      }
    }
    assertThat(accepted).isBetween(rounds / 20, rounds * 9 / 10);
  }

  @Test
  void compressed_streams() throws IOException {
    Mutation mutation = new Mutation(3);
    byte[] data = TarBytes.latin("some text that repeats, ".repeat(500));
    for (Compression compression :
        List.of(Compression.GZIP, Compression.ZSTD, Compression.XZ, Compression.BZIP2)) {
      ByteArrayOutputStream seed = new ByteArrayOutputStream();
      for (int part = 0; part < 2; part++) {
        try (OutputStream member = CompressedBytes.to(seed, compression)) {
          member.write(data);
        }
      }
      int accepted = 0;
      for (int round = 0; round < 3_000; round++) {
        byte[] stream = mutation.of(seed.toByteArray());
        try (InputStream in = LIMITS.inflate(new ByteArrayInputStream(stream), "layer 1")) {
          in.transferTo(OutputStream.nullOutputStream());
          accepted++;
        } catch (ArchiveException e) {
          assertThat(e.getMessage()).startsWith("layer 1");
        }
      }
      assertThat(accepted).as(compression.toString()).isLessThan(2_900);
    }
  }

  @Test
  void framings() throws IOException {
    Mutation mutation = new Mutation(4);
    MemoryLayer layer = new MemoryLayer();
    FramingEncoder encoder = new FramingEncoder(layer);
    byte[] content = TarBytes.latin("content of a file".repeat(10));
    Digest digest = layer.store(content);
    for (int i = 0; i < 5; i++) {
      encoder.raw(TarBytes.latin("header" + i), 0, 7);
      encoder.blob(digest, content.length);
      encoder.part(digest, content.length, 20L * i, 10);
    }
    encoder.finish();
    byte[] seed = layer.framingStream().readAllBytes();
    List<BlobReference> blobs = List.of(new BlobReference(digest, content.length));
    int accepted = 0;
    for (int round = 0; round < 10_000; round++) {
      byte[] framing = mutation.of(seed);
      ByteArrayOutputStream tar = new ByteArrayOutputStream();
      try {
        Reassembly.copy(new ByteArrayInputStream(framing), blobs, layer, tar);
        accepted++;
      } catch (IOException e) {
        assertThat(e.getMessage()).as("round " + round).isNotBlank();
      }
      assertThat(tar.size()).isLessThan(1 << 20);
    }
    assertThat(accepted).isBetween(100, 9_000);
  }
}
