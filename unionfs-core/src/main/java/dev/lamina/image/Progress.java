package dev.lamina.image;

import java.util.List;

/** Is told how an import or export gets on. Called by several threads. */
public interface Progress {
  /** What happens to a layer. */
  enum LayerState {
    /** It waits for its turn. */
    WAITING,
    /** The store has it: nothing is read. */
    PRESENT,
    /** Its bytes are read or written. */
    COPYING,
    /** Its bytes are read; it is applied to the layers below it. */
    APPLYING,
    /** Done. */
    DONE
  }

  /** Nobody looks. */
  Progress NONE =
      new Progress() {
        @Override
        public void begin(List<Long> layerBytes) {}

        @Override
        public void advance(int layer, long bytes) {}

        @Override
        public void state(int layer, LayerState state) {}

        @Override
        public void warn(String message) {}
      };

  /** Work begins on so many layers of these sizes; -1 where a size is not known. */
  void begin(List<Long> layerBytes);

  /** So many more bytes of a layer (by its index from the lowest) are done. */
  void advance(int layer, long bytes);

  /** A layer's state changes. */
  void state(int layer, LayerState state);

  /** Something is odd but goes on. */
  void warn(String message);
}
