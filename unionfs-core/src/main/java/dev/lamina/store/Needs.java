package dev.lamina.store;

import dev.lamina.tree.Digest;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;

/**
 * What images, volumes and leases need, as far as their records can be read: for a repair, which
 * takes nothing else.
 *
 * @param layers the layers, with all that are below them
 * @param contents manifests, indexes and configurations
 * @param kept layers whose bytes as they came are kept
 */
public record Needs(Set<LayerKey> layers, Set<Digest> contents, List<ImageLayer> kept) {
  private static final System.Logger LOG = System.getLogger(Needs.class.getName());

  /** Copies the sets. */
  public Needs {
    layers = Set.copyOf(layers);
    contents = Set.copyOf(contents);
    kept = List.copyOf(kept);
  }

  /** Reads all records that can be read; a verification names the others. */
  static Needs of(StateView state) {
    Set<LayerKey> layers = new HashSet<>();
    Set<Digest> contents = new HashSet<>();
    List<ImageLayer> kept = new ArrayList<>();
    scan(
        state,
        StateFamily.IMAGES,
        (key, value) -> {
          try {
            ImageRecord image = ImageRecord.decode(value);
            add(Root.image("", image), layers, contents);
            image.layers().stream().filter(ImageLayer::kept).forEach(kept::add);
          } catch (MalformedRecordException e) {
            // It says nothing of what it needs.
          }
          return true;
        });
    scan(
        state,
        StateFamily.VOLUMES,
        (key, value) -> {
          try {
            add(Root.volume(VolumeId.ofKey(key), VolumeRecord.decode(value)), layers, contents);
          } catch (MalformedRecordException e) {
            // It says nothing of what it needs.
          }
          return true;
        });
    return new Needs(layers, contents, kept);
  }

  /** What lies behind a block that cannot be read is not known; a verification says that too. */
  private static void scan(StateView state, StateFamily family, StateView.RowVisitor visitor) {
    try {
      state.scan(family, new byte[0], visitor);
    } catch (StoreException e) {
      LOG.log(
          System.Logger.Level.WARNING,
          "what " + family.title() + " need is not all known: " + e.getMessage());
    }
  }

  private static void add(Root root, Set<LayerKey> layers, Set<Digest> contents) {
    layers.addAll(root.layers());
    contents.addAll(root.contents());
  }
}
