package dev.lamina.store;

import dev.lamina.tree.Digest;

/**
 * What is known of a layer.
 *
 * @param tree the tree of the chain that ends in it
 * @param framing the digest of its framing, from which its tar is made again
 * @param tarBytes size of the uncompressed tar
 * @param contentBytes sum of the sizes of the regular files in it
 * @param entries number of entries in it
 * @param condemned whether a verification found damage in it, so that an import takes it as absent
 */
public record LayerRecord(
    Digest tree,
    Digest framing,
    long tarBytes,
    long contentBytes,
    long entries,
    boolean condemned) {

  private static final int VERSION = 1;

  LayerRecord condemn() {
    return new LayerRecord(tree, framing, tarBytes, contentBytes, entries, true);
  }

  byte[] encode() {
    return new RecordWriter()
        .octet(VERSION)
        .digest(tree)
        .digest(framing)
        .number(tarBytes)
        .number(contentBytes)
        .number(entries)
        .octet(condemned ? 1 : 0)
        .toBytes();
  }

  static LayerRecord decode(byte[] value) {
    RecordReader in = new RecordReader(value).version(VERSION);
    LayerRecord record =
        new LayerRecord(in.digest(), in.digest(), in.size(), in.size(), in.size(), in.flag());
    in.end();
    return record;
  }
}
