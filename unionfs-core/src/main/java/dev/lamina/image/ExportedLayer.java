package dev.lamina.image;

import java.io.IOException;

/**
 * A layer as it goes out.
 *
 * @param descriptor what the manifest says of it
 * @param placement puts its bytes at a path of the target
 */
record ExportedLayer(Descriptor descriptor, Placement placement) {
  /** Puts a layer's bytes at a path. */
  @FunctionalInterface
  interface Placement {
    void put(FileTarget target, String path) throws IOException;
  }

  /** Puts the layer there, unless it is there already. */
  void put(FileTarget target, String path) throws IOException {
    if (!target.has(path, descriptor.digest(), descriptor.size())) {
      placement.put(target, path);
    }
  }
}
