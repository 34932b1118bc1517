package dev.lamina.archive;

import dev.lamina.archive.LinkedPaths.NoDirectoryException;
import dev.lamina.archive.LinkedPaths.UnusableParentException;
import dev.lamina.tree.TreeEditor;
import dev.lamina.tree.TreeEditor.Found;
import dev.lamina.tree.TreeEntry;
import dev.lamina.tree.TreePath;
import dev.lamina.tree.TreeView;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * Where the entries of one layer land. An entry whose parent is a symbolic link, in a lower layer
 * or in its own, lands where the link leads, as long as that is inside the image.
 *
 * <p>First all whiteouts and opaque markers, then all else: what a layer deletes of the layers
 * below, a link that leads somewhere else included, is gone for each of its entries, wherever in
 * the tar they are (D2.1, D2.2). Entries are told of in the order of the tar, each after the one
 * before it has reached the editor.
 */
final class EntryPlaces {
  private final String layer;
  private final Optional<TreeView> base;
  private final Map<TreePath, Found> own = new HashMap<>();
  private final LinkedPaths markers = new LinkedPaths(this::below);
  private final LinkedPaths entries;

  /**
   * Begins a layer.
   *
   * @param changes of the layer, in the order of its tar
   * @param editor what gets the changes that this returns
   */
  EntryPlaces(String layer, Optional<TreeView> base, List<LayerChange> changes, TreeEditor editor) {
    this.layer = layer;
    this.base = base;
    this.entries = new LinkedPaths(editor::found);
    if (changes.stream().anyMatch(EntryPlaces::isMarker)) {
      changes.forEach(this::noteOwn);
    }
  }

  static boolean isMarker(LayerChange change) {
    return switch (change) {
      case LayerChange.Whiteout _, LayerChange.Opaque _ -> true;
      case LayerChange.Put _, LayerChange.Link _ -> false;
    };
  }

  private void noteOwn(LayerChange change) {
    switch (change) {
      case LayerChange.Put(TreePath path, TreeEntry entry) -> own.put(path, Found.of(entry));
      case LayerChange.Link(TreePath path, TreePath _) -> own.put(path, new Found.Other());
      case LayerChange.Whiteout _, LayerChange.Opaque _ -> {}
    }
  }

  /**
   * Returns a whiteout or opaque marker with its path resolved; empty where it has no effect: below
   * what is no directory, as nothing of a lower layer is visible there. umoci writes such ones
   * where a file replaces a directory.
   */
  Optional<LayerChange> marker(LayerChange change) throws ArchiveException {
    try {
      return switch (change) {
        case LayerChange.Whiteout(TreePath path) ->
            Optional.of(new LayerChange.Whiteout(markers.parentOf(path)));
        case LayerChange.Opaque(TreePath path) ->
            Optional.of(new LayerChange.Opaque(markers.directory(path)));
        case LayerChange.Put _, LayerChange.Link _ ->
            throw new IllegalArgumentException("no marker: " + change.path());
      };
    } catch (NoDirectoryException e) {
      return Optional.empty();
    } catch (UnusableParentException e) {
      throw unusable(change, e);
    }
  }

  /**
   * What a marker's path leads through. It speaks of the layers below, so a directory of theirs
   * that this layer makes a link is not followed: the marker means what was in the directory. But a
   * link of theirs that this layer makes a directory is none any more.
   */
  private Found below(TreePath place) {
    Found lower = lower(place);
    Found here = own.getOrDefault(place, lower);
    return here instanceof Found.SymbolicLink && lower instanceof Found.Folder
        ? new Found.Other()
        : here;
  }

  private Found lower(TreePath place) {
    if (base.isEmpty()) {
      return new Found.Nothing();
    }
    long inode = base.get().walk(place);
    return inode == 0 ? new Found.Nothing() : Found.of(base.get().entry(inode));
  }

  /** Returns an entry with its paths resolved. */
  LayerChange entry(LayerChange change) throws ArchiveException {
    try {
      LayerChange placed =
          switch (change) {
            case LayerChange.Put(TreePath path, TreeEntry entry) ->
                new LayerChange.Put(entries.parentOf(path), entry);
            case LayerChange.Link(TreePath path, TreePath target) ->
                new LayerChange.Link(entries.parentOf(path), entries.parentOf(target));
            case LayerChange.Whiteout _, LayerChange.Opaque _ ->
                throw new IllegalArgumentException("a marker: " + change.path());
          };
      entries.changed(placed.path());
      return placed;
    } catch (UnusableParentException e) {
      throw unusable(change, e);
    }
  }

  private ArchiveException unusable(LayerChange change, UnusableParentException e) {
    return new ArchiveException(layer, Optional.of(change.path().toString()), e.reason());
  }
}
