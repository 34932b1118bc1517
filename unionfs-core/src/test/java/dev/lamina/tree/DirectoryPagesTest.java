package dev.lamina.tree;

import static dev.lamina.tree.TreeFixture.file;
import static dev.lamina.tree.TreeFixture.path;
import static org.assertj.core.api.Assertions.assertThat;

import dev.lamina.fs.FileName;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.TreeSet;
import org.junit.jupiter.api.Test;

/** Directories of more than 4,096 entries. */
final class DirectoryPagesTest {
  private final TreeFixture trees = new TreeFixture();

  private TreeView huge(Iterable<String> names) {
    return trees.layer(layer -> names.forEach(name -> layer.put(path("huge/" + name), file(name))));
  }

  private static List<String> names(int count) {
    List<String> names = new ArrayList<>();
    for (int i = 0; i < count; i++) {
      names.add("f" + i);
    }
    return names;
  }

  private static Directory directory(TreeView view) {
    return view.directory(view.walk(path("huge")));
  }

  @Test
  void a_directory_of_4096_entries_is_one_record_and_one_more_makes_pages() {
    assertThat(directory(huge(names(4096)))).isInstanceOf(FlatDirectory.class);
    assertThat(directory(huge(names(4097)))).isInstanceOf(PagedDirectory.class);
  }

  @Test
  void pages_end_after_names_whose_sha256_ends_in_eleven_zero_bits() {
    PagedDirectory huge = (PagedDirectory) directory(huge(names(40_000)));

    assertThat(huge.pageCount()).isBetween(10, 40);
    for (int p = 0; p < huge.pageCount() - 1; p++) {
      FlatDirectory page = huge.page(p);
      byte[] end = Digest.sha256(page.name(page.size() - 1).toBytes()).toBytes();
      assertThat(page.size() == 8192 || (end[31] == 0 && (end[30] & 7) == 0)).isTrue();
    }
  }

  @Test
  void names_and_positions_are_found_in_pages() {
    List<String> names = names(20_000);
    Directory huge = directory(huge(names));

    assertThat(huge.size()).isEqualTo(20_000);
    assertThat(huge.positions()).isEqualTo(20_000);
    for (String name : names) {
      int index = huge.find(FileName.of(name));
      assertThat(huge.name(index)).isEqualTo(FileName.of(name));
      assertThat(huge.entryAt(huge.countBefore(index))).isEqualTo(index);
    }
    assertThat(huge.find(FileName.of("a"))).isEqualTo(-1);
    assertThat(huge.find(FileName.of("f0x"))).isEqualTo(-1);
    assertThat(huge.find(FileName.of("z"))).isEqualTo(-1);
    assertThat(huge.ceiling(FileName.of("a"))).isZero();
    assertThat(huge.ceiling(FileName.of("z"))).isEqualTo(20_000);
  }

  @Test
  void changing_one_entry_writes_one_page_the_list_and_the_ancestors() {
    TreeView before = huge(names(50_000));
    int records = trees.records.size();
    long puts = trees.records.puts();
    long reads = trees.records.reads();
    TreeView after = trees.layer(before, layer -> layer.put(path("huge/f777"), file("new")));

    // A page, the list of pages, the root, the tree; and the empty link table, which is there.
    assertThat(trees.records.size() - records).isEqualTo(4);
    assertThat(trees.records.puts() - puts).isEqualTo(5);
    assertThat(trees.records.reads() - reads).isLessThan(8);
    assertThat(after.positions()).isEqualTo(before.positions());
  }

  @Test
  void pages_depend_on_the_content_alone() {
    Random random = new Random(42);
    TreeSet<String> content = new TreeSet<>(names(9_000));
    TreeView view = huge(content);
    for (int step = 0; step < 12; step++) {
      List<String> removed = new ArrayList<>();
      List<String> added = new ArrayList<>();
      int changes = step % 3 == 0 ? 3000 : 5;
      for (int i = 0; i < changes; i++) {
        String victim = content.ceiling("f" + random.nextInt(99_999));
        if (victim != null && (step % 2 == 0 || content.size() < 3000)) {
          content.remove(victim);
          removed.add(victim);
        }
        String fresh = "f" + random.nextInt(99_999);
        if (step % 2 == 1 && content.add(fresh)) {
          added.add(fresh);
        }
      }
      view =
          trees.layer(
              view,
              layer -> {
                removed.forEach(name -> layer.whiteout(path("huge/" + name)));
                added.forEach(name -> layer.put(path("huge/" + name), file(name)));
              });
      assertThat(view.tree()).as("step " + step).isEqualTo(huge(content).tree());
    }
  }

  @Test
  void a_run_of_names_without_a_cut_ends_at_8192() {
    PageCut cut = new PageCut();
    List<String> uncut = new ArrayList<>();
    for (int i = 0; uncut.size() < 20_000; i++) {
      byte[] name = ("n" + i).getBytes(StandardCharsets.US_ASCII);
      if (!cut.after(name, 0, name.length)) {
        uncut.add("n" + i);
      }
    }
    TreeView view = huge(uncut);
    PagedDirectory huge = (PagedDirectory) directory(view);

    assertThat(huge.pageCount()).isEqualTo(3);
    assertThat(huge.page(0).size()).isEqualTo(8192);
    TreeView less = trees.layer(view, layer -> layer.whiteout(path("huge/" + uncut.get(5))));
    uncut.remove(5);
    assertThat(less.tree()).isEqualTo(huge(uncut).tree());
  }

  @Test
  void a_difference_reads_only_the_pages_that_differ() {
    TreeView before = huge(names(50_000));
    TreeView after = trees.layer(before, layer -> layer.put(path("huge/f777"), file("new")));
    Directories cold = new Directories(trees.records, 1 << 20);
    long reads = trees.records.reads();
    List<Change> changes = new ArrayList<>();
    TreeDifference.diff(
        TreeView.open(cold, before.tree()), TreeView.open(cold, after.tree()), changes::add);

    assertThat(changes).hasSize(1);
    // Two link tables, two roots, two page lists, two pages.
    assertThat(trees.records.reads() - reads).isEqualTo(8);
  }
}
