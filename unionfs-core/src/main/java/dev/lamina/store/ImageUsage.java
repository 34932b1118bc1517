package dev.lamina.store;

import java.util.List;

/**
 * The space one image takes.
 *
 * @param names its names; they share everything
 * @param apparent the sizes of its files, each counted once, in bytes
 * @param unique disk space in bytes that a collection would give back if its names were removed
 * @param shared disk space in bytes that something else needs too
 * @param damaged whether it could not be walked whole, so that the numbers are too small
 */
public record ImageUsage(
    List<String> names, long apparent, long unique, long shared, boolean damaged) {
  /** Copies the list. */
  public ImageUsage {
    names = List.copyOf(names);
  }

  /** Returns the disk space in bytes of all it needs. */
  public long onDisk() {
    return unique + shared;
  }
}
