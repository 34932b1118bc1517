package dev.lamina.tree;

import static org.assertj.core.api.Assertions.assertThat;

import dev.lamina.fs.FileKind;
import dev.lamina.fs.FileName;
import dev.lamina.testing.MemoryRecords;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HexFormat;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;

/** The vectors of docs/FORMAT.md are what is written. */
final class FormatVectorsTest {
  private static final Digest EMPTY_DIRECTORY = FlatDirectory.EMPTY.digest();
  private static final Metadata PIPE = Metadata.of(0600, 0, 0, 0);

  private final MemoryRecords records = new MemoryRecords();

  private record Vector(String hex, Digest digest) {}

  private static Vector vector(String name) throws IOException {
    Path document = Path.of("docs/FORMAT.md");
    if (!Files.exists(document)) {
      document = Path.of("../docs/FORMAT.md");
    }
    String text = Files.readString(document);
    int start = text.indexOf("<!-- vector: " + name + " -->");
    assertThat(start).as("vector " + name).isNotNegative();
    List<String> lines = text.substring(start).lines().toList();
    StringBuilder hex = new StringBuilder();
    int line = 2;
    while (!lines.get(line).equals("```")) {
      hex.append(lines.get(line++).replaceAll("#.*", "").replace(" ", ""));
    }
    String digest = lines.get(line + 1).replaceAll("sha256 `(.*)`", "$1");
    return new Vector(hex.toString(), Digest.parse(digest));
  }

  private void assertWritten(String name, Digest written) throws IOException {
    Vector vector = vector(name);
    assertThat(HexFormat.of().formatHex(records.record(written))).isEqualTo(vector.hex);
    assertThat(written).isEqualTo(vector.digest);
  }

  private DirectoryWriter directory() {
    DirectoryWriter out = new DirectoryWriter();
    byte[] content = "abc".getBytes(StandardCharsets.US_ASCII);
    out.add(
        FileName.of("a"),
        new TreeEntry.File(
            Metadata.of(0644, 0, 0, 1).withXattrs(TreeFixture.xattrs("user.k", "v")),
            3,
            Optional.of(Digest.sha256(content))));
    out.addDirectory(
        FileName.of("d"), new TreeEntry.Directory(Metadata.of(0755, 0, 0, -1)), EMPTY_DIRECTORY, 1);
    out.add(
        FileName.of("e"),
        new TreeEntry.File(Metadata.of(0600, 1000, -1, 1_000_000_000), 0, Optional.empty()));
    out.add(FileName.of("l"), new TreeEntry.Symlink(Metadata.of(0777, 0, 0, 0), new byte[] {'a'}));
    out.add(
        FileName.of("n"),
        new TreeEntry.Device(Metadata.of(0666, 0, 0, 0), FileKind.CHARACTER_DEVICE, 259));
    out.add(FileName.of("p"), new TreeEntry.Special(PIPE, FileKind.FIFO));
    out.add(FileName.of("s"), new TreeEntry.Special(Metadata.of(07777, 0, 0, 0), FileKind.SOCKET));
    return out;
  }

  @Test
  void directories() throws IOException {
    assertWritten("empty directory", new DirectoryWriter().finish(records).digest());
    assertWritten("directory", directory().finish(records).digest());
  }

  @Test
  void pages() throws IOException {
    EntryRun run = new EntryRun();
    run.add(FileName.of("z"), new TreeEntry.Special(PIPE, FileKind.FIFO));
    PageWriter pages = new PageWriter(records);
    Digest first = Digest.sha256("first page".getBytes(StandardCharsets.US_ASCII));
    pages.keep(new PageReference(FileName.of("a"), first, 4096, 6144));
    pages.add(run);
    Digest list = records.put(pages.finish());

    assertWritten("list of pages", list);
    RecordReader in = RecordReader.of(list, records.record(list));
    in.require(RecordType.PAGE_LIST);
    assertWritten("page", PagedDirectory.list(in).get(1).digest());
  }

  @Test
  void trees() throws IOException {
    Digest links = records.put(LinkTable.EMPTY.encode());
    DirectoryWriter.Written root = directory().finish(records);
    Tree tree = Tree.of(Metadata.IMPLIED, root.digest(), root.positions() + 1, 3, links);
    records.put(tree.encode());

    assertWritten("tree", tree.digest());
    assertThat(Tree.load(records, tree.digest())).isEqualTo(tree);
  }

  @Test
  void link_tables() throws IOException {
    LinkTable table = LinkTable.of(List.of(new long[] {200, 5, 6}, new long[] {3, 7}));
    Digest digest = records.put(table.encode());

    assertWritten("empty link table", records.put(LinkTable.EMPTY.encode()));
    assertWritten("link table", digest);
    LinkTable read = LinkTable.load(records, digest);
    assertThat(read.first(200)).isEqualTo(5);
    assertThat(read.links(200)).isEqualTo(3);
    assertThat(read.groupOf(4)).isEqualTo(-1);
    assertThat(read.first(4)).isEqualTo(4);
  }
}
