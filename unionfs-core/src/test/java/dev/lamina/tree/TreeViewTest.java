package dev.lamina.tree;

import static dev.lamina.tree.TreeFixture.file;
import static dev.lamina.tree.TreeFixture.path;
import static dev.lamina.tree.TreeFixture.symlink;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.sun.management.ThreadMXBean;
import dev.lamina.fs.FileName;
import java.lang.management.ManagementFactory;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.junit.jupiter.api.Test;

/** Inode numbers are positions, and lead from names to entries and back. */
final class TreeViewTest {
  private final TreeFixture trees = new TreeFixture();
  private final TreeView view =
      trees.layer(
          layer -> {
            layer.put(path("a/x"), file("x"));
            layer.put(path("a/y/deep"), file("deep"));
            layer.put(path("b"), symlink("a/x"));
            layer.link(path("c"), path("a/x"));
          });

  @Test
  void positions_are_counted_in_the_order_of_the_walk() {
    // 1 the root, 2 a, 3 a/x, 4 a/y, 5 a/y/deep, 6 b, 7 c (a name of 3)
    assertThat(view.positions()).isEqualTo(7);
    assertThat(view.walk(TreePath.ROOT)).isEqualTo(1);
    assertThat(view.walk(path("a"))).isEqualTo(2);
    assertThat(view.walk(path("a/x"))).isEqualTo(3);
    assertThat(view.walk(path("a/y"))).isEqualTo(4);
    assertThat(view.walk(path("a/y/deep"))).isEqualTo(5);
    assertThat(view.walk(path("b"))).isEqualTo(6);
    assertThat(view.walk(path("c"))).isEqualTo(3);
    assertThat(view.walk(path("b/x"))).isZero();
    assertThat(view.walk(path("a/none"))).isZero();
    assertThat(view.walk(path("a/x/none"))).isZero();
  }

  @Test
  void D4_3_all_names_of_a_file_are_one_inode() {
    assertThat(view.child(TreeView.ROOT, FileName.of("c"))).isEqualTo(3);
    assertThat(view.links(3)).isEqualTo(2);
    assertThat(view.links(5)).isEqualTo(1);
    assertThat(view.paths(3)).containsExactly(path("a/x"), path("c"));
    assertThat(view.path(3)).isEqualTo(path("a/x"));
    assertThat(view.path(7)).isEqualTo(path("c"));
  }

  @Test
  void parents_lead_to_the_root_which_is_its_own() {
    assertThat(view.parent(5)).isEqualTo(4);
    assertThat(view.parent(4)).isEqualTo(2);
    assertThat(view.parent(2)).isEqualTo(1);
    assertThat(view.parent(1)).isEqualTo(1);
  }

  @Test
  void inodes_outside_the_tree_are_refused() {
    assertThatThrownBy(() -> view.locate(1)).isInstanceOf(IllegalArgumentException.class);
    assertThatThrownBy(() -> view.locate(8)).isInstanceOf(IllegalArgumentException.class);
    assertThatThrownBy(() -> view.directory(0)).isInstanceOf(IllegalArgumentException.class);
    assertThatThrownBy(() -> view.directory(8)).isInstanceOf(IllegalArgumentException.class);
    assertThatThrownBy(() -> view.directory(3)).isInstanceOf(IllegalArgumentException.class);
    assertThat(view.isDirectory(4)).isTrue();
    assertThat(view.isDirectory(5)).isFalse();
  }

  @Test
  void every_position_of_a_large_tree_leads_to_its_path_and_back() {
    TreeView large = large();

    for (long position = 2; position <= large.positions(); position += 7) {
      TreePath found = large.path(position);
      assertThat(large.walk(found)).isEqualTo(position);
      assertThat(large.child(large.walk(found.parent()), found.name())).isEqualTo(position);
      assertThat(large.parent(position)).isEqualTo(large.walk(found.parent()));
    }
  }

  private TreeView large() {
    return trees.layer(
        layer -> {
          for (int i = 0; i < 20_000; i++) {
            layer.put(path("d" + i % 7 + "/e" + i % 90 + "/f" + i), file("f"));
            layer.put(path("huge/" + i), file("h"));
          }
        });
  }

  @Test
  void a_lookup_allocates_nothing() {
    TreeView large = large();
    ThreadMXBean threads = (ThreadMXBean) ManagementFactory.getThreadMXBean();
    long thread = Thread.currentThread().threadId();
    Location location = new Location();
    FileName borrowed = FileName.borrowed();
    List<byte[]> names = new ArrayList<>();
    for (int i = 0; i < 1000; i++) {
      names.add(("f" + i * 7).getBytes(StandardCharsets.US_ASCII));
    }
    long parent = large.walk(path("d0/e0"));
    long found = 0;
    long allocated = Long.MAX_VALUE;
    // The least of some rounds: the JVM itself allocates now and then, while it compiles.
    for (int round = 0; round < 20; round++) {
      long before = threads.getThreadAllocatedBytes(thread);
      for (int i = 0; i < names.size(); i++) {
        byte[] name = names.get(i);
        found += large.child(parent, borrowed.point(name, 0, name.length));
        large.locate(2 + i * 3L, location);
      }
      allocated = Math.min(allocated, threads.getThreadAllocatedBytes(thread) - before);
    }

    assertThat(found).isPositive();
    assertThat(allocated / names.size()).isLessThan(16);
  }

  @Test
  void threads_that_share_a_small_cache_find_the_same() throws Exception {
    TreeView large = large();
    TreeView shared = TreeView.open(new Directories(trees.records, 300_000), large.tree());
    try (ExecutorService threads = Executors.newFixedThreadPool(4)) {
      List<Future<Boolean>> walks = new ArrayList<>();
      for (int t = 0; t < 4; t++) {
        long start = 2L + t;
        walks.add(
            threads.submit(
                () -> {
                  boolean same = true;
                  for (long position = start; position <= large.positions(); position += 41) {
                    TreePath found = shared.path(position);
                    same &= found.equals(large.path(position)) && shared.walk(found) == position;
                  }
                  return same;
                }));
      }
      for (Future<Boolean> walk : walks) {
        assertThat(walk.get()).isTrue();
      }
    }
  }

  @Test
  void one_damaged_directory_leaves_the_others_readable() {
    Location a = view.locate(2);
    trees.records.damage(a.directory.directory(a.index), new byte[] {1, 'd', 0});
    TreeView cold = TreeView.open(new Directories(trees.records, 1 << 20), view.tree());

    assertThat(cold.walk(path("b"))).isEqualTo(6);
    assertThatThrownBy(() -> cold.walk(path("a/x"))).isInstanceOf(DamagedException.class);
  }

  @Test
  void a_small_cache_reads_again_and_finds_the_same() {
    TreeView large = large();
    TreeView small = TreeView.open(new Directories(trees.records, 1), large.tree());

    for (long position = 2; position <= large.positions(); position += 997) {
      assertThat(small.path(position)).isEqualTo(large.path(position));
    }
  }
}
