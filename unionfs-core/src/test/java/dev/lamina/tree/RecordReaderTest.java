package dev.lamina.tree;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.lamina.fs.FileName;
import java.nio.charset.StandardCharsets;
import java.util.function.Consumer;
import org.assertj.core.api.AbstractThrowableAssert;
import org.junit.jupiter.api.Test;

/** What a record may not be, each with its reason. */
final class RecordReaderTest {
  private static AbstractThrowableAssert<?, ?> refused(
      RecordType type, Consumer<RecordWriter> body) {
    RecordWriter out = RecordWriter.of(type, 16);
    body.accept(out);
    byte[] record = out.toBytes();
    Digest digest = Digest.sha256(record);
    return assertThatThrownBy(() -> Records.references(digest, record))
        .isInstanceOf(DamagedException.class)
        .hasMessageContaining(digest.toString());
  }

  private static AbstractThrowableAssert<?, ?> refusedDirectory(Consumer<RecordWriter> body) {
    return refused(RecordType.DIRECTORY, body);
  }

  private static void pipe(RecordWriter out, String name) {
    out.name(FileName.of(name));
    out.octet(1);
    out.metadata(Metadata.of(0600, 0, 0, 0));
  }

  @Test
  void numbers_are_minimal() {
    refusedDirectory(
            out -> {
              out.octet(0x80);
              out.octet(0);
            })
        .hasMessageContaining("in more bytes than it needs");
  }

  @Test
  void numbers_have_64_bits() {
    refusedDirectory(
            out -> {
              for (int i = 0; i < 9; i++) {
                out.octet(0xff);
              }
              out.octet(2);
            })
        .hasMessageContaining("beyond 64 bits");
  }

  @Test
  void counts_fit_into_the_record() {
    refusedDirectory(out -> out.varint(4000)).hasMessageContaining("greater than the record");
    refusedDirectory(out -> out.varint(4097)).hasMessageContaining("out of range");
    refused(RecordType.PAGE_LIST, out -> out.varint(1L << 40)).hasMessageContaining("out of range");
    refused(RecordType.LINK_TABLE, out -> out.varint(1000))
        .hasMessageContaining("greater than the record");
  }

  @Test
  void names_ascend_and_none_is_there_twice() {
    refusedDirectory(
            out -> {
              out.varint(2);
              pipe(out, "b");
              pipe(out, "a");
            })
        .hasMessageContaining("names out of order");
    refusedDirectory(
            out -> {
              out.varint(2);
              pipe(out, "a");
              pipe(out, "a");
            })
        .hasMessageContaining("names out of order");
  }

  @Test
  void names_are_names_of_files() {
    for (String name : new String[] {".", "..", "a/b", "a\0", ""}) {
      refusedDirectory(
          out -> {
            out.varint(1);
            pipe(out, name);
          });
    }
    refusedDirectory(
            out -> {
              out.varint(1);
              pipe(out, "n".repeat(256));
            })
        .hasMessageContaining("length of a name out of range: 256");
  }

  @Test
  void modes_have_twelve_bits() {
    refusedDirectory(
            out -> {
              out.varint(1);
              out.name(FileName.of("a"));
              out.octet(1);
              out.varint(010000);
              out.bytes(new byte[4]);
            })
        .hasMessageContaining("mode out of range");
  }

  @Test
  void kinds_are_the_seven() {
    refusedDirectory(
            out -> {
              out.varint(1);
              out.name(FileName.of("a"));
              out.octet(3);
              out.bytes(new byte[5]);
            })
        .hasMessageContaining("unknown kind of file 3");
  }

  @Test
  void nothing_follows_the_end() {
    refusedDirectory(
            out -> {
              out.varint(0);
              out.octet(0);
            })
        .hasMessageContaining("1 bytes follow its end");
  }

  @Test
  void versions_and_types_are_known() {
    byte[] version = {2, 'd', 0};
    byte[] type = {1, 'x', 0};

    assertThatThrownBy(() -> Records.references(Digest.sha256(version), version))
        .hasMessageContaining("unknown version 2");
    assertThatThrownBy(() -> Records.references(Digest.sha256(type), type))
        .hasMessageContaining("unknown type 120");
  }

  @Test
  void attributes_ascend() {
    refusedDirectory(
            out -> {
              out.varint(1);
              out.name(FileName.of("a"));
              out.octet(1);
              out.bytes(new byte[4]);
              out.varint(2);
              out.name(FileName.of("user.b"));
              out.varint(0);
              out.name(FileName.of("user.a"));
              out.varint(0);
            })
        .hasMessageContaining("attributes out of order");
  }

  @Test
  void positions_of_links_belong_to_one_group_each() {
    refused(
            RecordType.LINK_TABLE,
            out -> {
              out.varint(2);
              out.varint(2);
              out.varint(5);
              out.varint(5);
              out.varint(2);
              out.varint(1);
              out.varint(4);
            })
        .hasMessageContaining("position 10 is in two groups");
    refused(
            RecordType.LINK_TABLE,
            out -> {
              out.varint(1);
              out.varint(2);
              out.varint(1);
              out.varint(1);
            })
        .hasMessageContaining("the root among links");
  }

  @Test
  void a_page_does_not_go_on_after_its_cut() {
    String cutting = "";
    PageCut cut = new PageCut();
    for (int i = 0; cutting.isEmpty(); i++) {
      byte[] name = ("a" + i).getBytes(StandardCharsets.US_ASCII);
      if (cut.after(name, 0, name.length)) {
        cutting = "a" + i;
      }
    }
    String name = cutting;
    refused(
            RecordType.PAGE,
            out -> {
              out.varint(2);
              pipe(out, name);
              pipe(out, "b");
            })
        .hasMessageContaining("a page that should have ended before");
  }

  @Test
  void a_record_of_another_type_is_refused_where_a_directory_belongs() {
    TreeFixture trees = new TreeFixture();
    Tree tree = trees.layer(layer -> {}).tree();

    assertThatThrownBy(() -> trees.directories.get(tree.digest()))
        .isInstanceOf(DamagedException.class)
        .hasMessageContaining("TREE record where a directory belongs");
    assertThatThrownBy(() -> trees.directories.get(Digest.sha256(new byte[] {1, 2, 3})))
        .isInstanceOf(DamagedException.class);
    assertThat(tree.rootDirectory()).isEqualTo(FlatDirectory.EMPTY.digest());
  }

  @Test
  void a_directory_with_another_number_of_names_than_its_parent_counts_is_refused() {
    TreeFixture trees = new TreeFixture();
    TreeView view = trees.layer(layer -> layer.put(TreeFixture.path("d/x"), TreeFixture.file("x")));
    Digest root = view.tree().rootDirectory();
    Tree lying = Tree.of(Metadata.IMPLIED, root, 99, 1, view.tree().linkTable());
    trees.records.put(lying.encode());

    assertThatThrownBy(() -> TreeView.open(trees.directories, lying.digest()))
        .isInstanceOf(DamagedException.class)
        .hasMessageContaining("its parent counts 99 names below it, it has 3");
  }
}
