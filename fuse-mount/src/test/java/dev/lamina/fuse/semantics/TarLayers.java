package dev.lamina.fuse.semantics;

import dev.lamina.archive.LayerImporter;
import dev.lamina.archive.LayerSource;
import dev.lamina.archive.Limits;
import dev.lamina.archive.ReadLayer;
import dev.lamina.store.LayerKey;
import dev.lamina.store.LayerRecord;
import dev.lamina.store.StoreWriter;
import dev.lamina.store.VolumeId;
import dev.lamina.tree.Digest;
import dev.lamina.volume.TestStore;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/** Volumes on layers that are tars. */
final class TarLayers {
  private final TestStore store;
  private final List<String> warnings = new ArrayList<>();

  TarLayers(TestStore store) {
    this.store = store;
  }

  /** What was odd in the layers that were imported last. */
  List<String> warnings() {
    return List.copyOf(warnings);
  }

  /**
   * Imports layers, the lowest first, and makes a volume on them.
   *
   * @throws dev.lamina.archive.ArchiveException where a layer is bad
   */
  VolumeId volume(List<byte[]> tars) throws IOException {
    warnings.clear();
    try (StoreWriter writer = store.store().begin("a test")) {
      LayerImporter importer =
          new LayerImporter(store.store(), writer, Limits.defaults(), warnings::add);
      Optional<LayerRecord> below = Optional.empty();
      List<Digest> diffIds = new ArrayList<>();
      for (byte[] tar : tars) {
        LayerSource source =
            new LayerSource(
                "layer " + (diffIds.size() + 1),
                () -> new ByteArrayInputStream(tar),
                Optional.empty(),
                Optional.empty(),
                false);
        ReadLayer layer = importer.read(source, _ -> {});
        diffIds.add(layer.diffId());
        LayerKey key = LayerKey.chain(diffIds).getLast();
        LayerRecord applied = importer.apply(layer, key, below);
        writer.commitLayer(key, applied);
        below = Optional.of(applied);
      }
      Digest tree = below.orElseThrow().tree();
      return writer.commit(
          transaction ->
              store.volumes().create(transaction, tree, diffIds, Optional.empty(), "test"));
    }
  }
}
