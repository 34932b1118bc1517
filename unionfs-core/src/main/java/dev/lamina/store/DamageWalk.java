package dev.lamina.store;

import dev.lamina.fs.FileKind;
import dev.lamina.tree.DamagedException;
import dev.lamina.tree.Digest;
import dev.lamina.tree.Directories;
import dev.lamina.tree.Directory;
import dev.lamina.tree.Tree;
import dev.lamina.tree.TreePath;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/** Finds out whom damage touches. Subtrees without any are walked once. Not thread-safe. */
final class DamageWalk {
  private static final long CACHE_BYTES = 16 << 20;

  private final StoreParts store;
  private final StateView state;
  private final Faults faults;
  private final Directories directories;
  private final DigestSet sound = new DigestSet();
  private final Set<LayerKey> touched = new HashSet<>();

  DamageWalk(StoreParts store, StateView state, Faults faults) {
    this.store = store;
    this.state = state;
    this.faults = faults;
    this.directories = new Directories(store::record, CACHE_BYTES);
  }

  /** A layer's record, if it is there and can be read. */
  static Optional<LayerRecord> layer(StateView state, LayerKey key) {
    try {
      return state.get(StateFamily.LAYERS, key.key()).map(LayerRecord::decode);
    } catch (MalformedRecordException | StoreException e) {
      return Optional.empty(); // the caller says so
    }
  }

  /** Whether a layer, or something it needs, is damaged. */
  boolean isTouched(LayerKey key) {
    return touched.contains(key);
  }

  /** A layer is damaged although nothing that it needs is. */
  void touch(LayerKey key, List<Root> roots) {
    touched.add(key);
    for (Root root : roots) {
      if (root.layers().contains(key)) {
        faults.touch(key.chainId(), root.name(), "layer " + key.diffId());
      }
    }
  }

  void visit(Root root) {
    root.tree().ifPresent(tree -> visitTree(root.name(), tree));
    root.blobs().forEach(blob -> faults.touch(blob.digest(), root.name(), "a compressed layer"));
    for (LayerKey key : root.layers()) {
      if (visitLayer(root.name(), key)) {
        touched.add(key);
      }
    }
  }

  private boolean visitLayer(String root, LayerKey key) {
    String place = "layer " + key.diffId();
    Optional<LayerRecord> layer = layer(state, key);
    if (layer.isEmpty()) {
      return faults.touch(key.chainId(), root, place);
    }
    Digest framing = layer.get().framing();
    boolean damaged = visitTree(root, layer.get().tree());
    damaged |= faults.touch(framing, root, place);
    try {
      for (BlobReference blob : store.framing(framing).blobs()) {
        damaged |= faults.contains(blob.digest()) && faults.touch(blob.digest(), root, place);
      }
    } catch (DamagedException e) {
      damaged = true; // among the faults already
    }
    return damaged;
  }

  private boolean visitTree(String root, Digest digest) {
    boolean damaged = faults.touch(digest, root, "/");
    try {
      Tree tree = Tree.load(directories.source(), digest);
      damaged |= faults.touch(tree.linkTable(), root, "/ (hard links)");
      damaged |= visitDirectory(root, TreePath.ROOT, tree.rootDirectory());
    } catch (DamagedException e) {
      damaged = true; // among the faults already
    }
    return damaged;
  }

  private boolean visitDirectory(String root, TreePath path, Digest digest) {
    if (sound.contains(digest)) {
      return false;
    }
    boolean damaged = faults.touch(digest, root, path.toString());
    try {
      Directory directory = directories.get(digest);
      for (int k = 0; k < directory.size(); k++) {
        damaged |= visitEntry(root, path, directory, k);
      }
    } catch (DamagedException e) {
      faults.touch(e.digest(), root, path.toString());
      damaged = true;
    }
    if (!damaged) {
      sound.add(digest);
    }
    return damaged;
  }

  private boolean visitEntry(String root, TreePath path, Directory directory, int k) {
    FileKind kind = directory.kind(k);
    if (kind == FileKind.DIRECTORY) {
      Digest child = directory.directory(k);
      return !sound.contains(child) && visitDirectory(root, path.child(directory.name(k)), child);
    }
    if (kind == FileKind.REGULAR) {
      Optional<Digest> blob = directory.blob(k);
      return blob.isPresent()
          && faults.contains(blob.get())
          && faults.touch(blob.get(), root, path.child(directory.name(k)).toString());
    }
    return false;
  }

  /**
   * Makes damaged layers as good as absent for imports, but for those that were replaced since they
   * were read. Objects are condemned where they are found; records and inline blobs need no mark,
   * for who puts them compares the bytes.
   */
  void condemn(Set<LayerKey> present) {
    store.rows().flush();
    store
        .state()
        .transact(
            changes -> {
              for (LayerKey key : touched) {
                if (present.contains(key)) {
                  layer(changes, key)
                      .filter(now -> layer(state, key).equals(Optional.of(now)))
                      .ifPresent(now -> changes.putLayer(key, now.condemn()));
                }
              }
              return touched.size();
            });
  }
}
