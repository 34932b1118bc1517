package dev.lamina.tree;

/** Where encoded records are written to. */
@FunctionalInterface
public interface RecordSink {
  /**
   * Stores a record, pins it for as long as the sink is open, and returns its name. What a record
   * names is put before it.
   *
   * @param encoded the record; the sink may keep the array
   */
  Digest put(byte[] encoded);
}
