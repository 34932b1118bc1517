package dev.lamina.volume;

import dev.lamina.fs.FileKind;
import dev.lamina.fs.FileName;
import dev.lamina.store.Cancellation;
import dev.lamina.tree.Digest;
import dev.lamina.tree.Metadata;
import dev.lamina.tree.TreeEntry;
import dev.lamina.tree.TreePath;
import java.util.ArrayList;
import java.util.Collections;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeSet;

/**
 * Finds what a layer must say so that, applied to the base, it makes what a volume shows. Goes
 * through what the delta says and nothing else, but for what is below a moved directory: that is
 * listed whole, since it is new under its path. A name that is back at its base place is no change.
 * Of a non-directory whose attributes, data or set of names changed all visible names are told, the
 * first as the file and the others as links, so that the group stays one. Used once.
 */
final class ChangeFinder {
  private final VolumeView view;
  private final Base base;
  private final OwnFiles own;
  private final UnchangedDirectories unchanged;
  private final List<FoundChange> found = new ArrayList<>();

  /** Non-directories that are told with all their names. */
  private final TreeSet<Long> told = new TreeSet<>();

  private final Map<TreePath, UnchangedDirectories.Unchanged> moved = new HashMap<>();

  ChangeFinder(VolumeView view, OwnFiles own) {
    this.view = view;
    this.base = view.base();
    this.own = own;
    this.unchanged = new UnchangedDirectories(view);
  }

  /** Returns the moved directories below which nothing changed, by path. */
  Map<TreePath, UnchangedDirectories.Unchanged> moved() {
    return Collections.unmodifiableMap(moved);
  }

  /** Returns the changes, by path. */
  List<FoundChange> find() {
    view.rows()
        .forEach(
            (directory, names) ->
                view.directory(directory)
                    .filter(VolumeView.Spot::inPlace)
                    .ifPresent(
                        spot ->
                            names.forEach((name, row) -> name(directory, spot.path(), name, row))));
    view.records().forEach(this::inode);
    for (long inode : told) {
      tell(inode);
    }
    found.sort(Comparator.comparing(FoundChange::path));
    return found;
  }

  /** A name that the delta says something of, in a directory that is where the base has it. */
  private void name(long directory, TreePath path, FileName name, NameRow row) {
    TreePath at = VolumeView.child(path, name);
    if (row.isTombstone()) {
      found.add(new FoundChange.Whiteout(at));
      return;
    }
    long before = view.baseChild(directory, name);
    if (before == row.inode()) {
      return;
    }
    if (row.kind() != FileKind.DIRECTORY) {
      told.add(row.inode());
      return;
    }
    whole(at, row.inode());
    if (before != 0 && base.isDirectory(before)) {
      found.add(new FoundChange.Opaque(at));
    }
  }

  /** A directory that the base does not have here, with everything below. */
  private void whole(TreePath path, long directory) {
    unchanged.find(directory).ifPresent(found -> moved.put(path, found));
    Cancellation.check();
    found.add(new FoundChange.Put(path, directory, FileKind.DIRECTORY));
    view.list(
        directory,
        (name, inode, kind) -> {
          if (kind == FileKind.DIRECTORY) {
            whole(VolumeView.child(path, name), inode);
          } else {
            told.add(inode);
          }
        });
  }

  /** An inode that has a record. What the delta made is told by its names. */
  private void inode(long inode, InodeRecord record) {
    Cancellation.check();
    if (!base.has(inode)) {
      return;
    }
    if (record.isDirectory()) {
      view.directory(inode)
          .filter(VolumeView.Spot::inPlace)
          .filter(spot -> isChanged(inode, record))
          .ifPresent(
              spot -> found.add(new FoundChange.Put(spot.path(), inode, FileKind.DIRECTORY)));
      return;
    }
    List<VolumeView.Spot> spots = view.spots(inode);
    if (!spots.isEmpty() && (!view.hasBaseNames(inode, spots) || isChanged(inode, record))) {
      told.add(inode);
    }
  }

  private boolean isChanged(long inode, InodeRecord record) {
    TreeEntry before = base.tree().entry(inode);
    if (!record.hasOwnData()) {
      return !before.equals(entry(inode));
    }
    if (!(before instanceof TreeEntry.File file)) {
      return true;
    }
    OwnFiles.State state = own.state(inode, record);
    // Only where all else is equal must the content be read.
    return file.size() != state.size()
        || !file.metadata().equals(metadata(record, state.modified()))
        || !file.blob().equals(own.digest(inode));
  }

  private void tell(long inode) {
    Cancellation.check();
    List<VolumeView.Spot> spots = view.spots(inode);
    TreePath first = spots.getFirst().path();
    InodeRecord record = view.record(inode);
    FileKind kind = record == null ? base.tree().entry(inode).kind() : record.kind();
    found.add(new FoundChange.Put(first, inode, kind));
    for (VolumeView.Spot spot : spots.subList(1, spots.size())) {
      found.add(new FoundChange.Link(spot.path(), first));
    }
  }

  /** Returns what an inode is now. */
  TreeEntry entry(long inode) {
    InodeRecord record = view.record(inode);
    if (record == null) {
      return base.tree().entry(inode);
    }
    Metadata metadata = metadata(record, record.times().modify());
    return switch (record.content()) {
      case Content.NoData _ -> new TreeEntry.File(metadata, 0, Optional.empty());
      case Content.Inherited(Digest blob, long size) ->
          new TreeEntry.File(metadata, size, Optional.of(blob));
      case Content.Own _ -> {
        Optional<Digest> blob = own.digest(inode);
        OwnFiles.State state = own.state(inode, record);
        yield new TreeEntry.File(metadata(record, state.modified()), state.size(), blob);
      }
      case Content.Parent _ -> new TreeEntry.Directory(metadata);
      case Content.Target(byte[] target) -> new TreeEntry.Symlink(metadata, target);
      case Content.Device(long number) -> new TreeEntry.Device(metadata, record.kind(), number);
      case Content.Nothing _ -> new TreeEntry.Special(metadata, record.kind());
    };
  }

  private static Metadata metadata(InodeRecord record, long modified) {
    return new Metadata(record.mode(), record.uid(), record.gid(), modified, record.xattrs());
  }
}
