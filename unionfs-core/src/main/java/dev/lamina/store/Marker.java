package dev.lamina.store;

import dev.lamina.tree.DamagedException;
import dev.lamina.tree.Digest;
import dev.lamina.tree.Records;
import java.util.ArrayDeque;
import java.util.Deque;

/**
 * Marks what is reachable, and tells of each thing it reaches for the first time. Not thread-safe.
 */
final class Marker {
  private final StoreParts store;
  private final StateView state;
  private final Visitor visitor;
  private final DigestSet marked = new DigestSet();

  /** Told of what is marked. */
  interface Visitor {
    /** Wants to know nothing. */
    Visitor NONE =
        new Visitor() {
          @Override
          public void row(Digest digest, int bytes) {}

          @Override
          public void blob(Digest digest, long size) {}
        };

    /** A record or a framing, and how long its row is. */
    void row(Digest digest, int bytes);

    /** A blob of this size. */
    void blob(Digest digest, long size);
  }

  Marker(StoreParts store, StateView state, Visitor visitor) {
    this.store = store;
    this.state = state;
    this.visitor = visitor;
  }

  /**
   * Marks all that a root names.
   *
   * @throws DamagedException where a layer, a record or a framing is missing or damaged, so that it
   *     cannot be known what it names
   */
  void mark(Root root) {
    root.tree().ifPresent(this::tree);
    root.blobs().forEach(blob -> blob(blob.digest(), blob.size()));
    for (LayerKey key : root.layers()) {
      LayerRecord layer =
          state
              .layer(key)
              .orElseThrow(
                  () -> new DamagedException(key.chainId(), "layer " + key + " is missing"));
      tree(layer.tree());
      framing(layer.framing());
    }
  }

  void blob(Digest digest, long size) {
    if (marked.add(digest)) {
      visitor.blob(digest, size);
    }
  }

  boolean isMarked(Digest digest) {
    return marked.contains(digest);
  }

  private void framing(Digest digest) {
    if (marked.add(digest)) {
      Framing framing = store.framing(digest);
      visitor.row(digest, framing.rowBytes());
      framing.blobs().forEach(blob -> blob(blob.digest(), blob.size()));
    }
  }

  private void tree(Digest tree) {
    Deque<Digest> open = new ArrayDeque<>();
    open.push(tree);
    while (!open.isEmpty()) {
      Cancellation.check();
      Digest digest = open.pop();
      if (marked.add(digest)) {
        byte[] value = store.record(digest);
        visitor.row(digest, value.length);
        Records.References names = Records.references(digest, value);
        names.records().forEach(open::push);
        names.blobs().forEach(blob -> blob(blob.digest(), blob.size()));
      }
    }
  }
}
