package dev.lamina.store;

import java.util.List;

/**
 * The space a store takes, in bytes on disk.
 *
 * @param images by image, ordered by first name
 * @param objectBytes files of large blobs
 * @param databaseBytes files of the databases
 * @param volumeBytes files of volumes
 * @param unreferencedBytes of the objects, those that nothing reaches: what a collection gives back
 */
public record StoreUsage(
    List<ImageUsage> images,
    long objectBytes,
    long databaseBytes,
    long volumeBytes,
    long unreferencedBytes) {
  /** Copies the list. */
  public StoreUsage {
    images = List.copyOf(images);
  }

  /** Returns the space of everything together. */
  public long totalBytes() {
    return objectBytes + databaseBytes + volumeBytes;
  }
}
