package dev.lamina.volume;

/**
 * The steps of a volume's order of writes (docs/FORMAT.md), told to the store's {@link
 * dev.lamina.store.Steps}: a test stops after each and opens the volume again.
 */
final class VolumeSteps {
  /** An empty data file was made. */
  static final String DATA_FILE_MADE = "data file made";

  /** A temporary file was filled for a copy-up. */
  static final String COPY_FILLED = "copy filled";

  /** The filled file has its place among the data files. */
  static final String COPY_PLACED = "copy placed";

  /** The copied file and its directory are on disk. */
  static final String COPY_SYNCED = "copy synced";

  /** The source of a replacing rename is on its way to the disk. */
  static final String SOURCE_WRITTEN = "source written";

  /** A data file was changed, and its record not yet. */
  static final String FILE_CHANGED = "file changed";

  /** A batch of rows was written to the log. */
  static final String ROWS_WRITTEN = "rows written";

  /** What was written to data files is on disk, because it was time or the volume is closed. */
  static final String DATA_SYNCED = "data synced";

  /** The log is on disk. */
  static final String LOG_SYNCED = "log synced";

  /** A data file nobody refers to was removed. */
  static final String DATA_FILE_REMOVED = "data file removed";

  /** A volume is marked as removed, on disk. */
  static final String VOLUME_MARKED = "volume marked";

  /** A removed volume's rows are gone. */
  static final String VOLUME_ROWS_REMOVED = "volume rows removed";

  /** A removed volume's data is gone. */
  static final String VOLUME_DATA_REMOVED = "volume data removed";

  /** A changed file is in the store, unsynced and without a name there that lasts. */
  static final String FILE_COMMITTED = "file committed";

  /** A temporary fork has its record, as one that is removed. */
  static final String FORK_RECORDED = "fork recorded";

  /** A fork has its rows. */
  static final String FORK_ROWS_COPIED = "fork rows copied";

  /** A fork has its data. */
  static final String FORK_DATA_CLONED = "fork data cloned";

  private VolumeSteps() {}
}
