package dev.lamina.image;

import dev.lamina.archive.ArchiveException;
import dev.lamina.store.ImageRecord;
import dev.lamina.store.LayerKey;
import dev.lamina.store.LayerRecord;
import dev.lamina.store.StateTransaction;
import dev.lamina.store.StateView;
import dev.lamina.store.Store;
import dev.lamina.tree.DamagedException;
import dev.lamina.tree.Digest;
import dev.lamina.tree.Tree;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.TreeSet;

/**
 * The images of a store. Where one is asked for, its name or its ID will do: {@code debian}, {@code
 * debian:12}, {@code sha256:…} or the first characters of the ID. Thread-safe.
 */
public final class Images {
  private static final int SHORTEST_ID = 3;

  private final Store store;

  /** Names the store. */
  public Images(Store store) {
    this.store = store;
  }

  /**
   * Lists the images by name.
   *
   * @throws ArchiveException where a configuration is no longer one
   */
  public List<ImageSummary> list() throws ArchiveException {
    List<ImageSummary> all = new ArrayList<>();
    for (Map.Entry<String, ImageRecord> image : store.state().images().entrySet()) {
      ImageRecord record = image.getValue();
      all.add(
          new ImageSummary(
              image.getKey(),
              record,
              config(record).created(),
              tree(record).map(Tree::bytes).orElse(0L)));
    }
    return all;
  }

  /**
   * Finds an image.
   *
   * @return its name and what it stands for
   * @throws NoSuchImageException where there is none, or an ID's beginning fits several
   */
  public Map.Entry<String, ImageRecord> resolve(String nameOrId) {
    return resolve(store.state(), nameOrId);
  }

  private static Map.Entry<String, ImageRecord> resolve(StateView state, String nameOrId) {
    Optional<String> name = name(nameOrId);
    if (name.isPresent()) {
      Optional<ImageRecord> image = state.image(name.get());
      if (image.isPresent()) {
        return Map.entry(name.get(), image.get());
      }
    }
    Map<String, ImageRecord> found = byId(state, nameOrId);
    if (found.isEmpty()) {
      throw new NoSuchImageException("There is no image " + nameOrId);
    }
    TreeSet<String> ids = new TreeSet<>();
    found.values().forEach(image -> ids.add(image.config().toString()));
    if (ids.size() > 1) {
      throw new NoSuchImageException(
          "Several images have an ID that begins with "
              + nameOrId
              + ": "
              + String.join(", ", ids)
              + ". Give more of it.");
    }
    return found.entrySet().iterator().next();
  }

  private static Optional<String> name(String text) {
    try {
      return Optional.of(ImageName.parse(text).toString());
    } catch (IllegalArgumentException e) {
      // An ID with its algorithm is no name.
      return Optional.empty();
    }
  }

  private static Map<String, ImageRecord> byId(StateView state, String text) {
    String prefix = text.toLowerCase(Locale.ROOT).replaceFirst("^sha256:", "");
    Map<String, ImageRecord> found = new TreeMap<>();
    if (prefix.length() >= SHORTEST_ID && prefix.matches("[0-9a-f]{1,64}")) {
      state
          .images()
          .forEach(
              (name, image) -> {
                if (image.config().hex().startsWith(prefix)) {
                  found.put(name, image);
                }
              });
    }
    return found;
  }

  /** Returns an image with its manifest and configuration, for export and {@code inspect}. */
  public ImageContent content(ImageRecord image) {
    return new ImageContent(image, content(image.manifest()), content(image.config()));
  }

  private byte[] content(Digest digest) {
    return store
        .state()
        .content(digest)
        .orElseThrow(() -> new DamagedException(digest, "is not in the store"));
  }

  /**
   * Returns an image's configuration.
   *
   * @throws ArchiveException where it is no longer one
   */
  public ImageConfig config(ImageRecord image) throws ArchiveException {
    return ImageConfig.parse("the configuration " + image.config(), content(image.config()));
  }

  /** Returns an image's tree; empty for an image without layers. */
  public Optional<Tree> tree(ImageRecord image) {
    List<LayerKey> keys = LayerKey.chain(image.diffIds());
    return keys.isEmpty()
        ? Optional.empty()
        : store.state().layer(keys.getLast()).map(layer -> Tree.load(store, layer.tree()));
  }

  /** Returns the records of an image's layers, the lowest first. */
  public List<LayerRecord> layers(ImageRecord image) {
    List<LayerRecord> layers = new ArrayList<>();
    for (LayerKey key : LayerKey.chain(image.diffIds())) {
      layers.add(
          store
              .state()
              .layer(key)
              .orElseThrow(
                  () -> new DamagedException(key.diffId(), "the layer is not in the store")));
    }
    return layers;
  }

  /**
   * Gives an image one more name; another image that had the name loses it.
   *
   * @throws NoSuchImageException where there is no such image
   */
  public ImageRecord tag(String nameOrId, ImageName name) {
    return store
        .state()
        .transact(
            transaction -> {
              ImageRecord image = resolve(transaction, nameOrId).getValue();
              transaction.putImage(name.toString(), image);
              return image;
            });
  }

  /**
   * Removes a name; what only it needed the next collection removes.
   *
   * @return the name that was removed
   * @throws NoSuchImageException where there is no such image, or an ID was given that has several
   *     names
   */
  public String remove(String nameOrId) {
    return store.state().transact(transaction -> remove(transaction, nameOrId));
  }

  /**
   * As {@link #remove(String)}, together with what else the transaction does.
   *
   * @return the name that was removed
   */
  public String remove(StateTransaction transaction, String nameOrId) {
    Map.Entry<String, ImageRecord> image = resolve(transaction, nameOrId);
    Optional<String> name = name(nameOrId);
    if (!name.equals(Optional.of(image.getKey()))) {
      Map<String, ImageRecord> all = byId(transaction, nameOrId);
      if (all.size() > 1) {
        throw new NoSuchImageException(
            "Image "
                + nameOrId
                + " has several names: "
                + String.join(", ", all.keySet())
                + ". Remove them by name.");
      }
    }
    transaction.removeImage(image.getKey());
    return image.getKey();
  }
}
