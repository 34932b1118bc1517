package dev.lamina.store;

import java.util.Optional;

/** Makes a layer's tar again, as an export does: the package {@code archive} knows how. */
@FunctionalInterface
public interface LayerCheck {
  /** Returns why the tar is not the one that came in; empty where it is. */
  Optional<String> wrong(LayerKey key, LayerRecord layer);
}
