package dev.lamina.fs;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalStateException;

import dev.lamina.fs.OpenFile.Backing;
import org.junit.jupiter.api.Test;

final class NodeStateTest {
  @Test
  void theFirstOpenDecidesAndTheLastCloseForgets() {
    NodeState cached = NodeState.idle().opened(Backing.NONE);
    assertThat(cached).isEqualTo(new NodeState.Cached(1));
    assertThat(cached.opened(Backing.NONE).closed()).isEqualTo(cached);
    assertThat(cached.isOpen()).isTrue();
    assertThat(cached.closed()).isEqualTo(NodeState.idle());
    assertThat(NodeState.idle().isOpen()).isFalse();
    NodeState object = NodeState.idle().opened(Backing.OBJECT).opened(Backing.OBJECT);
    assertThat(object).isEqualTo(new NodeState.Passthrough(Backing.OBJECT, 2));
    assertThat(object.closed().closed()).isEqualTo(NodeState.idle());
  }

  @Test
  void modesAndBackingsAreNeverMixed() {
    NodeState cached = NodeState.idle().opened(Backing.NONE);
    NodeState object = NodeState.idle().opened(Backing.OBJECT);
    assertThatIllegalStateException().isThrownBy(() -> cached.opened(Backing.OBJECT));
    assertThatIllegalStateException().isThrownBy(() -> object.opened(Backing.NONE));
    assertThatIllegalStateException().isThrownBy(() -> object.opened(Backing.OWN_FILE));
    assertThatIllegalStateException().isThrownBy(() -> NodeState.idle().closed());
  }
}
