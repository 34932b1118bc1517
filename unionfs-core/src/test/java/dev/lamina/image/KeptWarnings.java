package dev.lamina.image;

import java.util.ArrayList;
import java.util.List;

/** Keeps what an import or export warns of, for one thread to look at when that is over. */
final class KeptWarnings implements Progress {
  private final List<String> warnings = new ArrayList<>();

  List<String> warnings() {
    return warnings;
  }

  @Override
  public void begin(List<Long> layerBytes) {}

  @Override
  public void advance(int layer, long bytes) {}

  @Override
  public void state(int layer, LayerState state) {}

  @Override
  public void warn(String message) {
    warnings.add(message);
  }
}
