package dev.lamina.tree;

/**
 * A tree record: what names a whole file system.
 *
 * @param digest the record's name
 * @param root the root's attributes
 * @param rootDirectory the root's directory record
 * @param positions the number of names, the root included: the highest inode number
 * @param bytes the sizes of all regular files; one with several names counts once
 * @param linkTable which positions are names of the same file
 */
public record Tree(
    Digest digest,
    Metadata root,
    Digest rootDirectory,
    long positions,
    long bytes,
    Digest linkTable) {

  /** Checks the ranges. */
  public Tree {
    if (positions < 1 || positions > Directory.MAX_POSITIONS) {
      throw new IllegalArgumentException("a tree of " + positions + " positions");
    }
    if (bytes < 0) {
      throw new IllegalArgumentException("a tree of negative size: " + bytes);
    }
  }

  /** Returns the tree of these parts, with the digest of its record. */
  public static Tree of(
      Metadata root, Digest rootDirectory, long positions, long bytes, Digest linkTable) {
    byte[] encoded = encode(root, rootDirectory, positions, bytes, linkTable);
    Digest digest = Digest.sha256(encoded, 0, encoded.length);
    return new Tree(digest, root, rootDirectory, positions, bytes, linkTable);
  }

  /** Returns the record. */
  public byte[] encode() {
    return encode(root, rootDirectory, positions, bytes, linkTable);
  }

  private static byte[] encode(
      Metadata root, Digest rootDirectory, long positions, long bytes, Digest linkTable) {
    RecordWriter out = RecordWriter.of(RecordType.TREE, 128);
    out.metadata(root);
    out.digest(rootDirectory);
    out.varint(positions);
    out.varint(bytes);
    out.digest(linkTable);
    return out.toBytes();
  }

  /**
   * Reads a tree record.
   *
   * @throws DamagedException where it is absent, damaged or no tree
   */
  public static Tree load(RecordSource source, Digest digest) {
    return decode(digest, source.record(digest));
  }

  /**
   * Decodes a tree record.
   *
   * @throws DamagedException where the bytes have another digest or are no tree
   */
  public static Tree decode(Digest digest, byte[] encoded) {
    RecordReader in = RecordReader.of(digest, encoded);
    in.require(RecordType.TREE);
    return decode(in);
  }

  static Tree decode(RecordReader in) {
    Metadata root = in.metadata();
    Digest rootDirectory = in.digest();
    long positions = in.varint(1, Directory.MAX_POSITIONS, "number of positions");
    long bytes = in.varint(0, Long.MAX_VALUE, "number of bytes");
    Digest linkTable = in.digest();
    in.end();
    return new Tree(in.record(), root, rootDirectory, positions, bytes, linkTable);
  }
}
