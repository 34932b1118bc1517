package dev.lamina.image;

import dev.lamina.store.ImageRecord;
import dev.lamina.tree.Digest;
import java.util.Optional;

/**
 * An image in a list.
 *
 * @param name its name, {@code REPOSITORY:TAG}
 * @param record what the name stands for
 * @param created as its configuration has it
 * @param bytes what the files of its tree hold
 */
public record ImageSummary(String name, ImageRecord record, Optional<String> created, long bytes) {
  /** Returns the image's ID, the digest of its configuration. */
  public Digest id() {
    return record.config();
  }
}
