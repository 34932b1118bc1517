package dev.lamina.fuse;

import java.util.Map;

/**
 * What a mount has served. The numbers are read one by one, so they need not be of one instant.
 *
 * @param requests how many requests of each operation, by the protocol's name in lower case; those
 *     that never came are absent
 * @param errors how many requests were answered with an error, expected ones such as ENOENT
 *     included
 * @param defects how many requests were answered EIO because the server failed in a way it should
 *     not
 * @param malformed how many requests could not be read
 * @param notifications how many notifications were sent to the kernel
 * @param bytesRead bytes handed out by read requests
 * @param bytesWritten bytes taken in by write requests
 * @param threads threads that serve now
 * @param backings files that the kernel reads and writes by itself now, counted by inode
 * @param backingsKept files that were handed to the kernel and are kept there for the next open
 * @param backingsOpened how many times a file was handed to the kernel
 */
public record MountStatistics(
    Map<String, Long> requests,
    long errors,
    long defects,
    long malformed,
    long notifications,
    long bytesRead,
    long bytesWritten,
    int threads,
    int backings,
    int backingsKept,
    long backingsOpened) {
  /** Copies the map. */
  public MountStatistics {
    requests = Map.copyOf(requests);
  }

  /** All requests. */
  public long total() {
    return requests.values().stream().mapToLong(Long::longValue).sum();
  }

  /** How many requests there were of an operation, such as {@code lookup}. */
  public long of(String operation) {
    return requests.getOrDefault(operation, 0L);
  }
}
