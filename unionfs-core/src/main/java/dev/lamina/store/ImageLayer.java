package dev.lamina.store;

import dev.lamina.tree.Digest;
import java.util.Collections;
import java.util.SortedMap;
import java.util.TreeMap;

/**
 * A layer as an image's manifest describes it.
 *
 * @param mediaType its media type
 * @param digest sha256 of the bytes as distributed
 * @param size their number
 * @param annotations the manifest's annotations of it
 * @param kept whether those bytes are a blob of the store
 */
public record ImageLayer(
    String mediaType,
    Digest digest,
    long size,
    SortedMap<String, String> annotations,
    boolean kept) {

  /** Copies the map. */
  public ImageLayer {
    annotations = Collections.unmodifiableSortedMap(new TreeMap<>(annotations));
  }

  void write(RecordWriter out) {
    out.text(mediaType).digest(digest).number(size).map(annotations).octet(kept ? 1 : 0);
  }

  static ImageLayer read(RecordReader in) {
    return new ImageLayer(in.text(), in.digest(), in.size(), in.map(), in.flag());
  }
}
