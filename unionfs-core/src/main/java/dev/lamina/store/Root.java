package dev.lamina.store;

import dev.lamina.tree.Digest;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/**
 * One thing that keeps others alive.
 *
 * @param name what it is called when something is wrong below it: "image debian:12"
 * @param tree the tree it names itself
 * @param layers the layers it names, from the lowest up
 * @param contents the manifests, indexes and configs
 * @param blobs blobs it names itself: compressed layers that are kept
 */
record Root(
    String name,
    Optional<Digest> tree,
    List<LayerKey> layers,
    List<Digest> contents,
    List<BlobReference> blobs) {

  static Root image(String name, ImageRecord image) {
    List<Digest> contents = new ArrayList<>(List.of(image.manifest(), image.config()));
    image.index().ifPresent(contents::add);
    List<BlobReference> kept =
        image.layers().stream()
            .filter(ImageLayer::kept)
            .map(layer -> new BlobReference(layer.digest(), layer.size()))
            .toList();
    return new Root(
        "image " + name, Optional.empty(), LayerKey.chain(image.diffIds()), contents, kept);
  }

  static Optional<Root> snapshot(SnapshotKey key, SnapshotRecord snapshot) {
    return switch (snapshot.content()) {
      case SnapshotContent.OfTree(Digest tree) ->
          Optional.of(
              new Root("snapshot " + key, Optional.of(tree), List.of(), List.of(), List.of()));
      // The volume is a root itself.
      case SnapshotContent.OfVolume volume -> Optional.empty();
    };
  }

  static Root volume(VolumeId id, VolumeRecord volume) {
    return new Root(
        "volume " + id,
        Optional.of(volume.baseTree()),
        LayerKey.chain(volume.diffIds()),
        volume.config().stream().toList(),
        List.of());
  }

  static List<Root> lease(String name, LeaseRecord lease) {
    List<Root> roots = new ArrayList<>();
    roots.add(
        new Root("lease " + name, Optional.empty(), lease.layers(), lease.contents(), List.of()));
    for (Digest tree : lease.trees()) {
      roots.add(new Root("lease " + name, Optional.of(tree), List.of(), List.of(), List.of()));
    }
    return roots;
  }

  static Root use(Digest tree) {
    return new Root("mount of " + tree, Optional.of(tree), List.of(), List.of(), List.of());
  }

  /** All roots in {@code state}, and the trees in use. */
  static List<Root> all(StateView state, Set<Digest> used) {
    List<Root> roots = new ArrayList<>();
    state.images().forEach((name, image) -> roots.add(image(name, image)));
    state.snapshots().forEach((key, snapshot) -> snapshot(key, snapshot).ifPresent(roots::add));
    state.volumes().forEach((id, volume) -> roots.add(volume(id, volume)));
    state.leases().forEach((name, lease) -> roots.addAll(lease(name, lease)));
    used.forEach(tree -> roots.add(use(tree)));
    return roots;
  }
}
