package dev.lamina.store;

import dev.lamina.tree.Digest;

/** What a snapshot holds: a tree or a volume. */
public sealed interface SnapshotContent {
  /**
   * An immutable tree.
   *
   * @param tree digest of its record
   */
  record OfTree(Digest tree) implements SnapshotContent {}

  /**
   * A volume.
   *
   * @param volume its number
   */
  record OfVolume(VolumeId volume) implements SnapshotContent {}
}
