package dev.lamina.daemon;

import dev.lamina.control.ControlException;
import dev.lamina.image.Images;
import dev.lamina.image.NoSuchImageException;
import dev.lamina.store.ImageRecord;
import dev.lamina.store.LayerKey;
import dev.lamina.store.LayerRecord;
import dev.lamina.store.SnapshotContent;
import dev.lamina.store.SnapshotKey;
import dev.lamina.store.SnapshotRecord;
import dev.lamina.store.StateView;
import dev.lamina.store.Store;
import dev.lamina.store.VolumeId;
import dev.lamina.tree.Digest;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** Finds what a name on the command line means: a volume, or an image by its name or ID. */
final class NameResolver {
  /** What a name means. */
  sealed interface Named {
    /** Returns the name in full. */
    String name();

    /**
     * An image.
     *
     * @param name its name; the first one where it was named by its ID
     */
    record Image(String name, ImageRecord record) implements Named {}

    /** A volume. */
    record Volume(String name, VolumeId id) implements Named {}
  }

  private NameResolver() {}

  /**
   * Finds a volume or image; a volume's name comes first.
   *
   * @throws ControlException where there is neither
   */
  static Named find(Store store, String name) throws ControlException {
    Optional<VolumeId> volume = volume(store.state(), name);
    if (volume.isPresent()) {
      return new Named.Volume(name, volume.get());
    }
    try {
      return resolve(store, name);
    } catch (NoSuchImageException e) {
      throw ControlException.failed(e.getMessage() + "; nor is there a volume of that name", e);
    }
  }

  /**
   * Finds an image.
   *
   * @throws ControlException where there is none, or an ID's beginning means several
   */
  static Named.Image image(Store store, String name) throws ControlException {
    try {
      return resolve(store, name);
    } catch (NoSuchImageException e) {
      throw ControlException.failed(String.valueOf(e.getMessage()), e);
    }
  }

  private static Named.Image resolve(Store store, String name) {
    Map.Entry<String, ImageRecord> found = new Images(store).resolve(name);
    return new Named.Image(found.getKey(), found.getValue());
  }

  /**
   * Finds a volume.
   *
   * @throws ControlException where there is none
   */
  static VolumeId requireVolume(StateView state, String name) throws ControlException {
    return volume(state, name)
        .orElseThrow(
            () ->
                new ControlException(
                    "There is no volume \"" + name + "\"; \"lamina volumes\" lists what there is",
                    false));
  }

  /** Returns the volume of a name. */
  static Optional<VolumeId> volume(StateView state, String name) {
    if (name.isEmpty()) {
      return Optional.empty();
    }
    return state
        .snapshot(new SnapshotKey(DaemonContext.NAMESPACE, name))
        .map(SnapshotRecord::content)
        .flatMap(
            content ->
                content instanceof SnapshotContent.OfVolume(VolumeId id)
                    ? Optional.of(id)
                    : Optional.empty());
  }

  /** Returns the tree of an image's uppermost layer; none of an image without layers. */
  static Optional<Digest> tree(StateView state, ImageRecord image) {
    List<LayerKey> chain = LayerKey.chain(image.diffIds());
    return chain.isEmpty() ? Optional.empty() : state.layer(chain.getLast()).map(LayerRecord::tree);
  }
}
