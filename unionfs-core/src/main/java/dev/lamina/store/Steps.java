package dev.lamina.store;

/**
 * Told after each step of an order of writes (docs/CRASH-SAFETY.md). Tests stop there, by throwing
 * or by ending the process, and look at what the next opening makes of it.
 */
@FunctionalInterface
public interface Steps {
  /** Does nothing: what runs outside tests. */
  Steps NONE = step -> {};

  /** A blob's bytes are in a temporary file or, inline, in a row. */
  String BLOB_WRITTEN = "blob written";

  /** A blob's file has its name among the objects, but no row. */
  String OBJECT_PUBLISHED = "object published";

  /** A volume's data file has a second name, among the temporary files. */
  String DATA_LINKED = "data linked";

  /** A volume's data file has been cloned or copied by the kernel into a temporary file. */
  String DATA_COPIED = "data copied";

  /** A record has been put, not flushed. */
  String RECORD_PUT = "record put";

  /** A layer's framing has been put, not flushed. */
  String FRAMING_PUT = "framing put";

  /** All objects of the session are on disk, without rows. */
  String OBJECTS_SYNCED = "objects synced";

  /** The directories that name them are on disk. */
  String SHARDS_SYNCED = "shards synced";

  /** Their rows have been put, not flushed. */
  String ROWS_PUT = "rows put";

  /** The database of rows is on disk. */
  String STORE_FLUSHED = "store flushed";

  /** The layer is named, and in the session's lease, on disk. */
  String LAYER_NAMED = "layer named";

  /** The transaction that names an image, a volume or a snapshot is on disk. */
  String TRANSACTION_WRITTEN = "transaction written";

  /** A collection has marked what is reachable. */
  String MARKED = "marked";

  /** Unmarked layers and contents are gone, on disk. */
  String STATE_SWEPT = "state swept";

  /** Unmarked rows are deleted, not flushed. */
  String ROWS_SWEPT = "rows swept";

  /** The deletions are on disk. */
  String SWEEP_FLUSHED = "sweep flushed";

  /** One object has been unlinked. */
  String OBJECT_UNLINKED = "object unlinked";

  /** Objects without a row have been unlinked. */
  String STRAYS_UNLINKED = "strays unlinked";

  /** Opening has emptied the directory of temporary files. */
  String TEMPORARIES_REMOVED = "temporaries removed";

  /** Opening has dropped the leases of dead imports. */
  String LEASES_DROPPED = "leases dropped";

  /** Called after a step; what it throws ends the operation there. */
  void after(String step);
}
