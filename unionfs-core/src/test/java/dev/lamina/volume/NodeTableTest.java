package dev.lamina.volume;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.HashMap;
import java.util.HashSet;
import java.util.Map;
import java.util.Objects;
import java.util.Random;
import java.util.Set;
import org.junit.jupiter.api.Test;

/** Nodes come and go with their references. */
final class NodeTableTest {
  private final NodeTable nodes = new NodeTable();

  private Node pin(long inode) {
    return Objects.requireNonNull(nodes.pin(inode));
  }

  @Test
  void a_node_stays_while_it_is_referenced() {
    Node node = pin(5);
    nodes.lookedUp(node);
    nodes.lookedUp(node);
    nodes.unpin(node);
    assertThat(pin(5)).isSameAs(node);
    nodes.unpin(node);
    assertThat(nodes.forget(5, 1)).isSameAs(node);
    nodes.unpin(node);
    assertThat(nodes.all()).containsExactly(node);
    assertThat(nodes.forget(5, 1)).isSameAs(node);
    nodes.unpin(node);
    assertThat(nodes.all()).isEmpty();
    assertThat(nodes.forget(5, 1)).isNull();
  }

  @Test
  void an_orphan_is_handed_out_once_and_found_no_more() {
    Node node = pin(5);
    node.orphan = true;
    assertThat(nodes.unpin(node)).isEqualTo(NodeTable.Left.LAST_OF_ORPHAN);
    assertThat(nodes.pin(5)).isNull();
    assertThat(nodes.forget(5, 1)).isNull();
    nodes.remove(node);
    assertThat(pin(5)).isNotSameAs(node);
  }

  @Test
  void many_nodes_are_found_as_in_a_map() {
    Map<Long, Node> model = new HashMap<>();
    Random random = new Random(42);
    for (int i = 0; i < 100_000; i++) {
      long inode = 1L + random.nextInt(3_000);
      Node known = model.get(inode);
      if (known == null) {
        model.put(inode, pin(inode));
      } else {
        assertThat(pin(inode)).isSameAs(known);
        nodes.unpin(known);
        if (random.nextBoolean()) {
          nodes.unpin(known);
          model.remove(inode);
        }
      }
    }
    Set<Node> all = new HashSet<>(nodes.all());
    assertThat(all).isEqualTo(new HashSet<>(model.values()));
  }
}
