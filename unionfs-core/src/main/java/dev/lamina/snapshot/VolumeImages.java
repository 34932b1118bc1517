package dev.lamina.snapshot;

import dev.lamina.archive.ArchiveException;
import dev.lamina.archive.LayerChange;
import dev.lamina.archive.LayerWriter;
import dev.lamina.archive.WrittenLayer;
import dev.lamina.image.ImageCommit;
import dev.lamina.image.ImageContent;
import dev.lamina.image.ImageName;
import dev.lamina.store.LayerKey;
import dev.lamina.store.LayerRecord;
import dev.lamina.store.Store;
import dev.lamina.store.StoreWriter;
import dev.lamina.store.VolumeId;
import dev.lamina.store.VolumeRecord;
import dev.lamina.tree.Digest;
import dev.lamina.tree.Tree;
import dev.lamina.tree.TreeEditor;
import dev.lamina.tree.TreePath;
import dev.lamina.tree.TreeView;
import dev.lamina.volume.VolumeCommit;
import dev.lamina.volume.VolumeException;
import dev.lamina.volume.Volumes;
import java.io.IOException;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;

/**
 * Makes images of volumes: the image a volume was made from, with one layer more that says what the
 * volume changed. A volume made from no image becomes an image of one layer. The volume stays and,
 * where nobody has it open, shares what was committed with the image from then on. Thread-safe.
 */
public final class VolumeImages {
  private final Store store;
  private final Volumes volumes;
  private final InstantSource clock;

  /** Does something with an image as long as that is kept. */
  @FunctionalInterface
  public interface ImageUse<T> {
    /** Does it. */
    T of(CommittedImage image) throws IOException;
  }

  /** Makes it for a store and its volumes. */
  public VolumeImages(Store store, Volumes volumes, InstantSource clock) {
    this.store = store;
    this.volumes = volumes;
    this.clock = clock;
  }

  /**
   * Commits a volume, be it open or not, as an image of this name; another image that had the name
   * loses it.
   *
   * @throws IllegalArgumentException where a change is no instruction that is known; nothing has
   *     been done then
   * @throws ArchiveException naming a path that a layer cannot carry; the volume is as it was
   * @throws VolumeException where there is no such volume, or it is being removed or committed
   */
  public CommittedImage commit(VolumeId id, ImageName name, CommitRequest request)
      throws IOException {
    ImageCommit.requireValid(request.changes());
    try (VolumeCommit commit = VolumeCommit.begin(store, volumes, id)) {
      Made made = make(commit, request);
      ImageContent image = made.image().content();
      CommittedImage committed =
          commit
              .writer()
              .commit(
                  transaction -> {
                    transaction.putLayer(made.key(), made.layer());
                    Digest config = transaction.putContent(image.config());
                    Digest manifest = transaction.putContent(image.manifest());
                    requireSame(config, image.record().config());
                    requireSame(manifest, image.record().manifest());
                    transaction.putImage(name.toString(), image.record());
                    commit.inherit(transaction);
                    return made.image();
                  });
      commit.settle();
      return committed;
    }
  }

  private static void requireSame(Digest put, Digest named) {
    if (!put.equals(named)) {
      throw new IllegalStateException("an image names " + named + " and has " + put);
    }
  }

  /**
   * Makes an image of a volume as it is now, without a name, for as long as it is used: to export
   * it. The volume is as it was. What was put into the store for it (contents, records, the layer)
   * has no name then and takes space until the next collection; an export soon after finds it.
   *
   * @throws IllegalArgumentException as {@link #commit}
   * @throws ArchiveException as {@link #commit}
   * @throws VolumeException as {@link #commit}
   */
  public <T> T with(VolumeId id, CommitRequest request, ImageUse<T> use) throws IOException {
    ImageCommit.requireValid(request.changes());
    try (VolumeCommit commit = VolumeCommit.beginToExport(store, volumes, id)) {
      Made made = make(commit, request);
      commit.writer().commitLayer(made.key(), made.layer());
      return use.of(made.image());
    }
  }

  /** An image that is in the session, with the layer that is not named yet. */
  private record Made(CommittedImage image, LayerKey key, LayerRecord layer) {}

  private Made make(VolumeCommit commit, CommitRequest request) throws IOException {
    VolumeRecord volume = commit.volume();
    StoreWriter writer = commit.writer();
    List<LayerKey> below = LayerKey.chain(volume.diffIds());
    for (LayerKey key : below) {
      hold(writer, key);
    }
    Changed changed = changed(commit, request);
    if (below.isEmpty()) {
      changed = whole(changed.tree(), writer, request);
    }
    List<LayerChange> changes = changed.changes();
    TreeView view = changed.tree();
    WrittenLayer written =
        new LayerWriter(
                store::content, path -> view.entry(view.walk(path)).metadata(), request.warnings())
            .write(changes, writer);
    LayerRecord layer =
        new LayerRecord(
            view.tree().digest(),
            written.framing(),
            written.tarBytes(),
            written.contentBytes(),
            written.entries(),
            false);
    Optional<Digest> parent =
        below.isEmpty() ? Optional.empty() : Optional.of(below.getLast().chainId());
    List<Digest> diffIds = new ArrayList<>(volume.diffIds());
    diffIds.add(written.diffId());
    ImageContent image =
        new ImageCommit(
                volume.config().flatMap(store.state()::content),
                diffIds,
                layer,
                request.createdBy(),
                request.message(),
                request.author(),
                request.changes(),
                clock.instant())
            .make(store.state());
    return new Made(
        new CommittedImage(image, written.diffId(), written.tarBytes(), changes.size()),
        new LayerKey(written.diffId(), parent),
        layer);
  }

  /** What a layer is to say, and the tree that it makes of the layers below. */
  private record Changed(List<LayerChange> changes, TreeView tree) {}

  private Changed changed(VolumeCommit commit, CommitRequest request) {
    List<LayerChange> changes =
        LayerChanges.withoutSockets(commit.changes(), commit.base(), request.warnings());
    return new Changed(changes, flushed(commit.tree(changes), commit.writer()));
  }

  /** A layer with nothing below it says all of a tree, but for what its base has of sockets. */
  private Changed whole(TreeView tree, StoreWriter writer, CommitRequest request) {
    TreeView nothing = flushed(TreeEditor.create(store.directories()).finish(writer), writer);
    List<LayerChange> all = LayerChanges.whole(nothing, tree);
    List<LayerChange> changes = LayerChanges.withoutSockets(all, nothing, request.warnings());
    if (changes.size() == all.size()) {
      return new Changed(all, tree);
    }
    Set<TreePath> kept = changes.stream().map(LayerChange::path).collect(Collectors.toSet());
    TreeEditor editor = TreeEditor.on(tree);
    for (LayerChange change : all) {
      if (!kept.contains(change.path())) {
        editor.remove(change.path());
      }
    }
    return new Changed(changes, flushed(editor.finish(writer), writer));
  }

  /** What has been put can be read once it is flushed. */
  private TreeView flushed(Tree tree, StoreWriter writer) {
    writer.flush();
    return TreeView.open(store.directories(), tree);
  }

  private static void hold(StoreWriter writer, LayerKey key) throws ArchiveException {
    if (writer.takeLayer(key).isEmpty()) {
      throw new ArchiveException(
          "the volume's image",
          "its layer " + key.diffId() + " is not in the store or damaged; import the image again");
    }
  }
}
