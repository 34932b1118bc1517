package dev.lamina.volume;

import dev.lamina.fs.FileKind;
import dev.lamina.fs.FileName;
import dev.lamina.tree.Directory;
import dev.lamina.tree.Location;
import dev.lamina.tree.TreePath;
import dev.lamina.tree.TreeView;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Collections;
import java.util.Deque;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.Set;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * All that a volume has changed, read in one scan of its names and one of its inodes, and turned
 * round: which names an inode has, and so which path. A name that the delta does not override comes
 * from the base and its link table. Costs what changed. Not thread-safe.
 */
final class VolumeView {
  private record Name(long directory, FileName name) {}

  /**
   * Where something visible is.
   *
   * @param path its path
   * @param inPlace whether the base has the same inode at the same path
   */
  record Spot(TreePath path, boolean inPlace) {}

  /** Takes the visible entries of a directory. */
  @FunctionalInterface
  interface EntryVisitor {
    void visit(FileName name, long inode, FileKind kind);
  }

  private final Base base;
  private final TreeMap<Long, InodeRecord> records = new TreeMap<>();
  private final TreeMap<Long, Map<FileName, NameRow>> rows = new TreeMap<>();
  private final Map<Long, List<Name>> inverted = new HashMap<>();
  private final Map<Long, Optional<Spot>> directories = new HashMap<>();

  private VolumeView(Base base) {
    this.base = base;
  }

  /** Reads a delta, which nobody changes meanwhile. */
  static VolumeView read(Base base, Delta delta) {
    VolumeView view = new VolumeView(base);
    delta.inodes(
        (inode, row) -> {
          if (row instanceof InodeRow.Live live) {
            view.records.put(inode, live.record());
          }
        });
    delta.allNames(view::add);
    return view;
  }

  private void add(long directory, FileName name, NameRow row) {
    rows.computeIfAbsent(directory, key -> new TreeMap<>()).put(name, row);
    if (!row.isTombstone()) {
      inverted
          .computeIfAbsent(row.inode(), key -> new ArrayList<>(1))
          .add(new Name(directory, name));
    }
  }

  Base base() {
    return base;
  }

  /** What is recorded of inodes, visible or not. */
  Map<Long, InodeRecord> records() {
    return Collections.unmodifiableMap(records);
  }

  /** What is said of names, by directory, visible or not. */
  Map<Long, Map<FileName, NameRow>> rows() {
    return Collections.unmodifiableMap(rows);
  }

  /** What is recorded of an inode, null where it is as the base has it. */
  @Nullable InodeRecord record(long inode) {
    return records.get(inode);
  }

  private @Nullable NameRow row(long directory, FileName name) {
    Map<FileName, NameRow> names = rows.get(directory);
    return names == null ? null : names.get(name);
  }

  /** The inode that a name of a directory leads to in the base, 0 where it has none. */
  long baseChild(long directory, FileName name) {
    if (!base.has(directory)) {
      return 0;
    }
    Directory below = base.directory(directory);
    int index = base.find(below, name);
    return index < 0 ? 0 : base.inode(directory, below, index);
  }

  /**
   * Where a directory is; empty where it cannot be reached. Directories may be deeper than a stack
   * is, so those above that are not known yet are found one after the other.
   */
  Optional<Spot> directory(long inode) {
    Optional<Spot> known = directories.get(inode);
    if (known != null) {
      return known;
    }
    Deque<Long> wanted = new ArrayDeque<>();
    Set<Long> under = new HashSet<>();
    wanted.push(inode);
    while (!wanted.isEmpty()) {
      long at = wanted.peek();
      under.add(at);
      OptionalLong above = unknownParent(at);
      if (above.isPresent() && !under.contains(above.getAsLong())) {
        wanted.push(above.getAsLong());
      } else {
        // One that is said to be above itself is nowhere: no operation makes such a thing.
        directories.put(at, above.isPresent() ? Optional.empty() : findDirectory(at));
        under.remove(at);
        wanted.pop();
      }
    }
    return directories.getOrDefault(inode, Optional.empty());
  }

  /** A directory that has a name of this one and that is to be found first. */
  private OptionalLong unknownParent(long inode) {
    if (inode == TreeView.ROOT) {
      return OptionalLong.empty();
    }
    for (Name name : inverted.getOrDefault(inode, List.of())) {
      if (!directories.containsKey(name.directory)) {
        return OptionalLong.of(name.directory);
      }
    }
    if (base.has(inode)) {
      Location at = base.tree().locate(inode);
      if (row(at.parent, at.directory.name(at.index)) == null
          && !directories.containsKey(at.parent)) {
        return OptionalLong.of(at.parent);
      }
    }
    return OptionalLong.empty();
  }

  private Optional<Spot> findDirectory(long inode) {
    if (inode == TreeView.ROOT) {
      return Optional.of(new Spot(TreePath.ROOT, true));
    }
    for (Name name : inverted.getOrDefault(inode, List.of())) {
      Optional<Spot> spot = named(name, inode);
      if (spot.isPresent()) {
        return spot;
      }
    }
    return base.has(inode) ? unnamed(inode) : Optional.empty();
  }

  /** Where a name leads that the delta says. */
  private Optional<Spot> named(Name name, long inode) {
    return directory(name.directory)
        .map(
            parent ->
                new Spot(
                    child(parent.path, name.name),
                    parent.inPlace && baseChild(name.directory, name.name) == inode));
  }

  /** Where the name at a position of the base leads, if the delta does not say otherwise. */
  private Optional<Spot> unnamed(long position) {
    Location at = base.tree().locate(position);
    FileName name = at.directory.name(at.index);
    return row(at.parent, name) != null
        ? Optional.empty()
        : directory(at.parent).map(parent -> new Spot(child(parent.path, name), parent.inPlace));
  }

  static TreePath child(TreePath parent, FileName name) {
    if (parent.size() == TreePath.MAX_DEPTH) {
      throw new VolumeException(
          parent
              + " has something in it that is more than "
              + TreePath.MAX_DEPTH
              + " directories deep, which no layer can hold; move it up or remove it first");
    }
    return parent.child(name);
  }

  /** Where a non-directory is: all its visible names, the first path first. */
  List<Spot> spots(long inode) {
    List<Spot> spots = new ArrayList<>();
    for (Name name : inverted.getOrDefault(inode, List.of())) {
      named(name, inode).ifPresent(spots::add);
    }
    if (base.has(inode)) {
      for (long position : positions(inode)) {
        unnamed(position).ifPresent(spots::add);
      }
    }
    spots.sort((a, b) -> a.path.compareTo(b.path));
    return spots;
  }

  /** Whether a non-directory of the base has exactly the names it has there. */
  boolean hasBaseNames(long inode, List<Spot> spots) {
    return spots.size() == positions(inode).length && spots.stream().allMatch(Spot::inPlace);
  }

  /** The positions of all names that a non-directory of the base has there; a directory's own. */
  long[] positions(long inode) {
    int group = base.tree().linkTable().groupOf(inode);
    return group < 0 ? new long[] {inode} : base.tree().linkTable().group(group);
  }

  /** Visits what a directory shows. */
  void list(long inode, EntryVisitor visitor) {
    Map<FileName, NameRow> names = rows.getOrDefault(inode, Map.of());
    if (base.has(inode)) {
      Directory below = base.directory(inode);
      for (int i = 0; i < below.size(); i++) {
        FileName name = below.name(i);
        if (!names.containsKey(name)) {
          visitor.visit(name, base.inode(inode, below, i), below.kind(i));
        }
      }
    }
    names.forEach(
        (name, row) -> {
          if (!row.isTombstone()) {
            visitor.visit(name, row.inode(), row.kind());
          }
        });
  }
}
