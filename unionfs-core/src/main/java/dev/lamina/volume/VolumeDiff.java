package dev.lamina.volume;

import dev.lamina.fs.FileKind;
import dev.lamina.store.Hold;
import dev.lamina.store.StateSnapshot;
import dev.lamina.store.Store;
import dev.lamina.store.Use;
import dev.lamina.store.VolumeId;
import dev.lamina.store.VolumeRecord;
import dev.lamina.store.VolumeState;
import dev.lamina.tree.Directory;
import dev.lamina.tree.TreePath;
import dev.lamina.tree.TreeView;
import dev.lamina.volume.VolumeChange.Kind;
import java.nio.file.Path;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * What a volume has changed, as {@code docker diff} tells it: added, changed and deleted paths; a
 * directory is changed also where something below it is; of a deleted directory the top alone; a
 * moved directory is deleted where it was and added with everything below where it is. Costs what
 * changed.
 */
public final class VolumeDiff {
  private final TreeView base;
  private final TreeMap<TreePath, Kind> lines = new TreeMap<>();

  /** The directories among the lines. */
  private final Set<TreePath> directories = new HashSet<>();

  private VolumeDiff(TreeView base) {
    this.base = base;
  }

  /**
   * Compares a volume with its base, be it open or not; of an open one as of one moment.
   *
   * @return the changes by path
   * @throws VolumeException where there is no such volume
   */
  public static List<VolumeChange> of(Store store, VolumeId id) {
    try (Use _ = use(store, id);
        StateSnapshot at = store.state().snapshot()) {
      VolumeRecord record = require(id, at.volume(id).orElse(null));
      Base base = new Base(TreeView.open(store.directories(), record.baseTree()));
      Path directory = store.layout().volume(id);
      DataFiles.makeDirectories(directory);
      try (Delta delta = RocksDelta.at(store.state().database(), id.number(), at.readOptions());
          DataFiles files = new DataFiles(directory)) {
        VolumeView view = VolumeView.read(base, delta);
        List<FoundChange> found = new ChangeFinder(view, new MeasuredFiles(files)).find();
        return new VolumeDiff(base.tree()).lines(found);
      }
    }
  }

  /** Keeps the base from being collected. */
  private static Use use(Store store, VolumeId id) {
    try (Hold _ = store.state().hold()) {
      return store.use(require(id, store.state().volume(id).orElse(null)).baseTree());
    }
  }

  private static VolumeRecord require(VolumeId id, @Nullable VolumeRecord record) {
    if (record == null || record.state() != VolumeState.ACTIVE) {
      throw new VolumeException("There is no volume " + id + "; 'volumes' lists them");
    }
    return record;
  }

  private List<VolumeChange> lines(List<FoundChange> found) {
    for (FoundChange change : found) {
      switch (change) {
        case FoundChange.Put(TreePath path, long _, FileKind kind) -> {
          lines.put(path, present(path));
          if (kind == FileKind.DIRECTORY) {
            directories.add(path);
          }
        }
        case FoundChange.Link(TreePath path, TreePath _) -> lines.put(path, present(path));
        case FoundChange.Whiteout(TreePath path) -> lines.put(path, Kind.DELETED);
        case FoundChange.Opaque(TreePath _) -> {
          // Told below, once everything is known that the directory has now.
        }
      }
    }
    for (FoundChange change : found) {
      if (change instanceof FoundChange.Opaque(TreePath path)) {
        missing(path, base.directory(base.walk(path)));
      }
    }
    for (FoundChange change : found) {
      for (TreePath above = change.path(); !above.isRoot(); above = above.parent()) {
        lines.putIfAbsent(above, Kind.CHANGED);
      }
    }
    lines.remove(TreePath.ROOT);
    return lines.entrySet().stream()
        .map((Map.Entry<TreePath, Kind> line) -> new VolumeChange(line.getValue(), line.getKey()))
        .toList();
  }

  private Kind present(TreePath path) {
    return base.walk(path) == 0 ? Kind.ADDED : Kind.CHANGED;
  }

  /** What the base's directory of this path has and the other one, which is told whole, has not. */
  private void missing(TreePath path, Directory before) {
    for (int i = 0; i < before.size(); i++) {
      TreePath below = path.child(before.name(i));
      if (!lines.containsKey(below)) {
        lines.put(below, Kind.DELETED);
      } else if (before.kind(i) == FileKind.DIRECTORY && directories.contains(below)) {
        missing(below, base.directory(base.walk(below)));
      }
    }
  }
}
