package dev.lamina.store;

import dev.lamina.tree.Digest;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * Names a layer where it lies: on which chain. The same archive on another chain makes another
 * tree.
 *
 * @param diffId sha256 of the layer's uncompressed tar
 * @param parent the chain ID of what is below, none for the lowest
 */
public record LayerKey(Digest diffId, Optional<Digest> parent) implements Comparable<LayerKey> {
  private static final int DIGEST_LENGTH = 32;

  /** Returns the layers of a stack, given by their diffIDs from the lowest up. */
  public static List<LayerKey> chain(List<Digest> diffIds) {
    List<LayerKey> keys = new ArrayList<>(diffIds.size());
    Optional<Digest> below = Optional.empty();
    for (Digest diffId : diffIds) {
      LayerKey key = new LayerKey(diffId, below);
      keys.add(key);
      below = Optional.of(key.chainId());
    }
    return List.copyOf(keys);
  }

  /**
   * Returns the chain ID of the stack that ends in this layer, as the OCI image specification
   * defines it (config.md, "Layer ChainID").
   */
  public Digest chainId() {
    return parent
        .map(below -> Digest.sha256((below + " " + diffId).getBytes(StandardCharsets.US_ASCII)))
        .orElse(diffId);
  }

  /** Returns the key of the layer's row: the diffID and, but for the lowest, the parent. */
  byte[] key() {
    RecordWriter out = new RecordWriter().digest(diffId);
    parent.ifPresent(out::digest);
    return out.toBytes();
  }

  static LayerKey ofKey(byte[] key) {
    RecordReader in = new RecordReader(key);
    Digest diffId = in.digest();
    Optional<Digest> parent =
        key.length == DIGEST_LENGTH ? Optional.empty() : Optional.of(in.digest());
    in.end();
    return new LayerKey(diffId, parent);
  }

  @Override
  public int compareTo(LayerKey other) {
    int order = diffId.compareTo(other.diffId);
    if (order != 0) {
      return order;
    }
    if (parent.isEmpty() || other.parent.isEmpty()) {
      return Boolean.compare(parent.isPresent(), other.parent.isPresent());
    }
    return parent.get().compareTo(other.parent.get());
  }

  @Override
  public String toString() {
    return parent.map(below -> diffId + " on " + below).orElseGet(diffId::toString);
  }
}
