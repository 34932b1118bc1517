package dev.lamina.store;

/**
 * What may be chosen when a store is opened. The defaults suit a machine of 2 GB.
 *
 * @param inlineLimit blobs of up to so many bytes are values in the database, larger ones files of
 *     their own; 0 to 65,536
 * @param blockCacheBytes memory for blocks, indexes and filters of both databases
 * @param directoryCacheBytes memory for decoded directories
 * @param writeBufferBytes memory for rows not yet written to files, for each database
 * @param syncThreads how many files are brought to disk at a time
 * @param compacts whether the databases merge their files whenever they see fit; where not, their
 *     files change in what is asked of the store only, which a copy of them needs to be whole
 * @param steps told after each step of an order of writes
 */
public record StoreOptions(
    int inlineLimit,
    long blockCacheBytes,
    long directoryCacheBytes,
    long writeBufferBytes,
    int syncThreads,
    boolean compacts,
    Steps steps) {

  private static final int LARGEST_INLINE = 1 << 16;

  /** Checks the ranges. */
  public StoreOptions {
    if (inlineLimit < 0 || inlineLimit > LARGEST_INLINE) {
      throw new IllegalArgumentException("inlineLimit is 0 to 65,536, not " + inlineLimit);
    }
    if (blockCacheBytes < 0 || directoryCacheBytes < 0 || writeBufferBytes < 1 << 16) {
      throw new IllegalArgumentException("memory too small: " + writeBufferBytes);
    }
    if (syncThreads < 1) {
      throw new IllegalArgumentException("syncThreads is at least 1, not " + syncThreads);
    }
  }

  /** Returns what suits most machines. */
  public static StoreOptions defaults() {
    return new StoreOptions(4096, 32L << 20, 64L << 20, 32L << 20, 16, true, Steps.NONE);
  }

  /** Returns these options with other steps. */
  public StoreOptions withSteps(Steps other) {
    return new StoreOptions(
        inlineLimit,
        blockCacheBytes,
        directoryCacheBytes,
        writeBufferBytes,
        syncThreads,
        compacts,
        other);
  }

  /** Returns these options for a store whose databases never merge files by themselves. */
  public StoreOptions withoutCompaction() {
    return new StoreOptions(
        inlineLimit,
        blockCacheBytes,
        directoryCacheBytes,
        writeBufferBytes,
        syncThreads,
        false,
        steps);
  }
}
