package dev.lamina.volume;

import dev.lamina.fs.FileKind;
import dev.lamina.tree.Digest;
import dev.lamina.tree.Location;
import dev.lamina.tree.TreeView;
import java.util.Map;
import java.util.Optional;
import java.util.TreeSet;

/**
 * Knows of which directories of the base nothing below has changed, wherever they are now: their
 * records may be used again. What has a record in the delta counts as changed, whatever it says.
 * Not thread-safe.
 */
final class UnchangedDirectories {
  /**
   * A directory as the base has it.
   *
   * @param record digest of its record
   * @param positions number of names in its subtree, itself included
   */
  record Unchanged(Digest record, long positions) {}

  private final TreeView base;
  private final Map<Long, ?> named;

  /** Positions of the base whose entries, or whose names if they are directories, changed. */
  private final TreeSet<Long> changed = new TreeSet<>();

  UnchangedDirectories(VolumeView view) {
    this.base = view.base().tree();
    this.named = view.rows();
    for (long inode : view.records().keySet()) {
      if (view.base().has(inode)) {
        for (long position : view.positions(inode)) {
          changed.add(position);
        }
      }
    }
    for (long directory : view.rows().keySet()) {
      if (view.base().has(directory)) {
        changed.add(directory);
      }
    }
  }

  /** Returns a directory's record; empty where it is not the base's, or something below changed. */
  Optional<Unchanged> find(long directory) {
    if (directory == TreeView.ROOT
        || directory > base.positions()
        || named.containsKey(directory)) {
      return Optional.empty();
    }
    Location at = base.locate(directory);
    if (at.directory.kind(at.index) != FileKind.DIRECTORY) {
      return Optional.empty();
    }
    long positions = at.directory.count(at.index);
    Long next = changed.higher(directory);
    return next != null && next < directory + positions
        ? Optional.empty()
        : Optional.of(new Unchanged(at.directory.directory(at.index), positions));
  }
}
