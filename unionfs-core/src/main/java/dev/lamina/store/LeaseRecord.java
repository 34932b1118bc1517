package dev.lamina.store;

import dev.lamina.tree.Digest;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * Keeps things from being collected while something else does not name them yet.
 *
 * @param ofImport whether a session of this process holds it, so that the next opening drops it
 * @param created when it was made, ns since the epoch
 * @param layers the layers it holds
 * @param trees the trees it holds
 * @param contents the manifests, indexes and configs it holds
 */
public record LeaseRecord(
    boolean ofImport,
    long created,
    List<LayerKey> layers,
    List<Digest> trees,
    List<Digest> contents) {

  private static final int VERSION = 1;
  private static final int LEAST_LAYER_LENGTH = 33;

  /** Copies the lists. */
  public LeaseRecord {
    layers = List.copyOf(layers);
    trees = List.copyOf(trees);
    contents = List.copyOf(contents);
  }

  byte[] encode() {
    RecordWriter out =
        new RecordWriter()
            .octet(VERSION)
            .octet(ofImport ? 1 : 0)
            .signed(created)
            .number(layers.size());
    layers.forEach(layer -> out.digest(layer.diffId()).digest(layer.parent()));
    return out.digests(trees).digests(contents).toBytes();
  }

  static LeaseRecord decode(byte[] value) {
    RecordReader in = new RecordReader(value).version(VERSION);
    boolean ofImport = in.flag();
    long created = in.signed();
    int count = in.count(LEAST_LAYER_LENGTH);
    List<LayerKey> layers = new ArrayList<>(count);
    for (int i = 0; i < count; i++) {
      Digest diffId = in.digest();
      Optional<Digest> parent = in.optionalDigest();
      layers.add(new LayerKey(diffId, parent));
    }
    LeaseRecord record = new LeaseRecord(ofImport, created, layers, in.digests(), in.digests());
    in.end();
    return record;
  }
}
