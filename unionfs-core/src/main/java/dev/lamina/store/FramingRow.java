package dev.lamina.store;

import dev.lamina.tree.DamagedException;
import dev.lamina.tree.Digest;
import java.util.ArrayList;
import java.util.List;

/**
 * A framing's row: a table of the blobs that the layer's files consist of, and the archive's own
 * encoding of all else, compressed. The table is apart, so that the collector needs no archive.
 *
 * @param blobs the table, each blob once, in the order in which they were first named
 * @param streamDigest sha256 of the encoding
 * @param streamLength its length in bytes, before compression
 * @param compressed the encoding as one zstd frame
 */
@SuppressWarnings("ArrayRecordComponent") // a carrier between codec and reader, never compared
record FramingRow(
    List<BlobReference> blobs, Digest streamDigest, long streamLength, byte[] compressed) {

  private static final int VERSION = 1;
  private static final int LEAST_REFERENCE = 33;

  /** The framing's name: sha256 of the row up to the compressed part, whose bytes may vary. */
  Digest digest() {
    return Digest.sha256(head().toBytes());
  }

  byte[] encode() {
    return head().raw(compressed).toBytes();
  }

  private RecordWriter head() {
    RecordWriter out = new RecordWriter().octet(VERSION).number(blobs.size());
    blobs.forEach(blob -> out.digest(blob.digest()).number(blob.size()));
    return out.digest(streamDigest).number(streamLength);
  }

  /**
   * Reads a row's value and checks its name.
   *
   * @throws DamagedException where the row is not what the name says
   */
  static FramingRow decode(Digest name, byte[] value) {
    try {
      RecordReader in = new RecordReader(value).version(VERSION);
      int count = in.count(LEAST_REFERENCE);
      List<BlobReference> blobs = new ArrayList<>(count);
      for (int i = 0; i < count; i++) {
        Digest digest = in.digest();
        long size = in.size();
        if (size == 0) {
          throw new MalformedRecordException("an empty blob");
        }
        blobs.add(new BlobReference(digest, size));
      }
      FramingRow row = new FramingRow(List.copyOf(blobs), in.digest(), in.size(), in.rest());
      if (!row.digest().equals(name)) {
        throw new DamagedException(name, "the framing has another digest");
      }
      return row;
    } catch (MalformedRecordException e) {
      throw new DamagedException(name, "the framing is damaged: " + e.getMessage());
    }
  }
}
